//! Errors that the facade found itself.

use airudder_core::{Error, ErrorCode};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::errors::Failed;

/// The fields of an error that the facade found itself.
#[wasm_bindgen]
#[must_use]
pub fn fault(number: u16, message: &str, pointer: Option<String>) -> JsValue {
    Failed::from(error_of(number, message, pointer)).into()
}

/// An error that the facade found itself.
pub(crate) fn error_of(number: u16, message: &str, pointer: Option<String>) -> Error {
    let code = ErrorCode::ALL.iter().find(|code| code.number() == number);
    let mut error = Error::new(*code.unwrap_or(&ErrorCode::Internal), message);
    error.details_mut().pointer = pointer;
    error
}
