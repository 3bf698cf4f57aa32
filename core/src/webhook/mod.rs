//! Deliveries of events: verify, decrypt and read them; sign and seal them for tests.
//!
//! A receiver answers 200 with the body `{}` at once, and works on the event later \[documented]: any other answer, and a
//! late one, is repeated after a minute, at most five times \[documented for the predictive dialer, assumed for all other
//! events; whether the five include the first sending is not said]. So events come at least once, in any order, and
//! [`Event::dedupe_key`] tells a repetition.

mod config;
mod event;
mod fields;
mod form;
mod opening;
mod read;
mod receiver;
mod sealing;
mod verifying;

pub use config::WebhookConfig;
use event::expected;
pub use event::{Event, verify_push_params};
use fields::{IS_ENCRYPTED, SIGNED};
use opening::with_form;
pub use receiver::Webhooks;

use crate::{
    crypto::SIGN_KEY_HEADER,
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::Response,
};

impl Webhooks {
    /// Verifies, decrypts and reads a delivery. `body` is the bytes as they came, since a signature is about bytes.
    ///
    /// `kind` names the event that this URL is for, such as `pds.task.status`, which cannot be recognized by its fields;
    /// without it the event is recognized by its `event` field, else by its shape, and what is not known is no error.
    ///
    /// Of a body that is encrypted, line breaks in it, quotes around it and the Base64 alphabet for URLs are taken; of any, a
    /// byte order mark.
    ///
    /// Errors: E5001 and E5002 signature, E5003 size, E5004 nesting, E5005 not a JSON object, or not the one that `Signed` is
    /// about, E5008 not encrypted, E5009 not decryptable and not signed, E60xx not decryptable, but signed. None of them says
    /// what is in the body. A receiver should answer the same to all of them.
    pub fn unwrap(&self, delivery: &Delivery<'_>, kind: Option<&str>) -> Result<Event, Error> {
        if self.config.own_verifier {
            let why = "the receiver has a verifier of its own: ask that one, and call unwrap_verified";
            return Err(Error::new(ErrorCode::Misuse, why));
        }
        self.check_size(delivery.body)?;
        let kind = kind.map(|kind| expected(kind, &self.config)).transpose()?;
        let form = |error| with_form(error, delivery.body);
        // What is signed may be the plain text.
        let opened = self.scheme.signs_plain().then(|| self.open(delivery, false)).transpose().map_err(form)?;
        let plain = opened.as_ref().map(|opened| opened.plain.as_slice());
        let verified = self.verify(delivery, plain).map_err(form)?;
        opened
            .map_or_else(|| self.open(delivery, verified), Ok)
            .and_then(|opened| self.read(opened, delivery, verified, kind))
            .map_err(form)
    }

    /// Decrypts and reads a delivery that the host has verified in a way of its own, such as by an RSA key. The event counts
    /// as verified. Errors as of [`unwrap`](Self::unwrap), but for those of the signature.
    pub fn unwrap_verified(&self, delivery: &Delivery<'_>, kind: Option<&str>) -> Result<Event, Error> {
        self.check_size(delivery.body)?;
        let kind = kind.map(|kind| expected(kind, &self.config)).transpose()?;
        let event = self.open(delivery, true).and_then(|opened| self.read(opened, delivery, true, kind));
        event.map_err(|error| with_form(error, delivery.body))
    }

    /// The names of the header fields that [`unwrap`](Self::unwrap) looks at, in any case: a host can leave out the others.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        let own = [SIGN_KEY_HEADER, SIGNED, IS_ENCRYPTED];
        own.into_iter().chain(self.scheme.header_names()).chain(self.cipher.header_names())
    }

    /// The answer to a delivery, also to one that came before: 200 with the body `{}` \[documented].
    #[must_use]
    pub fn ack() -> Response {
        let headers = [("Content-Type", "application/json")].into_iter().collect();
        Response { status: 200, headers, body: b"{}".to_vec() }
    }
}
