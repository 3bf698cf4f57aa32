//! Small, fixed structures as plain objects of JavaScript.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// A structure as a plain object; bytes become a `Uint8Array`.
pub(crate) fn plain(value: &impl Serialize) -> Result<JsValue, serde_wasm_bindgen::Error> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false);
    value.serialize(&serializer)
}
