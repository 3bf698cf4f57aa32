//! The types of receivers.

use std::ffi::c_int;

use airudder_core::{Delivery, Error, Headers};

use crate::{
    ffi::{
        field_list::FieldList,
        pointers::{Bytes, Length, Text},
    },
    types::catalog::airudder_catalog,
};

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
    /// The key of encrypted events, in the form that the cipher names: of 16, 24 or 32 bytes, if none. NULL: events
    /// come plain.
    pub encryption_key: Text<'a>,
    /// The cipher of events, or a preset such as `feishu`: see docs/ciphers.md. NULL: `aes-ecb:zero:base64`, that of
    /// requests, which is an assumption.
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
    /// How far a time that is signed may be from that of receipt, in milliseconds. 0: 15 minutes; less than 0: any
    /// time passes. It is for schemes with the part `time(…)`.
    pub tolerance_ms: i64,
    /// Not 0: you verify each delivery yourself, and call airudder_webhooks_unwrap_verified(). Then no secret is
    /// given.
    pub own_verifier: c_int,
    /// Events of your own, from airudder_catalog_extend(), which are recognized behind those of this library. 0: none.
    pub catalog: airudder_catalog,
}

/// A delivery, with all that may be signed. Begin with AIRUDDER_DELIVERY_INIT.
#[repr(C)]
pub struct airudder_delivery<'a> {
    /// sizeof(airudder_delivery), as the caller's header knows it.
    pub size: usize,
    /// The header fields.
    pub headers: FieldList<'a>,
    /// How many.
    pub header_count: Length,
    /// The body's bytes as they came: a signature is about bytes.
    pub body: Bytes<'a>,
    /// How many.
    pub body_len: Length,
    /// The HTTP method. NULL: `POST`.
    pub method: Text<'a>,
    /// The URL that the sender asked for, with its query, before any proxy. NULL: it is not known; a scheme that
    /// signs it then refuses the delivery.
    pub url: Text<'a>,
    /// When it came, in milliseconds since 1970, by your clock. It is compared with a time that is signed. 0: it is not
    /// known; a scheme that signs a time then refuses the delivery, unless `tolerance_ms` is less than 0.
    pub received_ms: u64,
}

impl<'a> airudder_delivery<'a> {
    /// The delivery for the core; `headers` keeps its header fields.
    pub(crate) fn read(self, headers: &'a mut Headers) -> Result<Delivery<'a>, Error> {
        *headers = self.headers.get(self.header_count)?;
        Ok(Delivery {
            method: self.method.optional("method")?.unwrap_or("POST"),
            url: self.url.optional("url")?.unwrap_or_default(),
            received_ms: Some(self.received_ms).filter(|at| *at != 0),
            ..Delivery::new(self.body.get(self.body_len, "body")?, headers)
        })
    }
}
