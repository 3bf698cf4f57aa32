//! The settings of a receiver.

#[cfg(feature = "catalog")]
use std::sync::Arc;

#[cfg(feature = "catalog")]
use crate::custom::Catalog;
use crate::{
    crypto::{DEFAULT_CIPHER, DEFAULT_SIGN_SCHEME},
    secret::Secret,
};

const MIB: usize = 1024 * 1024;
/// The JSON readers of the languages stop at about 128 levels, whatever is configured.
pub(super) const DEEPEST: usize = 100;

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
    /// How far a time that is signed may be from [`Delivery::received_ms`](crate::Delivery::received_ms), in milliseconds, in
    /// either direction (E5007). The default is 15 minutes, since AI Rudder repeats a delivery for five, perhaps with its
    /// first signature. `None` lets every time pass. It is for schemes with the part `time(…)`; the others sign no time.
    pub tolerance_ms: Option<u64>,
    /// Verifies nothing here, since the host does it, and calls [`unwrap_verified`](super::Webhooks::unwrap_verified).
    pub own_verifier: bool,
    /// The key of encrypted events, in the form that the cipher names: as text of 16, 24 or 32 bytes, if it names none.
    /// Absent: events come plain.
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
    /// Events of one's own, which are recognized behind the library's.
    #[cfg(feature = "catalog")]
    pub catalog: Option<Arc<Catalog>>,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            secrets: Vec::new(),
            sign_key: None,
            scheme: DEFAULT_SIGN_SCHEME.into(),
            tolerance_ms: Some(15 * 60 * 1000),
            own_verifier: false,
            encryption_key: None,
            cipher: DEFAULT_CIPHER.into(),
            require_signature: true,
            require_encryption: None,
            max_body_bytes: 8 * MIB,
            max_depth: 64,
            #[cfg(feature = "catalog")]
            catalog: None,
        }
    }
}

#[cfg(feature = "catalog")]
impl WebhookConfig {
    /// The name of the event of one's own that a text is.
    pub(super) fn recognize(&self, text: &str) -> Option<String> {
        Some(self.catalog.as_ref()?.recognize(text)?.name.clone())
    }

    /// The names of all events of one's own.
    pub(super) fn own_events(&self) -> impl Iterator<Item = &str> {
        self.catalog.iter().flat_map(|catalog| catalog.events()).map(|row| row.name.as_str())
    }
}

#[cfg(not(feature = "catalog"))]
#[expect(clippy::unused_self, reason = "with a catalog of one's own, it is used")]
impl WebhookConfig {
    pub(super) const fn recognize(&self, _: &str) -> Option<String> {
        None
    }

    pub(super) fn own_events(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
}
