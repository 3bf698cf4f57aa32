//! Short values of a delivery that may be signed beside its body: secret, key, times, nonces, URL.

use super::signatures::{Spot, list};
use crate::crypto::{
    encoding::Encoding,
    scheme::{
        digest::Hash,
        part::{Context, Function, Part, values},
        place::Place,
        time,
    },
};

/// Header fields that HTTP, proxies and clients write, and no sender signs.
const USUAL: [&str; 22] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "keep-alive",
    "pragma",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-airudder-sign",
    "x-airudder-sign-key",
];
/// Names of what is signed although it looks like a digest.
const SIGNED: [&str; 3] = ["key", "token", "nonce"];
/// The years 2001 to 2100, in milliseconds: other numbers are no times.
const TIMES: std::ops::Range<u64> = 1_000_000_000_000..4_100_000_000_000;
const MAX_TIMES: usize = 3;
const MAX_OTHERS: usize = 9;
/// The longest value that stands beside a body, in bytes.
const LONGEST: usize = 200;

/// Parts of a signed text, and their bytes.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) parts: Vec<Part>,
    pub(super) bytes: Vec<u8>,
}

impl Value {
    /// The bytes of parts; `None` where one is not there.
    pub(super) fn of(parts: Vec<Part>, context: Context<'_>) -> Option<Self> {
        let bytes = values(&parts, context).ok()?.concat();
        Some(Self { parts, bytes })
    }

    pub(super) fn has_secret(&self) -> bool {
        self.parts.iter().any(|part| part.has(&|part| *part == Part::Secret))
    }

    pub(super) fn is_time(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Time(_)])
    }
}

/// The values of a delivery, the likely ones first; of equal ones the first.
pub(super) fn of(spots: &[Spot<'_>], context: Context<'_>) -> Vec<Value> {
    let mut times = Vec::new();
    let mut others = Vec::new();
    for spot in spots.iter().filter(|spot| spot.prefix.is_empty()) {
        let Some((part, name)) = part_of(spot) else { continue };
        let text = spot.text.trim();
        if text.is_empty() || text.len() > LONGEST {
            continue;
        }
        if is_time(text) {
            times.push(Part::Time(Box::new(part)));
        } else if !spot.is_signature() || SIGNED.iter().any(|word| name.contains(word)) {
            others.push((rank(&name), part));
        }
    }
    others.sort_by_key(|(rank, _)| *rank);
    let mut others = others.into_iter().map(|(_, part)| part).take(MAX_OTHERS);
    let mut parts = vec![Part::Secret, Part::Key];
    parts.extend(times.into_iter().take(MAX_TIMES));
    parts.extend(others.by_ref().take(3));
    parts.extend([Part::Method, Part::Path, Part::Url, Part::Header("Host".into(), None)]);
    parts.extend(others);
    parts.push(Part::Apply(Function::Digest(Hash::Md5, Encoding::Hex), vec![Part::Secret]));
    let mut values: Vec<Value> = Vec::new();
    for part in parts {
        let Some(value) = Value::of(vec![part], context) else { continue };
        if !value.bytes.is_empty() && values.iter().all(|earlier| earlier.bytes != value.bytes) {
            values.push(value);
        }
    }
    values
}

/// Returns whether a text is a time in one of the usual forms.
pub(super) fn is_time(text: &str) -> bool {
    time::ms(text).is_some_and(|ms| TIMES.contains(&ms))
}

/// The part of a signed text that this spot is, and its name in lower case; `None` for a list, and what nobody signs.
fn part_of(spot: &Spot<'_>) -> Option<(Part, String)> {
    let (part, name) = match &spot.place {
        Place::Header(name, item) => {
            let lower = name.to_ascii_lowercase();
            if USUAL.contains(&lower.as_str()) || lower.starts_with("x-forwarded") || lower.starts_with("sec-") {
                return None;
            }
            if item.is_none() && !list(&spot.text).is_empty() {
                return None;
            }
            (Part::Header(name.clone(), item.clone()), lower)
        }
        Place::Query(name) => (Part::Query(name.clone()), name.to_ascii_lowercase()),
        Place::Field(pointer) if pointer.matches('/').count() <= 2 => {
            (Part::Field(pointer.clone()), pointer.to_ascii_lowercase())
        }
        Place::Field(_) => return None,
    };
    Some((part, name))
}

/// Nonces first, then identifiers, then the rest.
fn rank(name: &str) -> usize {
    let groups: [&[&str]; 2] = [&["nonce", "rand", "salt"], &["id", "key", "token", "app", "client", "header"]];
    groups.iter().position(|group| group.iter().any(|part| name.contains(part))).unwrap_or(groups.len())
}
