//! A receiver with its settings, checked once.

use std::sync::Arc;

use airudder_json::LONGEST;

use super::config::{DEEPEST, WebhookConfig};
use crate::{
    crypto::{BuiltIn, Cipher, EncryptionKey, Provider, Scheme},
    error::{Error, ErrorCode},
};

/// A receiver of events.
///
/// ```
/// # use airudder_core::{Delivery, WebhookConfig, Webhooks};
/// let hooks = Webhooks::new(WebhookConfig { secrets: vec!["fake-secret".into()], ..Default::default() })?;
/// let body = br#"{"event":"channel.message.sent","messages":[]}"#;
/// let event = hooks.unwrap(&Delivery::new(body, &hooks.sign(body)?), None)?;
/// assert_eq!(event.name(), "channel.message.sent");
/// assert!(hooks.unwrap(&Delivery::new(b"{}", &hooks.sign(body)?), None).is_err());
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub(super) config: WebhookConfig,
    pub(super) scheme: Scheme,
    pub(super) cipher: Cipher,
    pub(super) key: Option<EncryptionKey>,
    pub(super) provider: Arc<dyn Provider>,
}

impl Webhooks {
    /// A receiver with these settings, checked once.
    pub fn new(config: WebhookConfig) -> Result<Self, Error> {
        Self::with_provider(config, Arc::new(BuiltIn))
    }

    /// The same, with AES, SHA-256 and HMAC lent by the host.
    pub fn with_provider(config: WebhookConfig, provider: Arc<dyn Provider>) -> Result<Self, Error> {
        if !(1..=DEEPEST).contains(&config.max_depth) {
            return Err(invalid("max_depth", "max_depth is from 1 to 100"));
        }
        if config.require_encryption == Some(true) && config.encryption_key.is_none() {
            return Err(invalid("require_encryption", "require_encryption needs an encryption_key"));
        }
        let scheme: Scheme = config.scheme.parse().map_err(|error: Error| error.at("/scheme"))?;
        check_secrets(&config, &scheme)?;
        let cipher: Cipher = config.cipher.parse().map_err(|error: Error| error.at("/cipher"))?;
        let key = config.encryption_key.as_ref().map(|key| cipher.key(key.expose())).transpose();
        let key = key.map_err(|error| error.at("/encryption_key"))?;
        Ok(Self { config, scheme, cipher, key, provider })
    }

    /// What an attacker could do although the signature is checked; see [`Scheme::weakness`]. `None` also where the host
    /// verifies in a way of its own.
    #[must_use]
    pub fn weakness(&self) -> Option<&'static str> {
        self.scheme.weakness().filter(|_| !self.config.own_verifier)
    }

    /// Fails where a body is larger than `max_body_bytes` (E5003): for hosts that look at it before they unwrap it.
    pub fn check_size(&self, body: &[u8]) -> Result<(), Error> {
        let limit = self.config.max_body_bytes.min(LONGEST);
        if body.len() > limit {
            let message = format!("the body has {} bytes, more than {limit}", body.len());
            return Err(Error::new(ErrorCode::BodyTooLarge, message));
        }
        Ok(())
    }
}

/// Fails where there are no secrets for the scheme, or some that are none.
fn check_secrets(config: &WebhookConfig, scheme: &Scheme) -> Result<(), Error> {
    let has_secrets = !config.secrets.is_empty();
    if config.own_verifier && has_secrets {
        return Err(invalid("verify", "give either a secret or a verifier of your own, and not both"));
    }
    if scheme.needs_sign_key() {
        if config.sign_key.is_none() {
            return Err(invalid(
                "sign_key",
                "the scheme is keyed with the sign key: give it, since one that comes with a \
                 delivery would authenticate nobody",
            ));
        }
    } else if config.require_signature && !has_secrets && !config.own_verifier {
        return Err(invalid("secret", "give the secret, or set require_signature to false"));
    }
    config.secrets.iter().try_for_each(|secret| secret.check("secret"))?;
    config.secrets.iter().try_for_each(|secret| scheme.check_form(secret.expose(), "secret"))?;
    config.sign_key.as_ref().map_or(Ok(()), |key| key.check("sign_key"))
}

pub(super) fn invalid(field: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidConfig, message).at(format!("/{field}"))
}
