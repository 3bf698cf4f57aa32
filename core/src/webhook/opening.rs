//! From the body as it came to its plain text.

use super::{
    event::Event,
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

/// A body without its encryption.
pub(super) struct Opened {
    pub(super) plain: Vec<u8>,
    was_encrypted: bool,
}

impl Webhooks {
    /// Decrypts a body. With a key, one that is JSON already may be plain: the vendor may switch encryption on and off.
    pub(super) fn open(&self, delivery: &Delivery<'_>, verified: bool) -> Result<Opened, Error> {
        let Delivery { body, headers, .. } = *delivery;
        let is_plain = if self.key.is_some() { self.cipher.is_plain(body) } else { is_object(body) };
        if is_plain {
            return Ok(Opened { plain: body.to_vec(), was_encrypted: false });
        }
        let Some(key) = &self.key else {
            let encrypted = headers.get(IS_ENCRYPTED).is_some_and(|value| value.trim() == "1");
            let why = if encrypted {
                "the body is encrypted: give encryption_key"
            } else {
                "the body is not a JSON object; if AI Rudder encrypts events for this account, give encryption_key"
            };
            return Err(Error::new(ErrorCode::InvalidBody, why));
        };
        match self.cipher.decrypt_with(&*self.provider, body, key, headers) {
            Ok(plain) => Ok(Opened { plain, was_encrypted: true }),
            Err(error) if verified => Err(error),
            Err(_) => Err(undecryptable()),
        }
    }

    /// Reads a body that was decrypted, if it had to be.
    pub(super) fn read(
        &self,
        opened: Opened,
        delivery: &Delivery<'_>,
        verified: bool,
        kind: Option<String>,
    ) -> Result<Event, Error> {
        let needs_encryption = self.config.require_encryption.unwrap_or(self.key.is_some() && !verified);
        if needs_encryption && !opened.was_encrypted {
            let why = "the body is plain, and nothing tells who sent it; \
                       set require_encryption to false, if AI Rudder sends plain events to this account";
            return Err(Error::new(ErrorCode::NotEncrypted, why));
        }
        let is_doubtful = opened.was_encrypted && !verified && !self.cipher.authenticates();
        let event = self
            .text(opened.plain, delivery.headers)
            .and_then(|text| Event::read(text, verified, kind, &self.config, &*self.provider));
        if is_doubtful { event.map_err(|_| undecryptable()) } else { event }
    }

    /// The text of an event, without a byte order mark.
    fn text(&self, plain: Vec<u8>, headers: &Headers) -> Result<String, Error> {
        check_digest(&plain, headers)?;
        let text = String::from_utf8(plain).map_err(|_| {
            let why = if self.key.is_some() { "; is it the right encryption key and cipher?" } else { "" };
            Error::new(ErrorCode::InvalidBody, format!("the body is not UTF-8{why}"))
        })?;
        Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text))
    }
}

/// One error, whatever was wrong: who could tell wrong padding from wrong JSON might decrypt other deliveries by trying.
fn undecryptable() -> Error {
    let why =
        "the body cannot be decrypted, and nothing else tells who sent it: check the encryption key and the cipher";
    Error::new(ErrorCode::Undecryptable, why)
}

/// Returns whether a body is a JSON object by its first character.
fn is_object(body: &[u8]) -> bool {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().starts_with(b"{")
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
            | ErrorCode::Undecryptable
            | ErrorCode::InvalidCiphertext
            | ErrorCode::InvalidPadding
    );
    if let Some(form) = form::of(body).filter(|_| about_body) {
        error.details_mut().message.push_str("; ");
        error.details_mut().message.push_str(form);
    }
    error
}
