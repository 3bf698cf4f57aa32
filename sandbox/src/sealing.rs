//! Everything cryptographic, done by the core: requests, responses and events.

use airudder_core::crypto::{self, EncryptionKey, SIGN_HEADER, SIGN_KEY_HEADER, Scheme, SigningInput};
use airudder_core::{Delivery, Error, Headers, WebhookConfig, Webhooks};
use axum::http::HeaderMap;

use crate::config::{Config, ConfigError};
use crate::random;

/// The account's key, checked once.
pub(crate) fn key(config: &Config) -> Result<Option<EncryptionKey>, ConfigError> {
    let key = config.encryption_key.as_ref().map(|key| EncryptionKey::new(key.expose()));
    key.transpose().map_err(|error| ConfigError(format!("encryption_key: {error}")))
}

/// Decrypts a request's body and checks its digest.
pub(crate) fn open(body: &[u8], key: &EncryptionKey, signed: &str) -> Result<String, String> {
    let plain = crypto::decrypt(body, key).map_err(|error| error.to_string())?;
    if !crypto::digest(&plain).eq_ignore_ascii_case(signed.trim()) {
        return Err("the plain text does not match its `Signed` digest: wrong key, or damaged on the way".into());
    }
    String::from_utf8(plain).map_err(|_| "the decrypted body is not UTF-8".into())
}

/// Encrypts a response's body; gives it with the digest of its plain text.
pub(crate) fn seal(text: &str, key: &EncryptionKey) -> Result<(String, String), Error> {
    Ok((crypto::encrypt(text.as_bytes(), key)?, crypto::digest(text.as_bytes())))
}

/// What signs and encrypts the events, as configured.
pub(crate) fn hooks(config: &Config) -> Result<Webhooks, ConfigError> {
    let settings = WebhookConfig {
        secrets: config.sign_secret.clone().into_iter().collect(),
        sign_key: config.sign_key.clone(),
        scheme: config.sign_scheme.clone(),
        encryption_key: config.encryption_key.clone().filter(|_| config.encrypt_events),
        cipher: config.event_cipher.clone(),
        require_signature: false,
        ..WebhookConfig::default()
    };
    Webhooks::new(settings).map_err(|error| ConfigError(format!("events: {error}")))
}

/// Fails where no event could be sent: the scheme signs what no event has, such as a header field of the vendor's own.
pub(crate) fn try_out(hooks: &Webhooks) -> Result<(), ConfigError> {
    let sealed = hooks.seal("{}", Some(random::fresh_block()));
    sealed.map(drop).map_err(|error| {
        let remedy = "a key is given with sign_key, and of the header fields only Content-Type and User-Agent are sent";
        ConfigError(format!("sign_scheme: events could not be signed: {error}; {remedy}"))
    })
}

/// Returns whether a request carries the right signature; without a secret, any is.
pub(crate) fn is_signed(config: &Config, headers: &HeaderMap, sent: &[u8]) -> bool {
    let fields: Headers =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let (Some(signature), Some(key)) = (fields.get(SIGN_HEADER), fields.get(SIGN_KEY_HEADER)) else { return false };
    if config.sign_key.as_ref().is_some_and(|known| known.expose() != key) {
        return false;
    }
    let Some(secret) = &config.sign_secret else { return true };
    let input =
        SigningInput { secret: secret.expose(), key: Some(key), delivery: Delivery::new(sent, &fields), plain: None };
    config.sign_scheme.parse::<Scheme>().is_ok_and(|scheme| scheme.verify(signature, &input).is_ok())
}
