//! Converts values at the FFI boundary. Small, fixed structures are plain objects; large ones are JSON text or bytes.

use airudder_core::{Error, ErrorCode};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::{errors::Fallible, object::plain};

/// A structure as a plain object.
pub(crate) fn to_js(value: &impl Serialize) -> Fallible<JsValue> {
    Ok(plain(value).map_err(|_| Error::new(ErrorCode::Internal, "a result does not serialize"))?)
}
