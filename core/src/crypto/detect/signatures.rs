//! What may be the signature of a delivery: every text in it that could be the bytes of a digest.

use std::borrow::Cow;

use airudder_json::push_segment;

use crate::{
    crypto::{
        encoding::Encoding,
        names::SIGN_HEADER,
        scheme::{form, place::Place, single},
    },
    delivery::Delivery,
    http::Headers,
    members,
};

/// The lengths of digests, in bytes.
const LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];
/// The number of candidates that are looked at.
const MAX_CANDIDATES: usize = 64;
/// The number of fields of a body that are looked at, and their deepest nesting.
const MAX_FIELDS: usize = 200;
const MAX_DEPTH: usize = 6;
/// The longest prefix, in bytes: a word, and perhaps the public part of a key.
const MAX_PREFIX: usize = 80;
/// Names that tell of a signature.
const LIKELY: [&str; 10] = ["sign", "hmac", "digest", "mac", "hash", "auth", "sum", "token", "secur", "verif"];

/// A text of a delivery, and its place.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) place: Place,
    /// What stands before the text.
    pub(super) prefix: String,
    pub(super) text: Cow<'a, str>,
}

/// A text that may be a signature.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) place: Place,
    pub(super) prefix: String,
    pub(super) encoding: Encoding,
    pub(super) bytes: Vec<u8>,
}

impl Candidate {
    /// Returns whether it stands in the header field of this name.
    pub(super) fn is_at(&self, field: &str) -> bool {
        is_header(&self.place, field)
    }
}

impl Spot<'_> {
    /// Returns whether it looks like a digest, by its name and its text.
    pub(super) fn is_signature(&self) -> bool {
        self.is_likely() && is_digest(&self.text)
    }

    /// Returns whether its name tells of a signature.
    pub(super) fn is_likely(&self) -> bool {
        is_likely(&self.place)
    }

    fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let decoded = decode(self.text.trim()).into_iter();
        decoded.map(|(encoding, bytes)| Candidate {
            place: self.place.clone(),
            prefix: self.prefix.clone(),
            encoding,
            bytes,
        })
    }
}

/// All candidates, those whose names tell of a signature first.
pub(super) fn candidates(spots: &[Spot<'_>]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = spots.iter().flat_map(Spot::candidates).collect();
    found.sort_by_key(|candidate| (!candidate.is_at(SIGN_HEADER), !is_likely(&candidate.place)));
    found.truncate(MAX_CANDIDATES);
    found
}

/// The texts of header fields, query and body, and what stands behind a prefix in them.
pub(super) fn spots<'a>(delivery: &Delivery<'a>) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    for (name, value) in distinct(delivery.headers) {
        // Spelled as the vendor does it, the usual place need not be named.
        let name = if name.eq_ignore_ascii_case(SIGN_HEADER) { SIGN_HEADER } else { name };
        let place = |item: Option<&str>| Place::Header(name.to_owned(), item.map(str::to_owned));
        let items = list(&value);
        for (item, text) in &items {
            let text = (*text).to_owned().into();
            spots.push(Spot { place: place(Some(item)), prefix: String::new(), text });
        }
        if items.is_empty() {
            behind_prefixes(&place(None), value, &mut spots);
        }
    }
    for (name, value) in form::pairs(form::query(delivery.url)) {
        behind_prefixes(&Place::Query(name.into_owned()), value, &mut spots);
    }
    for (pointer, value) in fields(delivery.body, MAX_DEPTH) {
        spots.push(Spot { place: Place::Field(pointer), prefix: String::new(), text: value });
    }
    spots
}

/// Each header field once; what a proxy wrote twice into it counts once, too.
fn distinct(headers: &Headers) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let first = |name: &str| headers.iter().position(|(field, _)| field.eq_ignore_ascii_case(name));
    let names = headers.iter().enumerate().filter(move |(at, (name, _))| first(name) == Some(*at));
    names.filter_map(|(_, (name, _))| {
        let value = headers.joined(name)?;
        let once = single(&value).map(str::to_owned);
        Some((name, once.map_or(value, Cow::Owned)))
    })
}

