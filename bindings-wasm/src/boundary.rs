//! Converts values at the FFI boundary. Small, fixed structures are plain objects; large ones are JSON text or bytes.

use airudder_core::{Error, ErrorCode, Headers};
use serde::{Deserialize, Serialize, Serializer};
use wasm_bindgen::JsValue;

use crate::{errors::Fallible, object::plain};

/// A structure as a plain object.
pub(crate) fn to_js(value: &impl Serialize) -> Fallible<JsValue> {
    Ok(plain(value).map_err(|_| Error::new(ErrorCode::Internal, "a result does not serialize"))?)
}

/// A structure that the facade wrote as JSON text: one parser serves these and the core. The parser's own message is
/// dropped: it may quote a value, which may be secret.
pub(crate) fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Fallible<T> {
    Ok(serde_json::from_str(text)
        .map_err(|_| Error::new(ErrorCode::Internal, "the facade gave an argument of another shape"))?)
}

/// Pairs of name and value.
pub(crate) fn headers(pairs: &str) -> Fallible<Headers> {
    Ok(from_json::<Vec<(String, String)>>(pairs)?.into_iter().collect())
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
