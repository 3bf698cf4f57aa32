//! What a search found, in sentences.

use super::{
    signatures::{self, Spot},
    trial::Outcome,
};
use crate::{
    crypto::{
        encoding::Encoding,
        scheme::{
            SigningInput,
            part::{Function, Part},
        },
    },
    http::Headers,
};

/// The findings, or what was tried and what could not be.
pub(super) fn of(outcome: &Outcome, input: &SigningInput<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(checksum) = &outcome.checksum {
        notes.push(format!(
            "{checksum} fits, which everybody can compute: it shows accidents and authenticates nothing."
        ));
    }
    let tried = outcome.tried;
    if let Some(scheme) = &outcome.scheme {
        notes.push(format!("The signature is {scheme}: {}. It was found after {tried} others.", scheme.describe()));
        notes.extend(scheme.weakness().map(|weakness| format!("This scheme is weak: {weakness}.")));
        if scheme.has(&|part| matches!(part, Part::Apply(Function::Sorted, _))) {
            notes.push(
                "One delivery does not tell whether its values are sorted or always in this order: check a second one."
                    .into(),
            );
        }
        return notes;
    }
    let spots = signatures::spots(&input.delivery);
    if outcome.candidates == 0 {
        let nor = if input.secret.is_empty() { "" } else { ", and none is the secret" };
        notes.push(format!(
            "No header field, parameter or field of the body looks like a digest{nor}: this delivery is not signed, or its \
             signature was lost on the way."
        ));
    } else if input.secret.is_empty() {
        notes.push(format!("No secret was given, so only what needs none was tried: {tried} signatures."));
    } else {
        notes.push(format!(
            "None of {tried} signatures that were tried fits: check the secret, and that the body's bytes are unchanged."
        ));
    }
    notes.extend(several(input.delivery.headers));
    if outcome.is_cut {
        notes.push("Not all was tried that could be, to bound the work: capture a smaller delivery.".into());
    }
    if input.delivery.url.is_empty() && outcome.candidates > 0 {
        notes.push("Nothing with the URL was tried, since it was not given.".into());
    }
    notes.extend(spots.iter().find_map(asymmetric));
    notes
}

/// A header field that came several times, with a digest in each.
fn several(headers: &Headers) -> Option<String> {
    let repeated = |(name, value): &(&str, &str)| {
        let is_other = |(field, other): (&str, &str)| field.eq_ignore_ascii_case(name) && other != *value;
        signatures::is_digest(value) && headers.iter().any(is_other)
    };
    let (name, _) = headers.iter().find(repeated)?;
    Some(format!("There are several {name} that differ: something on the way added one."))
}

/// What a signature by an asymmetric key looks like.
fn asymmetric(spot: &Spot<'_>) -> Option<String> {
    let text = spot.text.trim();
    let is_token = text.starts_with("eyJ") && text.split('.').count() == 3;
    let name = spot.place.describe();
    let bytes = Encoding::Base64.decode(text.as_bytes()).unwrap_or_default();
    let kind = match bytes.len() {
        _ if is_token => "a JSON Web Token",
        256 | 384 | 512 => "a signature by RSA",
        68..=72 if bytes.starts_with(&[0x30]) => "a signature by ECDSA",
        _ if name.to_ascii_lowercase().contains("ed25519") => "a signature by Ed25519",
        _ => return None,
    };
    Some(format!(
        "The {name} holds what looks like {kind}, which no scheme describes: check it with a verifier of your own."
    ))
}
