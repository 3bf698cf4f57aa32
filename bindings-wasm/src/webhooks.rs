//! Deliveries of events.

use airudder_core::{Secret, WebhookConfig, crypto};
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    boundary::{bytes, headers, pairs, to_js},
    crypto::block,
    errors::Fallible,
    exact,
};

/// A receiver's settings.
#[wasm_bindgen]
pub struct Webhooks(airudder_core::Webhooks);

#[wasm_bindgen]
extern "C" {
    /// A receiver's settings, as `lib/webhooks/webhooks.ts` has checked them.
    pub type WebhooksSettings;
    #[wasm_bindgen(method, getter)]
    fn secrets(this: &WebhooksSettings) -> Vec<String>;
    #[wasm_bindgen(method, getter, js_name = signKey)]
    fn sign_key(this: &WebhooksSettings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn scheme(this: &WebhooksSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = encryptionKey)]
    fn encryption_key(this: &WebhooksSettings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn cipher(this: &WebhooksSettings) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = requireSignature)]
    fn require_signature(this: &WebhooksSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = requireEncryption)]
    fn require_encryption(this: &WebhooksSettings) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = maxBodyBytes)]
    fn max_body_bytes(this: &WebhooksSettings) -> Option<usize>;
    #[wasm_bindgen(method, getter, js_name = maxDepth)]
    fn max_depth(this: &WebhooksSettings) -> Option<usize>;
}

impl From<WebhooksSettings> for WebhookConfig {
    fn from(settings: WebhooksSettings) -> Self {
        let usual = Self::default();
        Self {
            secrets: settings.secrets().into_iter().map(Secret::new).collect(),
            sign_key: settings.sign_key().map(Secret::new),
            scheme: settings.scheme().unwrap_or(usual.scheme),
            encryption_key: settings.encryption_key().map(Secret::new),
            cipher: settings.cipher().unwrap_or(usual.cipher),
            require_signature: settings.require_signature().unwrap_or(usual.require_signature),
            require_encryption: settings.require_encryption(),
            max_body_bytes: settings.max_body_bytes().unwrap_or(usual.max_body_bytes),
            max_depth: settings.max_depth().unwrap_or(usual.max_depth),
        }
    }
}

/// An event. `data` is `raw` with the numbers as strings that JavaScript cannot represent; absent where they are equal.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    r#type: &'a str,
    known: bool,
    verified: bool,
    raw: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    dedupe_key: &'a str,
}

#[derive(Serialize)]
struct Delivery<'a> {
    headers: Vec<(&'a str, &'a str)>,
    #[serde(serialize_with = "bytes")]
    body: &'a [u8],
}

#[wasm_bindgen]
impl Webhooks {
    /// A receiver with these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: WebhooksSettings) -> Fallible<Self> {
        Ok(Self(airudder_core::Webhooks::new(settings.into())?))
    }

    /// Verifies, decrypts and reads a delivery.
    pub fn unwrap(&self, body: &[u8], fields: &str, kind: Option<String>) -> Fallible<JsValue> {
        let event = self.0.unwrap(body, &headers(fields)?, kind.as_deref())?;
        let data = Some(exact::keep(event.text())).filter(|data| data != event.text());
        to_js(&Event {
            r#type: event.name(),
            known: event.known(),
            verified: event.verified(),
            raw: event.text(),
            data,
            dedupe_key: event.dedupe_key(),
        })
    }

    /// The header fields of a signed delivery.
    pub fn sign(&self, body: &[u8], fields: &str) -> Fallible<JsValue> {
        to_js(&pairs(&self.0.sign_with(body, headers(fields)?)?))
    }

    /// Header fields and body of a delivery as AI Rudder might send it.
    pub fn seal(&self, text: &str, iv: &[u8], fields: &str) -> Fallible<JsValue> {
        let (headers, body) = self.0.seal_with(text, Some(block(iv)?), headers(fields)?)?;
        to_js(&Delivery { headers: pairs(&headers), body: &body })
    }
}

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
pub fn detect(fields: &str, body: &[u8], secret: Option<String>, key: Option<String>) -> Fallible<JsValue> {
    let key = key.as_deref().map(crypto::EncryptionKey::new).transpose()?;
    let found = crypto::detect(&headers(fields)?, body, secret.as_deref(), key.as_ref())?;
    let scheme = found.scheme.map(|scheme| scheme.to_string());
    to_js(&Detection { scheme, cipher: found.cipher.map(|cipher| cipher.to_string()), notes: found.notes })
}
