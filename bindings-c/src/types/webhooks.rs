//! The types of receivers.

use std::ffi::c_int;

use crate::ffi::pointers::Text;

/// A receiver of events. Many threads may use it at once.
pub type airudder_webhooks = u64;

/// The settings of a receiver. Begin with AIRUDDER_WEBHOOKS_CONFIG_INIT. What stays NULL or 0 has its default.
/// The texts are copied.
#[repr(C)]
pub struct airudder_webhooks_config<'a> {
    /// sizeof(airudder_webhooks_config), as the caller's header knows it.
    pub size: usize,
    /// The secret behind X-AIRudder-Sign.
    pub secret: Text<'a>,
    /// While a secret is replaced: the other one that counts too.
    pub other_secret: Text<'a>,
    /// The X-AIRudder-Sign-Key, for schemes with the part `key`. NULL: the one that the delivery names.
    pub sign_key: Text<'a>,
    /// The computation of the signature. NULL: `hmac-sha256:hex:body`, which is an assumption; airudder_detect()
    /// finds it out.
    pub scheme: Text<'a>,
    /// The key of encrypted events, 16, 24 or 32 bytes. NULL: events come plain.
    pub encryption_key: Text<'a>,
    /// The cipher of events. NULL: `aes-ecb:zero:base64`, that of requests, which is an assumption.
    pub cipher: Text<'a>,
    /// The largest body in bytes. 0: 8 MiB.
    pub max_body_bytes: usize,
    /// The deepest nesting of the JSON, 1 to 100. 0: 64.
    pub max_depth: c_int,
    /// Not 0: a delivery without a signature is taken. A wrong signature never is, where there is a secret. AI Rudder does not document
    /// a signature for most events; without one, only the secrecy of your URL protects you.
    pub allow_unsigned: c_int,
    /// More than 0: a plain delivery is refused, less than 0: it is taken. 0: it is refused where there is an
    /// encryption_key, and the delivery has no signature that was checked, so that nothing else tells who sent it.
    pub require_encryption: c_int,
}
