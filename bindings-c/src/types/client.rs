//! The types of clients.

use std::ffi::c_int;

use crate::{ffi::pointers::Text, types::catalog::airudder_catalog};

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
    /// The computation of X-AIRudder-Sign. NULL: `hmac-sha256:hex:body`, which is an assumption.
    pub sign_scheme: Text<'a>,
    /// The time limit of one request, in milliseconds. 0: 10 000.
    pub timeout_ms: u64,
    /// Any number, another one in each process: it spreads the delays before retries.
    pub seed: u64,
    /// The largest number of retries, where they are harmless. 0: 4 times; AIRUDDER_NEVER: not at
    /// all. Campaigns do not heed it: they send what was refused for now again by their own count.
    pub max_retries: c_int,
    /// Not 0: parameters are not checked against the API's reference before they are sent.
    pub lenient: c_int,
    /// The largest number of requests a second, those for tokens included. 0: any number.
    pub requests_per_second: f64,
    /// Operations of your own, from airudder_catalog_extend(). 0: none.
    pub catalog: airudder_catalog,
}
