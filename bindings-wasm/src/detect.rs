//! Finds the scheme and the cipher of a captured delivery.

use airudder_core::crypto::{self, Captured};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{boundary::to_js, errors::Fallible, head::Head};

#[derive(Serialize)]
struct Detection {
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weakness: Option<&'static str>,
    tried: u64,
    notes: Vec<String>,
}

/// The scheme and the cipher that fit a captured delivery.
#[wasm_bindgen]
pub fn detect(
    head: &str,
    body: &[u8],
    received_ms: f64,
    secret: Option<String>,
    sign_key: Option<String>,
    encryption_key: Option<String>,
) -> Fallible<JsValue> {
    let head = Head::read(head);
    let found = crypto::detect(&Captured {
        delivery: head.delivery(body, received_ms),
        secret: secret.as_deref(),
        sign_key: sign_key.as_deref(),
        encryption_key: encryption_key.as_deref(),
    })?;
    to_js(&Detection {
        scheme: found.scheme.map(|scheme| scheme.to_string()),
        cipher: found.cipher.map(|cipher| cipher.to_string()),
        weakness: found.weakness,
        tried: found.tried,
        notes: found.notes,
    })
}
