//! Everything cryptographic, done by the core: requests, responses and events.

use airudder_core::crypto::{self, EncryptionKey, SIGN_KEY_HEADER, Scheme, SigningInput};
use airudder_core::{Delivery, Error, Headers, Secret, WebhookConfig, Webhooks};
use axum::body::Bytes;
use axum::http::{HeaderMap, Request};
use reqwest::Url;

use crate::config::{Config, ConfigError};
use crate::{clock, random};

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

/// What signs as [`hooks`] does, with a secret that is not the right one.
pub(crate) fn forger(config: &Config) -> Result<Webhooks, ConfigError> {
    let secret = config.sign_secret.as_ref().map_or_else(|| "fake-secret".into(), |right| another(right.expose()));
    hooks(&Config { sign_secret: Some(Secret::from(secret)), ..config.clone() })
}

/// A secret of the same form (text, hex or Base64) with one character changed, behind any prefix.
fn another(right: &str) -> String {
    let mut characters: Vec<char> = right.chars().collect();
    let middle = characters.len() / 2;
    match characters.iter_mut().skip(middle).find(|character| character.is_ascii_alphanumeric()) {
        Some(character) => *character = if *character == '0' { '1' } else { '0' },
        None => characters.push('0'),
    }
    characters.into_iter().collect()
}

/// An event as it is sent to a receiver at this time: encrypted and signed, as configured.
pub(crate) fn event(hooks: &Webhooks, text: &str, receiver: Option<&Url>) -> Result<(Headers, Vec<u8>), Error> {
    let headers = Headers::new();
    let received_ms = u64::try_from(clock::host_ms()).ok();
    let delivery =
        Delivery { url: receiver.map_or("", Url::as_str), received_ms, ..Delivery::new(text.as_bytes(), &headers) };
    hooks.seal_with(&delivery, Some(random::fresh_block()))
}

/// Fails where no event could be sent: the scheme signs what no event has, such as a header field of the vendor's own.
pub(crate) fn try_out(hooks: &Webhooks, receiver: &Url) -> Result<(), ConfigError> {
    event(hooks, "{}", Some(receiver)).map(drop).map_err(|error| {
        let remedy = "a key is given with sign_key; of the header fields, only Content-Type, User-Agent, and a time that \
                      the scheme marks as `time(…)` are sent";
        ConfigError(format!("sign_scheme: events could not be signed: {error}; {remedy}"))
    })
}

/// Returns whether a request carries the right signature; without a secret, any is. `plain` is what it says when it
/// is decrypted.
pub(crate) fn is_signed(config: &Config, request: &Request<Bytes>, plain: &str) -> bool {
    let Ok(scheme) = config.sign_scheme.parse::<Scheme>() else { return false };
    let (headers, url) = (fields(request.headers()), url(request));
    let delivery = Delivery { method: request.method().as_str(), url: &url, ..Delivery::new(request.body(), &headers) };
    let (Some(signature), Some(key)) = (scheme.signature(&delivery), headers.get(SIGN_KEY_HEADER)) else {
        return false;
    };
    if config.sign_key.as_ref().is_some_and(|known| known.expose() != key) {
        return false;
    }
    let Some(secret) = &config.sign_secret else { return true };
    let input = SigningInput { secret: secret.expose(), key: Some(key), delivery, plain: Some(plain.as_bytes()) };
    scheme.verify(&signature, &input).is_ok()
}

fn fields(headers: &HeaderMap) -> Headers {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

/// The URL that was asked for: the sandbox speaks HTTP, and its clients name its host.
fn url(request: &Request<Bytes>) -> String {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    format!("http://{host}{target}")
}
