//! Clients.

use std::{
    ffi::c_int,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airudder_core::{CallOptions, ClientConfig, Error, Secret, Session};

use crate::{
    ffi::pointers::Text,
    objects::{catalog, handles::Table},
    types::client::airudder_config,
};

/// A client behind its handle.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) strict: bool,
    pub(crate) seed: u64,
    pub(crate) calls: AtomicU64,
}

pub(crate) static CLIENTS: Table<Arc<Client>> = Table::new(1, "airudder_client");

impl Client {
    /// The options of a call for which none are set.
    pub(crate) fn call_options(&self) -> CallOptions {
        CallOptions { seed: self.seed(), ..CallOptions::default() }
    }

    /// Where the jitter of the next call begins.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.wrapping_add(self.calls.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn new(config: &airudder_config<'_>) -> Result<Self, Error> {
        let usual = ClientConfig::default();
        let secret = |text: Text<'_>, name: &str| Ok(text.setting(name)?.map(Secret::new));
        let text = |text: Text<'_>, name: &str| Ok(text.setting(name)?.map(str::to_owned));
        let strict = config.lenient == 0;
        let core = ClientConfig {
            app_key: secret(config.app_key, "app_key")?,
            app_secret: secret(config.app_secret, "app_secret")?,
            base_url: text(config.base_url, "base_url")?,
            auth_scheme: text(config.auth_scheme, "auth_scheme")?.unwrap_or(usual.auth_scheme),
            encryption_key: secret(config.encryption_key, "encryption_key")?,
            require_encryption: usual.require_encryption,
            sign_key: secret(config.sign_key, "sign_key")?,
            sign_secret: secret(config.sign_secret, "sign_secret")?,
            sign_scheme: text(config.sign_scheme, "sign_scheme")?.unwrap_or(usual.sign_scheme),
            timeout_ms: if config.timeout_ms == 0 { usual.timeout_ms } else { config.timeout_ms },
            max_retries: retries(config.max_retries).unwrap_or(usual.max_retries),
            requests_per_second: Some(config.requests_per_second).filter(|rate| *rate != 0.0),
            strict,
            #[cfg(feature = "catalog")]
            catalog: catalog::given(config.catalog)?,
        };
        #[cfg(not(feature = "catalog"))]
        catalog::none(config.catalog)?;
        Ok(Self { session: Session::new(core)?, strict, seed: config.seed, calls: AtomicU64::new(0) })
    }
}

/// A number of retries of which 0 is the default, and a negative one none.
pub(crate) fn retries(given: c_int) -> Option<u32> {
    (given != 0).then(|| u32::try_from(given).unwrap_or(0))
}
