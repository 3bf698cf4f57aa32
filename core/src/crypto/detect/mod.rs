//! Finds out from one captured delivery how AI Rudder signs and encrypts, since the vendor does not publish it.

mod cipher;
mod detection;

use cipher::find_cipher;
pub use detection::Detection;

use super::{
    encoding::Encoding,
    key::KeyForm,
    names::{SIGN_HEADER, SIGN_KEY_HEADER},
    provider::BuiltIn,
    scheme::{Scheme, Signer, SigningInput, single},
};
use crate::{
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::Headers,
    secret::check_secret,
};

/// The largest body that [`detect`] takes, in bytes: each of some ten thousand schemes is computed over it.
pub const MAX_DETECT_BYTES: usize = 64 * 1024;

/// The number of header fields that are tried as part of the signed text.
const MAX_HEADERS: usize = 8;
/// The separators between the parts of a signed text.
const SEPARATORS: [&str; 7] = ["", ".", ":", "&", "|", "-", "\n"];

/// Tries every known scheme and cipher on a captured delivery.
///
/// `secret` is for the signature and `key` for the cipher, as they were given to you, whatever their form; what is not given
/// is not tried. The body must be the bytes as they came, at most [`MAX_DETECT_BYTES`] of them (E5003).
pub fn detect(headers: &Headers, body: &[u8], secret: Option<&str>, key: Option<&str>) -> Result<Detection, Error> {
    if body.len() > MAX_DETECT_BYTES {
        let message = format!("detect takes bodies up to {MAX_DETECT_BYTES} bytes; capture a smaller delivery");
        return Err(Error::new(ErrorCode::BodyTooLarge, message));
    }
    secret.map_or(Ok(()), |secret| check_secret(secret, "secret"))?;
    // Of any text a digest can be the key, but for those that nobody was given as a key.
    key.map_or(Ok(()), |key| KeyForm::Sha256.key(key).map(|_| ()))?;
    let mut found = Detection::default();
    find_scheme(headers, body, secret, &mut found);
    find_cipher(headers, body, key, &mut found);
    Ok(found)
}

fn find_scheme(headers: &Headers, body: &[u8], secret: Option<&str>, found: &mut Detection) {
    let Some(signature) = headers.joined(SIGN_HEADER) else {
        found.notes.push(format!("There is no {SIGN_HEADER}: this delivery is not signed."));
        return;
    };
    let Some(signature) = single(&signature) else {
        found.notes.push(format!("There are several {SIGN_HEADER} that differ: something on the way added one."));
        return;
    };
    let key = headers.get(SIGN_KEY_HEADER);
    let input =
        SigningInput { secret: secret.unwrap_or_default(), key, delivery: Delivery::new(body, headers), plain: None };
    let given: Vec<(Encoding, Vec<u8>)> = [Encoding::Base64, Encoding::Hex]
        .into_iter()
        .filter_map(|encoding| Some((encoding, encoding.decode(signature.as_bytes())?)))
        .collect();
    for message in messages(headers) {
        for digest in ["hmac-sha256", "hmac-sha1", "hmac-md5", "sha256", "sha1", "md5"] {
            let text = |encoding: Encoding| format!("{digest}:{}:{message}", encoding.as_str());
            let Ok(scheme) = Scheme::parse_any(&text(Encoding::Hex)) else { continue };
            if secret.is_none() && scheme.signer() != Signer::Anybody {
                continue;
            }
            let Ok(computed) = scheme.compute(&BuiltIn, &input) else { continue };
            let Some((encoding, _)) = given.iter().find(|(_, given)| *given == computed) else { continue };
            let text = text(*encoding);
            match text.parse().or_else(|_| format!("{text};weak").parse::<Scheme>()) {
                Ok(scheme) => {
                    found.notes.push(format!("The signature is {scheme}."));
                    found.notes.extend(scheme.weakness().map(|weakness| format!("It is weak: {weakness}.")));
                    found.scheme = Some(scheme);
                }
                Err(_) => found.notes.push(format!(
                    "The signature is {text}, which everybody can compute: it shows accidents and authenticates nothing."
                )),
            }
            return;
        }
    }
    found.notes.push(match secret {
        Some(_) => {
            "No known scheme gives this signature: check the secret, and that the body's bytes are unchanged.".into()
        }
        None => "No secret was given, so the signature was tried without one only.".into(),
    });
}

/// Texts that might be signed, the simplest first: the body with secret, key or a header field before or behind it.
fn messages(headers: &Headers) -> Vec<String> {
    let mut atoms = vec!["secret".to_owned()];
    if headers.get(SIGN_KEY_HEADER).is_some() {
        atoms.push("key".into());
    }
    let ours =
        [SIGN_HEADER, SIGN_KEY_HEADER, "Host", "Content-Type", "Content-Length", "User-Agent", "Connection", "Accept"];
    let candidates =
        headers.iter().map(|(name, _)| name).filter(|name| !ours.iter().any(|our| our.eq_ignore_ascii_case(name)));
    let fields: Vec<String> = candidates.take(MAX_HEADERS).map(|name| format!("header({name})")).collect();

    let mut orders = vec![vec!["body".to_owned()]];
    orders.extend(around(&atoms));
    for field in fields {
        let with_field: Vec<String> = atoms.iter().cloned().chain([field.clone()]).collect();
        orders.extend(around(&with_field).into_iter().filter(|order| order.contains(&field)));
    }
    orders.push(vec!["secret".into(), "body".into(), "secret".into()]);
    let longest = orders.iter().map(Vec::len).max().unwrap_or_default();
    let simplest_first = (1..=longest).flat_map(|length| orders.iter().filter(move |order| order.len() == length));
    simplest_first.flat_map(|order| SEPARATORS.iter().filter_map(|separator| join(order, separator))).collect()
}

/// Every order of the body with one or more of the others.
fn around(others: &[String]) -> Vec<Vec<String>> {
    let mut orders = vec![vec!["body".to_owned()]];
    for other in others {
        for order in orders.clone() {
            orders.extend((0..=order.len()).map(|at| {
                let mut longer = order.clone();
                longer.insert(at, other.clone());
                longer
            }));
        }
    }
    orders.retain(|order| order.len() > 1);
    orders
}

fn join(order: &[String], separator: &str) -> Option<String> {
    match (order, separator) {
        (_, "") => Some(order.join("+")),
        ([_], _) => None,
        _ => Some(order.join(&format!("+'{separator}'+"))),
    }
}
