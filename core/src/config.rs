//! The settings of a client, validated once.

use std::str::FromStr;
#[cfg(feature = "catalog")]
use std::sync::Arc;

#[cfg(feature = "catalog")]
use crate::custom::Catalog;
use crate::{
    api::operation::DEFAULT_BASE_URL,
    crypto::{DEFAULT_SIGN_SCHEME, EncryptionKey, Provider, Scheme},
    error::{Error, ErrorCode},
    mask::MASK,
    secret::Secret,
};

/// The settings of a client. Start from `ClientConfig::default()` and set what differs.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The app key that AI Rudder gave. Texts of errors do not show it, nor the other secrets; one of less than four bytes is
    /// not looked for there.
    pub app_key: Option<Secret>,
    /// The app secret that AI Rudder gave.
    pub app_secret: Option<Secret>,
    /// `https://…` without a trailing path; `http://` for loopback only. Absent: [`DEFAULT_BASE_URL`].
    pub base_url: Option<String>,
    /// The word before the token: `Token` \[documented]; a public client sends `Bearer` \[observed].
    pub auth_scheme: String,
    /// 16, 24 or 32 bytes; absent: nothing is encrypted.
    pub encryption_key: Option<Secret>,
    /// Disbelieves an answer that is not encrypted: what became of the request is then unknown, as after a lost
    /// connection. Needs `encryption_key`. Off: TLS authenticates the API, and gateways in front of it answer plainly. Over
    /// `http://`, which is for loopback, set it where other users of the machine are not trusted.
    pub require_encryption: bool,
    /// The `X-AIRudder-Sign-Key` of the chat operations.
    pub sign_key: Option<Secret>,
    /// The secret behind `X-AIRudder-Sign`.
    pub sign_secret: Option<Secret>,
    /// The computation of `X-AIRudder-Sign`; the default `hmac-sha256:hex:body` is an assumption.
    pub sign_scheme: String,
    /// The time limit of one request, in milliseconds.
    pub timeout_ms: u64,
    /// The largest number of retries, where they are harmless.
    pub max_retries: u32,
    /// The largest number of requests a second, those for tokens included; `None`: any number.
    pub requests_per_second: Option<f64>,
    /// Checks parameters against the reference before anything is sent.
    pub strict: bool,
    /// Operations of one's own, which are called as the library's are.
    #[cfg(feature = "catalog")]
    pub catalog: Option<Arc<Catalog>>,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            app_key: None,
            app_secret: None,
            base_url: None,
            auth_scheme: "Token".into(),
            encryption_key: None,
            require_encryption: false,
            sign_key: None,
            sign_secret: None,
            sign_scheme: DEFAULT_SIGN_SCHEME.into(),
            timeout_ms: 10_000,
            max_retries: 4,
            requests_per_second: None,
            strict: true,
            #[cfg(feature = "catalog")]
            catalog: None,
        }
    }
}

/// The settings after they were found to be good.
#[derive(Debug)]
pub(crate) struct ValidConfig {
    pub(crate) settings: ClientConfig,
    pub(crate) encryption_key: Option<EncryptionKey>,
    pub(crate) sign_scheme: Scheme,
    pub(crate) provider: Box<dyn Provider>,
}

/// The length of the shortest secret that is masked within a sentence. What is shorter protects nothing, and stands in many
/// words: masking it would make every message unreadable.
const SHORTEST_MASKED: usize = 4;

impl ValidConfig {
    /// Where the API is.
    pub(crate) fn base_url(&self) -> &str {
        self.settings.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL)
    }

    /// A text of the API's or of the host's, without the client's secrets and without those that were sent: some servers
    /// quote what they refuse, and some transports what they could not send. A secret that is part of another one, such as
    /// an app key, must not uncover the rest of it, so the longest go first.
    pub(crate) fn without_secrets(&self, text: String, sent: &[Secret]) -> String {
        let ClientConfig { app_key, app_secret, encryption_key, sign_key, sign_secret, .. } = &self.settings;
        let own = [app_key, app_secret, encryption_key, sign_key, sign_secret].into_iter().flatten();
        let mut secrets: Vec<&str> = own.chain(sent).map(Secret::expose).collect();
        secrets.retain(|secret| secret.len() >= SHORTEST_MASKED);
        let mut text = text;
        while let Some(longest) = secrets.iter().copied().max_by_key(|secret| secret.len()) {
            text = text.replace(longest, MASK);
            secrets.retain(|secret| *secret != longest);
        }
        text
    }
}

