//! The check of a signature.

use super::receiver::Webhooks;
use crate::{
    crypto::{SIGN_KEY_HEADER, SigningInput, single},
    delivery::Delivery,
    error::{Error, ErrorCode},
    secret::Secret,
};

impl Webhooks {
    /// Returns whether a signature was checked. `plain` is the decrypted body, where the scheme signs that.
    pub(super) fn verify(&self, delivery: &Delivery<'_>, plain: Option<&[u8]>) -> Result<bool, Error> {
        let Some(signature) = self.scheme.signature(delivery) else { return self.unsigned() };
        let sent_key = delivery.headers.joined(SIGN_KEY_HEADER);
        let sent_key = sent_key.as_deref().and_then(single);
        let key = self.config.sign_key.as_ref().map(Secret::expose).or(sent_key);
        let secrets = self.config.secrets.iter().map(Secret::expose);
        // A scheme that is keyed with the sign key has no secret.
        let key_alone = self.scheme.needs_sign_key().then_some("");
        let mut outcome = Ok(false);
        for secret in secrets.chain(key_alone) {
            let input = SigningInput { secret, key, delivery: *delivery, plain };
            outcome = self.scheme.verify_with(&*self.provider, &signature, &input).map(|()| true);
            if outcome.is_ok() {
                break;
            }
        }
        if let (Ok(true), Some(tolerance)) = (&outcome, self.config.tolerance_ms) {
            self.scheme.check_time(delivery, tolerance)?;
        }
        outcome
    }

    fn unsigned(&self) -> Result<bool, Error> {
        if !self.config.require_signature {
            return Ok(false);
        }
        let place = self.scheme.place();
        let why = format!(
            "the delivery has no {place}; for events that AI Rudder does not sign, set require_signature to false"
        );
        Err(Error::new(ErrorCode::SignatureMissing, why))
    }
}
