//! The check of a signature.

use super::receiver::Webhooks;
use crate::{
    crypto::{SIGN_HEADER, SIGN_KEY_HEADER, SigningInput, single},
    delivery::Delivery,
    error::{Error, ErrorCode},
    secret::Secret,
};

impl Webhooks {
    pub(super) fn verify(&self, delivery: &Delivery<'_>) -> Result<bool, Error> {
        let headers = delivery.headers;
        let Some(signature) = headers.joined(SIGN_HEADER) else {
            if !self.config.require_signature {
                return Ok(false);
            }
            let why = "the delivery has no X-AIRudder-Sign; for events that AI Rudder does not sign, set require_signature to false";
            return Err(Error::new(ErrorCode::SignatureMissing, why));
        };
        let sent_key = headers.joined(SIGN_KEY_HEADER);
        let sent_key = sent_key.as_deref().and_then(single);
        let key = self.config.sign_key.as_ref().map(Secret::expose).or(sent_key);
        let mut outcome = Ok(false);
        for secret in &self.config.secrets {
            let input = SigningInput { secret: secret.expose(), key, delivery: *delivery, plain: None };
            outcome = self.scheme.verify_with(&*self.provider, &signature, &input).map(|()| true);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}
