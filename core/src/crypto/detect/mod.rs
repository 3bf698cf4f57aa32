//! Finds out from one captured delivery how AI Rudder signs and encrypts, since the vendor does not publish it.

mod cipher;
mod contents;
mod detection;
mod engine;
mod known;
mod notes;
mod order;
mod search;
mod signatures;
mod templates;
mod trial;
mod values;

pub use detection::Detection;

use super::{
    key::KeyForm,
    names::SIGN_KEY_HEADER,
    scheme::{Scheme, SigningInput},
};
use crate::{
    delivery::Delivery,
    error::{Error, ErrorCode},
    secret::check_secret,
};

/// The largest body that [`detect`] takes, in bytes: thousands of constructions are computed over it.
pub const MAX_DETECT_BYTES: usize = 64 * 1024;

/// A captured delivery, and what is known about how it was made.
#[derive(Clone, Copy)]
pub struct Captured<'a> {
    /// The delivery, as it came. With its URL, constructions that sign it can be found.
    pub delivery: Delivery<'a>,
    /// The secret of the signature; without it, only what needs none is tried.
    pub secret: Option<&'a str>,
    /// The sign key; absent: the one that the delivery names.
    pub sign_key: Option<&'a str>,
    /// The key of the cipher, as it was given to you; without it, no cipher is tried.
    pub encryption_key: Option<&'a str>,
}

impl<'a> Captured<'a> {
    /// A delivery of which nothing else is known.
    #[must_use]
    pub const fn new(delivery: Delivery<'a>) -> Self {
        Self { delivery, secret: None, sign_key: None, encryption_key: None }
    }
}

/// Tries every known scheme and cipher on a captured delivery.
///
/// The signature is looked for in every header field, in the URL's query, and in the body. What is signed may be the body,
/// the decrypted text, a digest of either, its sorted parameters, or single fields, with secret, key, time and the like
/// around it. The work is limited, and not the time: a body of 64 KiB takes less than a second natively. What is found
/// verifies this delivery.
///
/// The body must be the bytes as they came, at most [`MAX_DETECT_BYTES`] of them (E5003). A blank secret is an
/// error (E1001), and so is a blank encryption key (E6001).
pub fn detect(captured: &Captured<'_>) -> Result<Detection, Error> {
    let Captured { delivery, secret, sign_key, encryption_key } = *captured;
    if delivery.body.len() > MAX_DETECT_BYTES {
        let message = format!("detect takes bodies up to {MAX_DETECT_BYTES} bytes; capture a smaller delivery");
        return Err(Error::new(ErrorCode::BodyTooLarge, message));
    }
    secret.map_or(Ok(()), |secret| check_secret(secret, "secret"))?;
    sign_key.map_or(Ok(()), |key| check_secret(key, "sign_key"))?;
    // Of any text a digest can be the key, but for those that nobody was given as a key.
    encryption_key.map_or(Ok(()), |key| KeyForm::Sha256.key(key).map(|_| ()))?;
    let mut found = Detection::default();
    let plain = cipher::find_cipher(delivery.headers, delivery.body, encryption_key, &mut found);
    let key = sign_key.or_else(|| delivery.headers.get(SIGN_KEY_HEADER));
    let input = SigningInput { secret: secret.unwrap_or_default(), key, delivery, plain: plain.as_deref() };
    let outcome = search::run(&input);
    found.notes.splice(..0, notes::of(&outcome, &input));
    found.weakness = outcome.scheme.as_ref().and_then(Scheme::weakness);
    found.scheme = outcome.scheme;
    found.tried = outcome.tried;
    Ok(found)
}
