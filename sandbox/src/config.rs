//! The settings, and the refusal of everything that is not on this machine.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use airudder_core::Secret;
use reqwest::Url;

/// The settings of a sandbox. The defaults accept any account and keep the state in memory.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen: an address of this machine only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where events go: a URL of this machine only. Without one, no events are made.
    pub webhook_url: Option<String>,
    /// The secret that events are signed with. Without one, they are not signed.
    pub sign_secret: Option<Secret>,
    /// The `X-AIRudder-Sign-Key` of signed events, and the only one of chat requests; without it, these may name any.
    pub sign_key: Option<Secret>,
    /// The signature scheme of events and of chat requests, for instance `hmac-sha256:hex:body`.
    pub sign_scheme: String,
    /// The key of encrypted requests, responses and events.
    pub encryption_key: Option<Secret>,
    /// Encrypts events.
    pub encrypt_events: bool,
    /// The cipher of events, for instance `aes-ecb:zero:base64`.
    pub event_cipher: String,
    /// Refuses plain requests.
    pub require_encryption: bool,
    /// Takes contacts without their platform, which the vendor documents as required and a public client leaves out.
    pub allow_missing_platform: bool,
    /// Calls finished per second.
    pub speed: u32,
    /// The only app key and secret that get a token; without them, any that are not empty.
    pub credentials: Option<(Secret, Secret)>,
    /// The life of a token.
    pub token_ttl: Duration,
    /// The wait before an event is sent again.
    pub retry_delay: Duration,
    /// The number of seconds that the service's clock is ahead of this machine's.
    pub clock_offset: i64,
    /// The file of a catalog of one's own, whose operations and events are answered and sent, too.
    pub catalog: Option<PathBuf>,
    /// The database file; without one, the state is in memory.
    pub db: Option<PathBuf>,
    /// What the outcomes of calls and the draws of faults depend on.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8460)),
            webhook_url: None,
            sign_secret: None,
            sign_key: None,
            sign_scheme: "hmac-sha256:hex:body".into(),
            encryption_key: None,
            encrypt_events: false,
            event_cipher: "aes-ecb:zero:base64".into(),
            require_encryption: false,
            allow_missing_platform: false,
            speed: 1000,
            credentials: None,
            token_ttl: Duration::from_secs(24 * 60 * 60),
            retry_delay: Duration::from_secs(60),
            clock_offset: 0,
            catalog: None,
            db: None,
            seed: 1,
        }
    }
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(crate) String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks the settings that do not need the core's help.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |why: &str| Err(ConfigError(why.into()));
        if !self.listen.ip().is_loopback() {
            return refuse("listen: only an address of this machine is allowed, for instance 127.0.0.1:8460");
        }
        if self.speed == 0 {
            return refuse("speed: must be at least 1 (POST /_sandbox/pause stops the calling)");
        }
        if self.encryption_key.is_none() && (self.encrypt_events || self.require_encryption) {
            return refuse("encryption_key: is needed to encrypt events or to require encryption");
        }
        self.webhook().map(drop)
    }

    /// The webhook's URL, if it leads to this machine.
    pub(crate) fn webhook(&self) -> Result<Option<Url>, ConfigError> {
        self.webhook_url.as_deref().map(webhook_url).transpose()
    }
}

/// Reads the URL of a receiver, which must lead to this machine.
pub(crate) fn webhook_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| ConfigError(format!("webhook_url: {error}")))?;
    let local = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    };
    if url.scheme() != "http" || !local {
        return Err(ConfigError(
            "webhook_url: only http on this machine is allowed, for instance http://127.0.0.1:9000/events".into(),
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn with_webhook(url: &str) -> Config {
        Config { webhook_url: Some(url.into()), ..Config::default() }
    }

    #[test]
    fn only_this_machine_is_reached() {
        for url in ["http://127.0.0.1:9/x", "http://localhost/", "http://[::1]:9/", "http://127.9.9.9/"] {
            assert_eq!(with_webhook(url).check(), Ok(()), "{url}");
        }
        for url in [
            "http://192.0.2.1/",
            "https://127.0.0.1/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@192.0.2.1/",
            "file:///x",
            "x",
        ] {
            assert!(with_webhook(url).check().is_err(), "{url}");
        }
        let everywhere = Config { listen: "0.0.0.0:8460".parse().expect("an address"), ..Config::default() };
        assert!(everywhere.check().is_err());
    }
}
