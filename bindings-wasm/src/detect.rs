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
    notes: Vec<String>,
}

/// The scheme and the cipher that fit a captured delivery.
#[wasm_bindgen]
pub fn detect(
    head: &str,
    body: &[u8],
    received_ms: f64,
    secret: Option<String>,
    key: Option<String>,
) -> Fallible<JsValue> {
    let head = Head::read(head);
    let captured = Captured::new(head.delivery(body, received_ms));
    let (secret, encryption_key) = (secret.as_deref(), key.as_deref());
    let found = crypto::detect(&Captured { secret, encryption_key, ..captured })?;
    let scheme = found.scheme.map(|scheme| scheme.to_string());
    to_js(&Detection { scheme, cipher: found.cipher.map(|cipher| cipher.to_string()), notes: found.notes })
}
