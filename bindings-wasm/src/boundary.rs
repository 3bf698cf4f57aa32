//! Converts values at the FFI boundary. Small, fixed structures are plain objects; large ones are JSON text or bytes.

use airudder_core::{Delivery, Error, ErrorCode, Headers};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

use crate::{errors::Fallible, object::plain};

/// A structure as a plain object.
pub(crate) fn to_js(value: &impl Serialize) -> Fallible<JsValue> {
    Ok(plain(value).map_err(|_| Error::new(ErrorCode::Internal, "a result does not serialize"))?)
}

/// Header fields from names and values by turns, each with a zero character behind it.
pub(crate) fn headers(fields: &str) -> Headers {
    by_turns(fields.split_terminator('\0'))
}

/// What a delivery has beside its body.
pub(crate) struct Head<'a> {
    method: &'a str,
    url: &'a str,
    headers: Headers,
}

impl<'a> Head<'a> {
    /// Method, URL, and names and values of header fields by turns, each with a zero character behind it.
    pub(crate) fn read(text: &'a str) -> Self {
        let mut parts = text.split_terminator('\0');
        let mut next = || parts.next().unwrap_or_default();
        Self { method: next(), url: next(), headers: by_turns(parts) }
    }

    /// The delivery of a body, at a time in Unix milliseconds.
    pub(crate) fn delivery<'b>(&'b self, body: &'b [u8], received_ms: f64) -> Delivery<'b> {
        let Self { method, url, headers } = self;
        Delivery { body, headers, method, url, received_ms: Some(whole(received_ms)) }
    }
}

fn by_turns<'a>(mut parts: impl Iterator<Item = &'a str>) -> Headers {
    std::iter::from_fn(|| parts.next().zip(parts.next())).collect()
}

/// Names and values by turns, each with a zero character behind it. No header field of the core's has one in it.
pub(crate) fn field_text(headers: &Headers) -> String {
    headers.iter().flat_map(|(name, value)| [name, "\0", value, "\0"]).collect()
}

/// Header fields as pairs.
pub(crate) fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
    headers.iter().collect()
}

/// For serde: bytes become a `Uint8Array`.
pub(crate) fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// An integer that JavaScript has as a float: a time in milliseconds, or a seed.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, which is right here")]
pub(crate) const fn whole(number: f64) -> u64 {
    number as u64
}
