//! Deliveries of events: verify, decrypt and read them; sign and seal them for tests.
//!
//! A receiver answers 200 with the body `{}` at once, and works on the event later \[documented]: any other answer, and a
//! late one, is repeated after a minute, at most five times \[documented for the predictive dialer, assumed for all other
//! events; whether the five include the first sending is not said]. So events come at least once, in any order, and
//! [`Event::dedupe_key`] tells a repetition.

mod event;
mod form;
mod read;

use std::{borrow::Cow, sync::Arc};

use airudder_json::LONGEST;
pub use event::{Event, verify_push_params};

use crate::{
    crypto::{
        self, BuiltIn, Cipher, DEFAULT_CIPHER, DEFAULT_SIGN_SCHEME, EncryptionKey, Provider, SIGN_HEADER,
        SIGN_KEY_HEADER, Scheme, SigningInput, single,
    },
    error::{Error, ErrorCode},
    http::{Headers, Response, is_header_value},
    secret::Secret,
};

const MIB: usize = 1024 * 1024;
/// The JSON readers of the languages stop at about 128 levels, whatever is configured.
const DEEPEST: usize = 100;

/// The settings of a receiver. Start from `WebhookConfig::default()` and set what differs.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// The secrets behind `X-AIRudder-Sign`: one, or several while an old one is replaced. A signature by any of them
    /// counts; the first one signs.
    pub secrets: Vec<Secret>,
    /// The `X-AIRudder-Sign-Key`, for schemes with the part `key`; absent: the one that the delivery names.
    pub sign_key: Option<Secret>,
    /// The computation of the signature; the default `hmac-sha256:hex:body` is an assumption.
    pub scheme: String,
    /// The key of encrypted events, 16, 24 or 32 bytes; absent: events come plain.
    pub encryption_key: Option<Secret>,
    /// The cipher of events; the default `aes-ecb:zero:base64`, that of requests, is an assumption.
    pub cipher: String,
    /// Refuses a delivery without a signature. Where there are secrets, a wrong signature always is.
    pub require_signature: bool,
    /// Refuses a plain delivery (E5008). `None`: where there is an `encryption_key`, and no signature was checked,
    /// so that nothing else tells who sent it. Encryption in ECB mode keeps strangers out who do not have the key, and is no
    /// signature: whoever saw two deliveries can make a third of their blocks.
    pub require_encryption: Option<bool>,
    /// The largest body, in bytes, as it comes; never more than 4 GiB.
    pub max_body_bytes: usize,
    /// The deepest nesting of the JSON, from 1 to 100.
    pub max_depth: usize,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            secrets: Vec::new(),
            sign_key: None,
            scheme: DEFAULT_SIGN_SCHEME.into(),
            encryption_key: None,
            cipher: DEFAULT_CIPHER.into(),
            require_signature: true,
            require_encryption: None,
            max_body_bytes: 8 * MIB,
            max_depth: 64,
        }
    }
}

/// A receiver of events.
///
/// ```
/// # use airudder_core::{Headers, WebhookConfig, Webhooks};
/// let hooks = Webhooks::new(WebhookConfig { secrets: vec!["fake-secret".into()], ..Default::default() })?;
/// let body = br#"{"event":"channel.message.sent","messages":[]}"#;
/// let event = hooks.unwrap(body, &hooks.sign(body)?, None)?;
/// assert_eq!(event.name(), "channel.message.sent");
/// assert!(hooks.unwrap(b"{}", &hooks.sign(body)?, None).is_err());
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Webhooks {
    config: WebhookConfig,
    scheme: Scheme,
    cipher: Cipher,
    key: Option<EncryptionKey>,
    provider: Arc<dyn Provider>,
}

impl Webhooks {
    /// A receiver with these settings, checked once.
    pub fn new(config: WebhookConfig) -> Result<Self, Error> {
        Self::with_provider(config, Arc::new(BuiltIn))
    }

    /// The same, with AES, SHA-256 and HMAC lent by the host.
    pub fn with_provider(config: WebhookConfig, provider: Arc<dyn Provider>) -> Result<Self, Error> {
        if config.require_signature && config.secrets.is_empty() {
            return Err(invalid("secret", "give the secret, or set require_signature to false"));
        }
        config.secrets.iter().try_for_each(|secret| secret.check("secret"))?;
        config.sign_key.as_ref().map_or(Ok(()), |key| key.check("sign_key"))?;
        if !(1..=DEEPEST).contains(&config.max_depth) {
            return Err(invalid("max_depth", "max_depth is from 1 to 100"));
        }
        if config.require_encryption == Some(true) && config.encryption_key.is_none() {
            return Err(invalid("require_encryption", "require_encryption needs an encryption_key"));
        }
        let scheme: Scheme = config.scheme.parse().map_err(|error: Error| error.at("/scheme"))?;
        if !scheme.signs_body() {
            let why = "the scheme does not sign the body: who saw one delivery could forge all others";
            return Err(Error::new(ErrorCode::InvalidScheme, why).at("/scheme"));
        }
        let cipher = config.cipher.parse().map_err(|error: Error| error.at("/cipher"))?;
        let key = config.encryption_key.as_ref().map(|key| EncryptionKey::new(key.expose())).transpose();
        let key = key.map_err(|error| error.at("/encryption_key"))?;
        Ok(Self { config, scheme, cipher, key, provider })
    }

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
    pub fn unwrap(&self, body: &[u8], headers: &Headers, kind: Option<&str>) -> Result<Event, Error> {
        let limit = self.config.max_body_bytes.min(LONGEST);
        if body.len() > limit {
            let message = format!("the body has {} bytes, more than {limit}", body.len());
            return Err(Error::new(ErrorCode::BodyTooLarge, message));
        }
        let verified = self.verify(body, headers).map_err(|error| with_form(error, body))?;
        let text = self.open(body, headers, verified).map_err(|error| with_form(error, body))?;
        Event::read(text, verified, kind, self.config.max_depth, &*self.provider)
    }

