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
    /// about, E5008 not encrypted, E60xx not decryptable. None of them says what is in the body. A receiver should answer
    /// the same to all of them: who could tell E5005 from E6003 might decrypt deliveries by trying.
    pub fn unwrap(&self, delivery: &Delivery<'_>, kind: Option<&str>) -> Result<Event, Error> {
        if self.config.own_verifier {
            let why = "the receiver has a verifier of its own: ask that one, and call unwrap_verified";
            return Err(Error::new(ErrorCode::Misuse, why));
        }
        self.check_size(delivery.body)?;
        let form = |error| with_form(error, delivery.body);
        if self.scheme.signs_plain() {
            let plain = self.open(delivery, false).map_err(form)?;
            let verified = self.verify(delivery, Some(plain.as_bytes())).map_err(form)?;
            return Event::read(plain, verified, kind, self.config.max_depth, &*self.provider);
        }
        let verified = self.verify(delivery, None).map_err(form)?;
        self.read(delivery, verified, kind)
    }

    /// Decrypts and reads a delivery that the host has verified in a way of its own, such as by an RSA key. The event counts
    /// as verified. Errors as of [`unwrap`](Self::unwrap), but for those of the signature.
    pub fn unwrap_verified(&self, delivery: &Delivery<'_>, kind: Option<&str>) -> Result<Event, Error> {
        self.check_size(delivery.body)?;
        self.read(delivery, true, kind)
    }

    fn read(&self, delivery: &Delivery<'_>, verified: bool, kind: Option<&str>) -> Result<Event, Error> {
        let text = self.open(delivery, verified).map_err(|error| with_form(error, delivery.body))?;
        Event::read(text, verified, kind, self.config.max_depth, &*self.provider)
    }

    /// The names of the header fields that [`unwrap`](Self::unwrap) looks at, in any case: a host can leave out the others.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        [SIGN_KEY_HEADER, SIGNED, IS_ENCRYPTED].into_iter().chain(self.scheme.header_names())
    }

    /// The answer to a delivery, also to one that came before: 200 with the body `{}` \[documented].
    #[must_use]
    pub fn ack() -> Response {
        let headers = [("Content-Type", "application/json")].into_iter().collect();
        Response { status: 200, headers, body: b"{}".to_vec() }
    }
}
