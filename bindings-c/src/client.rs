//! Clients

use std::{
    ffi::c_int,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use airudder_core::{CallOptions, ClientConfig, Error, Secret, Session};

use crate::{
    answer::{Out, code, output, told},
    ffi::{ErrorSlot, GivenConfig, Text},
    handles::Table,
};

/// A client: settings, token and retry budget, shared by its calls. Many threads may use it at once.
pub type airudder_client = u64;

/// The settings of a client. Begin with `airudder_config cfg = AIRUDDER_CONFIG_INIT;`. What stays NULL or 0 has
/// its default. The texts are copied.
#[repr(C)]
pub struct airudder_config<'a> {
    /// sizeof(airudder_config), as the caller's header knows it.
    pub size: usize,
    /// The app key that AI Rudder gave. Needed by all operations but those of chats.
    pub app_key: Text<'a>,
    /// The app secret that AI Rudder gave.
    pub app_secret: Text<'a>,
    /// `https://…`, without a trailing path; `http://` for this machine only. NULL: https://api.airudder.com.
    pub base_url: Text<'a>,
    /// 16, 24 or 32 bytes, if requests and responses are encrypted. NULL: they are plain.
    pub encryption_key: Text<'a>,
    /// The word before the token. NULL: `Token` (documented).
    pub auth_scheme: Text<'a>,
    /// The X-AIRudder-Sign-Key of the chat operations.
    pub sign_key: Text<'a>,
    /// The secret behind X-AIRudder-Sign, for the chat operations.
    pub sign_secret: Text<'a>,
    /// How X-AIRudder-Sign is computed. NULL: `hmac-sha256:hex:body`, which is an assumption.
    pub sign_scheme: Text<'a>,
    /// How long one request may take, in milliseconds. 0: 10 000.
    pub timeout_ms: u64,
    /// Any number, another one in each process: it spreads the delays before retries.
    pub seed: u64,
    /// How often a request is sent again at most, where that is harmless. 0: 4 times; AIRUDDER_NEVER: not at
    /// all. Campaigns do not heed it: they send what was refused for now again by their own count.
    pub max_retries: c_int,
    /// Not 0: parameters are not checked against the API's reference before they are sent.
    pub lenient: c_int,
}

/// What a handle of a client stands for.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) strict: bool,
    seed: u64,
    calls: AtomicU64,
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

    fn new(config: &airudder_config<'_>) -> Result<Self, Error> {
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
            strict,
        };
        Ok(Self { session: Session::new(core)?, strict, seed: config.seed, calls: AtomicU64::new(0) })
    }
}

/// A number of retries of which 0 is the default, and a negative one none.
pub(crate) fn retries(given: c_int) -> Option<u32> {
    (given != 0).then(|| u32::try_from(given).unwrap_or(0))
}

/// Makes a client. Nothing is sent.
///
/// @param config  The settings; see `airudder_config`.
/// @param client  Receives the client, to be freed with airudder_client_free(); 0 if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG, AIRUDDER_E1016_INVALID_ARGUMENT, AIRUDDER_E6001_INVALID_KEY or
///         AIRUDDER_E6004_INVALID_SCHEME, with the setting's name in `error.pointer`.
///
///     airudder_config cfg = AIRUDDER_CONFIG_INIT;
///     cfg.app_key = "…"; cfg.app_secret = "…";
///     if (airudder_client_new(&cfg, &client, &err)) fprintf(stderr, "%s\n", err.message);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_client_new(
    config: GivenConfig<'_>,
    client: Out<'_, airudder_client>,
    error: ErrorSlot<'_>,
) -> c_int {
    told(error, || {
        let client = output(client, "client", 0)?;
        *client = CLIENTS.insert(Arc::new(Client::new(&config.get("config")?)?));
        Ok(())
    })
}

/// Frees a client. Its calls and campaigns go on; start no more of them.
///
/// @param client  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no client.
///
///     airudder_client_free(client);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_client_free(client: airudder_client) -> c_int {
    code(|| CLIENTS.free(client))
}