    /// The names of the header fields that [`unwrap`](Self::unwrap) looks at, in any case: a host can leave out the others.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        [SIGN_HEADER, SIGN_KEY_HEADER, SIGNED, IS_ENCRYPTED].into_iter().chain(self.scheme.header_names())
    }

    /// The header fields of a signed delivery, by the first secret: for tests of a receiver.
    pub fn sign(&self, body: &[u8]) -> Result<Headers, Error> {
        self.sign_with(body, Headers::new())
    }

    /// The same with header fields that the scheme signs (E1010 where one is not there). One of them may be the
    /// `X-AIRudder-Sign-Key`, if no `sign_key` is configured.
    pub fn sign_with(&self, body: &[u8], mut headers: Headers) -> Result<Headers, Error> {
        self.sign_into(&mut headers, body)?;
        Ok(headers)
    }

    /// A delivery as AI Rudder might send it: encrypted if a key is configured, and signed if a secret is. `iv` is 16
    /// random bytes where the cipher is one with `iv=prefix`.
    pub fn seal(&self, text: &str, iv: Option<[u8; 16]>) -> Result<(Headers, Vec<u8>), Error> {
        self.seal_with(text, iv, Headers::new())
    }

    /// The same with further header fields, such as those that the scheme signs.
    pub fn seal_with(
        &self,
        text: &str,
        iv: Option<[u8; 16]>,
        mut headers: Headers,
    ) -> Result<(Headers, Vec<u8>), Error> {
        headers.set("Content-Type", "application/json");
        headers.set("User-Agent", "Airudder");
        let body = match &self.key {
            Some(key) => {
                headers.set(IS_ENCRYPTED, "1");
                headers.set(SIGNED, crypto::digest(text.as_bytes()));
                self.cipher.encrypt(text.as_bytes(), key, iv)?.into_bytes()
            }
            None => text.as_bytes().to_vec(),
        };
        if !self.config.secrets.is_empty() {
            self.sign_into(&mut headers, &body)?;
        }
        Ok((headers, body))
    }

    /// The answer to a delivery, also to one that came before: 200 with the body `{}` \[documented].
    #[must_use]
    pub fn ack() -> Response {
        let headers = [("Content-Type", "application/json")].into_iter().collect();
        Response { status: 200, headers, body: b"{}".to_vec() }
    }

    fn sign_into(&self, headers: &mut Headers, body: &[u8]) -> Result<(), Error> {
        let secret = self.config.secrets.first().ok_or_else(|| invalid("secret", "give the secret to sign with"))?;
        let key = self.config.sign_key.as_ref().map(Secret::expose).or_else(|| headers.get(SIGN_KEY_HEADER));
        let input = SigningInput { secret: secret.expose(), key, headers, body };
        let signature = self.scheme.sign(&input).map_err(|mut error| {
            if error.code() == ErrorCode::InvalidRequest {
                error.details_mut().message.push_str(": give it to this function, or sign_key to the receiver");
            }
            error
        })?;
        let key = key.filter(|key| is_header_value(key)).map(str::to_owned);
        headers.set(SIGN_HEADER, signature);
        if let Some(key) = key {
            headers.set(SIGN_KEY_HEADER, key);
        }
        Ok(())
    }

    fn verify(&self, body: &[u8], headers: &Headers) -> Result<bool, Error> {
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
            let input = SigningInput { secret: secret.expose(), key, headers, body };
            outcome = self.scheme.verify_with(&*self.provider, &signature, &input).map(|()| true);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// The plain text. With a key, a body that is JSON already may be plain: the vendor may switch encryption on and off, and
    /// it is the signature that authenticates.
    fn open(&self, body: &[u8], headers: &Headers, verified: bool) -> Result<String, Error> {
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

/// The header field with the digest of the plain text \[documented for requests and responses].
const SIGNED: &str = "Signed";
/// The header field that is `1` where the body is encrypted \[documented for requests and responses].
const IS_ENCRYPTED: &str = "Is-Encrypted";
const BYTE_ORDER_MARK: char = '\u{feff}';

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
fn with_form(mut error: Error, body: &[u8]) -> Error {
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

fn invalid(field: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidConfig, message).at(format!("/{field}"))
}
