//! Everything cryptographic, done by the core: requests, responses and events.

use airudder_core::crypto::{self, EncryptionKey, Scheme, SigningInput};
use airudder_core::{Error, Headers, Secret};

use crate::config::{Config, ConfigError};

/// The one event cipher that the core offers: that of requests.
const CIPHER: &str = "aes-ecb:zero:base64";

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

/// Signs and encrypts events as configured.
#[derive(Debug)]
pub(crate) struct EventSealer {
    scheme: Scheme,
    secret: Option<Secret>,
    key: Option<EncryptionKey>,
}

impl EventSealer {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let scheme = config.sign_scheme.parse().map_err(|error| ConfigError(format!("sign_scheme: {error}")))?;
        if config.event_cipher != CIPHER {
            return Err(ConfigError(format!("event_cipher: only {CIPHER} is known")));
        }
        let key = key(config)?.filter(|_| config.encrypt_events);
        Ok(Self { scheme, secret: config.sign_secret.clone(), key })
    }

    /// The header fields and the body of a delivery. The signature is of the body as it is sent.
    pub(crate) fn seal(&self, body: &str) -> Result<(Headers, Vec<u8>), Error> {
        let mut headers = Headers::new();
        let mut sent = body.as_bytes().to_vec();
        if let Some(key) = &self.key {
            let (text, digest) = seal(body, key)?;
            headers.set("Is-Encrypted", "1");
            headers.set("Signed", digest);
            sent = text.into_bytes();
        }
        if let Some(secret) = &self.secret {
            let input = SigningInput { secret: secret.expose(), key: None, headers: &headers, body: &sent };
            let signature = self.scheme.sign(&input)?;
            headers.set("X-AIRudder-Sign", signature);
        }
        Ok((headers, sent))
    }
}
