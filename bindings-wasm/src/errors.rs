//! The core's errors as plain objects. The classes are JavaScript's (`lib/runtime/errors.ts`).

use airudder_core::{Error, Outcome, RetryAdvice};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::object::plain;

/// The error of an exported function; it is thrown as [`Fields`].
pub struct Failed(Error);

/// A result; its error is thrown at the FFI boundary.
pub type Fallible<T> = Result<T, Failed>;

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Failed> for JsValue {
    fn from(Failed(error): Failed) -> Self {
        plain(&Fields::of(&error)).unwrap_or(Self::NULL)
    }
}

/// The fields of an error for `lib/runtime/errors.ts`, which makes the object of its class.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fields {
    number: u16,
    text: String,
    remedy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

impl Fields {
    /// The fields of an error.
    pub(crate) fn of(error: &Error) -> Self {
        let text = error.to_string();
        let details = error.details().clone();
        Self {
            number: details.code.number(),
            text,
            remedy: details.code.remedy(),
            operation: details.operation,
            http_status: details.http_status,
            api_code: details.api_code,
            api_message: details.api_message,
            request_id: details.request_id,
            pointer: details.pointer,
            retry_after_ms: match details.retry {
                RetryAdvice::AfterMs(ms) => Some(ms),
                _ => None,
            },
            outcome: details.outcome.map(Outcome::as_str),
        }
    }
}

/// Traps, as a bug would; for the test of the restart.
#[wasm_bindgen]
pub fn trap() {
    std::process::abort();
}