impl ClientConfig {
    pub(crate) fn validate(mut self, provider: Box<dyn Provider>) -> Result<ValidConfig, Error> {
        if self.app_key.is_some() != self.app_secret.is_some() {
            return Err(invalid("app_key", "app_key and app_secret go together: give both or neither"));
        }
        if let Some(url) = &mut self.base_url {
            *url = check_base_url(url)?;
        }
        if self.auth_scheme.is_empty() || !self.auth_scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(invalid("auth_scheme", "auth_scheme is one word, such as Token or Bearer"));
        }
        if self.requests_per_second.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return Err(invalid("requests_per_second", "requests_per_second must be a number greater than 0"));
        }
        if self.timeout_ms == 0 {
            return Err(invalid("timeout", "the time-out must be more than 0"));
        }
        for (name, secret) in [
            ("app_key", &self.app_key),
            ("app_secret", &self.app_secret),
            ("sign_key", &self.sign_key),
            ("sign_secret", &self.sign_secret),
        ] {
            secret.as_ref().map_or(Ok(()), |secret| secret.check(name))?;
        }
        if self.require_encryption && self.encryption_key.is_none() {
            return Err(invalid("require_encryption", "require_encryption needs an encryption_key"));
        }
        let encryption_key = match &self.encryption_key {
            Some(key) => Some(EncryptionKey::new(key.expose()).map_err(|error| error.at("/encryption_key"))?),
            None => None,
        };
        let sign_scheme = self.sign_scheme.parse::<Scheme>().map_err(|error| error.at("/sign_scheme"))?;
        if sign_scheme.header_name().is_none() {
            return Err(invalid(
                "sign_scheme",
                "the signature of a request stands in a header field: write in=header(Name)",
            ));
        }
        self.sign_secret.as_ref().map_or(Ok(()), |secret| sign_scheme.check_form(secret.expose(), "sign_secret"))?;
        Ok(ValidConfig { encryption_key, sign_scheme, provider, settings: self })
    }
}

fn invalid(field: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidConfig, message).at(format!("/{field}"))
}

/// The base URL without its trailing slash. A token must not travel in the clear, so `http` is for loopback only.
pub(crate) fn check_base_url(url: &str) -> Result<String, Error> {
    let bad = |why: &str| {
        let like = format!("{DEFAULT_BASE_URL}, or like http://127.0.0.1:8080 for a sandbox on this machine");
        Err(invalid("base_url", format!("{why}; write it like {like}")))
    };
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => return bad("base_url has no scheme"),
    };
    if rest.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b' ' | b'?' | b'#' | b'@')) {
        return bad("base_url holds a query, a fragment, a user name or white space");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, port)) => (v6, port),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if host.is_empty() {
        return bad("base_url has no host");
    }
    if !port.is_empty() && port.strip_prefix(':').and_then(number::<u16>).is_none() {
        return bad("base_url has no port behind the host's colon");
    }
    let loopback = host.eq_ignore_ascii_case("localhost") || host == "::1" || is_loopback_v4(host);
    match scheme.as_str() {
        "https" => {}
        "http" if loopback => {}
        "http" => return bad("base_url must be https, since token and contacts would travel in the clear"),
        _ => return bad("base_url must be https"),
    }
    Ok(format!("{scheme}://{}", rest.trim_end_matches('/')))
}

