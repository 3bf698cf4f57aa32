//! From the body as it came to its plain text.

use std::borrow::Cow;

use super::{
    fields::{IS_ENCRYPTED, SIGNED},
    form,
    receiver::Webhooks,
};
use crate::{
    crypto::{self, single},
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::Headers,
};

const BYTE_ORDER_MARK: char = '\u{feff}';

impl Webhooks {
    /// The plain text. With a key, a body that is JSON already may be plain: the vendor may switch encryption on and off, and
    /// it is the signature that authenticates.
    pub(super) fn open(&self, delivery: &Delivery<'_>, verified: bool) -> Result<String, Error> {
        let Delivery { body, headers, .. } = *delivery;
        let plain = if is_object(body) {
            if self.config.require_encryption.unwrap_or(self.key.is_some() && !verified) {
                let why = "the body is plain, and nothing tells who sent it; \
                           set require_encryption to false, if AI Rudder sends plain events to this account";
                return Err(Error::new(ErrorCode::NotEncrypted, why));
            }
            body.to_vec()
        } else if let Some(key) = &self.key {
            self.cipher.decrypt_with(&*self.provider, &unquoted(body), key)?
        } else {
            let encrypted = headers.get(IS_ENCRYPTED).is_some_and(|value| value.trim() == "1");
            let why = if encrypted {
                "the body is encrypted: give encryption_key"
            } else {
                "the body is not a JSON object; if AI Rudder encrypts events for this account, give encryption_key"
            };
            return Err(Error::new(ErrorCode::InvalidBody, why));
        };
        check_digest(&plain, headers)?;
        let text = String::from_utf8(plain).map_err(|_| {
            let why = if self.key.is_some() { "; is it the right encryption key and cipher?" } else { "" };
            Error::new(ErrorCode::InvalidBody, format!("the body is not UTF-8{why}"))
        })?;
        Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text))
    }
}

/// Returns whether a body is a JSON object by its first character.
fn is_object(body: &[u8]) -> bool {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().starts_with(b"{")
}

/// The text of a body that is a JSON string; any other body as it is.
fn unquoted(body: &[u8]) -> Cow<'_, [u8]> {
    match serde_json::from_slice::<String>(body) {
        Ok(text) => Cow::Owned(text.into_bytes()),
        Err(_) => Cow::Borrowed(body),
    }
}

/// The digest is unkeyed: it shows a wrong key or a damaged body, not an attacker.
fn check_digest(plain: &[u8], headers: &Headers) -> Result<(), Error> {
    let Some(signed) = headers.joined(SIGNED) else { return Ok(()) };
    if single(&signed).is_some_and(|digest| digest.eq_ignore_ascii_case(&crypto::digest(plain))) {
        return Ok(());
    }
    let why =
        "the plain body does not match its `Signed` digest: it was changed, or the encryption key or cipher is wrong";
    Err(Error::new(ErrorCode::InvalidBody, why))
}

/// Says what the body seems to be, where that may be why it was refused.
pub(super) fn with_form(mut error: Error, body: &[u8]) -> Error {
    let about_body = matches!(
        error.code(),
        ErrorCode::SignatureMismatch
            | ErrorCode::InvalidBody
            | ErrorCode::InvalidCiphertext
            | ErrorCode::InvalidPadding
    );
    if let Some(form) = form::of(body).filter(|_| about_body) {
        error.details_mut().message.push_str("; ");
        error.details_mut().message.push_str(form);
    }
    error
}