/// The items of a list such as `t=1,v1=ab`; nothing where a value is no list of several.
pub(super) fn list(value: &str) -> Vec<(&str, &str)> {
    let is_name = |name: &str| {
        !name.is_empty() && name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let items: Option<Vec<_>> = value
        .split([',', ';'])
        .map(|item| item.trim().split_once('=').filter(|(name, text)| is_name(name) && !text.is_empty()))
        .collect();
    let items = items.filter(|items| items.len() > 1).unwrap_or_default();
    items.into_iter().map(|(name, text)| (name, text.trim_matches('"'))).collect()
}

/// The scalar fields of a body that is a JSON text or a form, by pointer.
pub(super) fn fields(body: &[u8], depth: usize) -> Vec<(String, Cow<'_, str>)> {
    let mut found = Vec::new();
    let Ok(text) = std::str::from_utf8(body) else { return found };
    if form::is_json(text) {
        nested(text, "", depth, &mut found);
    } else if text.contains('=') {
        found.extend(form::pairs(text.trim()).into_iter().map(|(name, value)| (format!("/{name}"), value)));
    }
    found.truncate(MAX_FIELDS);
    found
}

fn nested<'a>(text: &'a str, pointer: &str, depth: usize, found: &mut Vec<(String, Cow<'a, str>)>) {
    for (name, value) in members::of(text) {
        if found.len() >= MAX_FIELDS {
            return;
        }
        let mut inner = pointer.to_owned();
        push_segment(&mut inner, &name);
        if form::is_json(value) {
            if depth > 1 {
                nested(value, &inner, depth - 1, found);
            }
        } else if let Some(text) = members::text_of(value) {
            found.push((inner, text));
        }
    }
}

/// The whole text, and what is behind each character that ends a prefix, also where several stand behind each other.
fn behind_prefixes<'a>(place: &Place, value: Cow<'a, str>, spots: &mut Vec<Spot<'a>>) {
    let mut pieces = vec![value.to_string()];
    if value.contains(' ') {
        pieces.extend(value.split(' ').map(str::to_owned));
    }
    spots.push(Spot { place: place.clone(), prefix: String::new(), text: value });
    for piece in pieces {
        for (at, _) in piece.match_indices(['=', ',', ':', ' ']) {
            let (prefix, text) = piece.split_at(at + 1);
            let is_signature = prefix.get(..at).is_some_and(is_digest);
            if !text.is_empty() && prefix.len() <= MAX_PREFIX && !is_signature {
                spots.push(Spot { place: place.clone(), prefix: prefix.to_owned(), text: text.to_owned().into() });
            }
        }
    }
}

/// Returns whether a text can be a digest.
pub(super) fn is_digest(text: &str) -> bool {
    !decode(text.trim()).is_empty()
}

fn decode(text: &str) -> Vec<(Encoding, Vec<u8>)> {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let hex =
        if has(u8::is_ascii_uppercase) && !has(u8::is_ascii_lowercase) { Encoding::HexUpper } else { Encoding::Hex };
    let base64 = if has(|byte| matches!(byte, b'-' | b'_')) { Encoding::Base64Url } else { Encoding::Base64 };
    // A digest in Base64 of hex has at most 172 characters.
    if text.len() < 16 || text.len() > 200 {
        return Vec::new();
    }
    let forms = [hex, base64, Encoding::Base64OfHex].into_iter();
    let decoded = forms.filter_map(|encoding| Some((encoding, encoding.decode(text.as_bytes())?)));
    decoded.filter(|(_, bytes)| LENGTHS.contains(&bytes.len())).collect()
}

fn is_header(place: &Place, field: &str) -> bool {
    matches!(place, Place::Header(name, _) if name.eq_ignore_ascii_case(field))
}

fn is_likely(place: &Place) -> bool {
    let name = match place {
        Place::Header(name, Some(item)) => format!("{name} {item}"),
        Place::Header(name, None) | Place::Query(name) => name.clone(),
        Place::Field(pointer) => pointer.rsplit('/').next().unwrap_or_default().to_owned(),
    };
    let name = name.to_ascii_lowercase();
    LIKELY.iter().any(|part| name.contains(part))
}