/// Returns whether the host is `127.` and three more numbers; a name such as `127.0.0.1.example` is not.
fn is_loopback_v4(host: &str) -> bool {
    let mut parts = host.split('.').map(number::<u8>);
    parts.next() == Some(Some(127)) && parts.clone().count() == 3 && parts.all(|part| part.is_some())
}

/// A number that is written in digits alone.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::BuiltIn;

    #[test]
    fn base_urls() {
        for (url, normal) in [
            ("https://api.airudder.com/", "https://api.airudder.com"),
            ("http://127.0.0.1:8460", "http://127.0.0.1:8460"),
            ("http://[::1]:1/", "http://[::1]:1"),
            ("HTTP://localhost", "http://localhost"),
        ] {
            assert_eq!(check_base_url(url).unwrap(), normal);
        }
        for url in [
            "",
            "api.airudder.com",
            "http://api.airudder.com",
            "ftp://x",
            "https://",
            "https://u@h",
            "https://h?q",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1.2",
            "http://127.0.0.+1",
            "http://[::1].evil.example",
            "http://localhost:80x",
            "http://localhost:",
            "https://api.airudder.com:65536",
            "http://127.0.0",
            "http://127.evil.example.com",
        ] {
            let error = check_base_url(url).unwrap_err();
            assert_eq!(error.details().pointer.as_deref(), Some("/base_url"), "{url}");
            assert!(error.to_string().contains("like http://127.0.0.1:8080 for a sandbox"), "{error}");
        }
    }

    #[test]
    fn half_a_credential_and_odd_keys_are_refused_without_showing_them() {
        let half = ClientConfig { app_key: Some("fake-key".into()), ..Default::default() };
        let error = half.validate(Box::new(BuiltIn)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidConfig);
        let key = ClientConfig { encryption_key: Some("fake-short".into()), ..Default::default() };
        let error = key.validate(Box::new(BuiltIn)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidKey);
        assert!(!format!("{error} {error:?}").contains("fake-"));
    }

    #[test]
    fn blank_secrets_are_refused_by_their_setting() {
        type Change = fn(&mut ClientConfig, Secret);
        let with = |change: Change, text: &str| {
            let mut config = ClientConfig {
                app_key: Some("fake-key".into()),
                app_secret: Some("fake-secret".into()),
                ..Default::default()
            };
            change(&mut config, text.into());
            config.validate(Box::new(BuiltIn)).err()
        };
        let settings: [(&str, Change); 5] = [
            ("app_key", |config, secret| config.app_key = Some(secret)),
            ("app_secret", |config, secret| config.app_secret = Some(secret)),
            ("sign_key", |config, secret| config.sign_key = Some(secret)),
            ("sign_secret", |config, secret| config.sign_secret = Some(secret)),
            ("encryption_key", |config, secret| config.encryption_key = Some(secret)),
        ];
        for (name, change) in settings {
            for text in ["", " ", "\n", "fake-secret-16b\n", "fake\u{200b}secret-1"] {
                let error = with(change, text).expect(name);
                assert_eq!(error.details().pointer.as_deref(), Some(format!("/{name}").as_str()), "{text:?}: {error}");
                assert!(!error.to_string().contains("fake"), "{error}");
            }
            assert!(with(change, "fake-secret-16by").is_none(), "{name}");
        }
        let plain = ClientConfig { require_encryption: true, ..Default::default() };
        let error = plain.validate(Box::new(BuiltIn)).unwrap_err();
        assert_eq!(error.details().pointer.as_deref(), Some("/require_encryption"));
    }

    #[test]
    fn secrets_in_texts_are_masked_the_longest_first_and_single_letters_not() {
        let config = ClientConfig {
            app_key: Some("fake".into()),
            app_secret: Some("fake-secret".into()),
            sign_key: Some("e".into()),
            sign_secret: Some("the".into()),
            ..Default::default()
        };
        let config = config.validate(Box::new(BuiltIn)).unwrap();
        let text =
            config.without_secrets("the key fake and the secret fake-secret or sent-1".into(), &["sent-1".into()]);
        assert_eq!(text, "the key *** and the secret *** or ***");
    }
}
