//! Deliveries of events.

use std::sync::Arc;

use airudder_core::{Headers, Secret, WebhookConfig};
use serde::{Serialize, Serializer};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{boundary::to_js, crypto::block, errors::Fallible, exact, head::Head, provider::Runtime, whole::whole};

/// A receiver's settings.
#[wasm_bindgen]
pub struct Webhooks {
    hooks: airudder_core::Webhooks,
    own_verifier: bool,
}

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
    /// Below 0: any time.
    #[wasm_bindgen(method, getter, js_name = toleranceMs)]
    fn tolerance_ms(this: &WebhooksSettings) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = ownVerifier)]
    fn own_verifier(this: &WebhooksSettings) -> bool;
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
    #[allow(clippy::needless_update, reason = "with the core's feature `catalog` there is one more field")]
    fn from(settings: WebhooksSettings) -> Self {
        let usual = Self::default();
        Self {
            secrets: settings.secrets().into_iter().map(Secret::new).collect(),
            sign_key: settings.sign_key().map(Secret::new),
            scheme: settings.scheme().unwrap_or(usual.scheme),
            tolerance_ms: settings.tolerance_ms().map_or(usual.tolerance_ms, |ms| (ms >= 0.0).then(|| whole(ms))),
            own_verifier: settings.own_verifier(),
            encryption_key: settings.encryption_key().map(Secret::new),
            cipher: settings.cipher().unwrap_or(usual.cipher),
            require_signature: settings.require_signature().unwrap_or(usual.require_signature),
            require_encryption: settings.require_encryption(),
            max_body_bytes: settings.max_body_bytes().unwrap_or(usual.max_body_bytes),
            max_depth: settings.max_depth().unwrap_or(usual.max_depth),
            ..usual
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// Makes an event: `lib/webhooks/event.ts`.
    pub type Events;
    /// `data` is `raw` with the numbers as strings that JavaScript cannot represent; absent where they are equal.
    #[wasm_bindgen(method)]
    fn make(
        this: &Events,
        r#type: &str,
        known: bool,
        verified: bool,
        raw: &str,
        dedupe_key: &str,
        data: Option<String>,
    ) -> JsValue;
}

#[derive(Serialize)]
struct Sealed<'a> {
    headers: Vec<(&'a str, &'a str)>,
    #[serde(serialize_with = "bytes")]
    body: &'a [u8],
}

#[wasm_bindgen]
impl Webhooks {
    /// A receiver with these settings.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: WebhooksSettings) -> Fallible<Self> {
        let own_verifier = settings.own_verifier();
        let hooks = airudder_core::Webhooks::with_provider(settings.into(), Arc::new(Runtime))?;
        Ok(Self { hooks, own_verifier })
    }

    /// The names of the header fields that `unwrap` needs.
    #[wasm_bindgen(js_name = headerNames)]
    #[must_use]
    pub fn header_names(&self) -> Vec<String> {
        self.hooks.header_names().map(str::to_owned).collect()
    }

    /// Verifies, decrypts and reads a delivery. Where the receiver has a verifier of its own, that one has said yes already.
    pub fn unwrap(
        &self,
        body: &[u8],
        head: &str,
        received_ms: f64,
        kind: Option<String>,
        events: &Events,
    ) -> Fallible<JsValue> {
        let head = Head::read(head);
        let delivery = head.delivery(body, received_ms);
        let event = if self.own_verifier {
            self.hooks.unwrap_verified(&delivery, kind.as_deref())
        } else {
            self.hooks.unwrap(&delivery, kind.as_deref())
        }?;
        let text = event.text();
        let data = if event.has_simple_numbers() { None } else { Some(exact::keep(text)).filter(|data| data != text) };
        Ok(events.make(event.name(), event.known(), event.verified(), text, event.dedupe_key(), data))
    }

    /// What an attacker could do although the signature is checked.
    #[must_use]
    pub fn weakness(&self) -> Option<String> {
        self.hooks.weakness().map(str::to_owned)
    }

    /// The header fields of a signed delivery.
    pub fn sign(&self, body: &[u8], head: &str, sent_ms: f64) -> Fallible<JsValue> {
        let head = Head::read(head);
        to_js(&pairs(&self.hooks.sign_with(&head.delivery(body, sent_ms))?))
    }

    /// Header fields and body of a delivery as AI Rudder might send it.
    pub fn seal(&self, text: &str, iv: &[u8], head: &str, sent_ms: f64) -> Fallible<JsValue> {
        let head = Head::read(head);
        let (headers, body) = self.hooks.seal_with(&head.delivery(text.as_bytes(), sent_ms), Some(block(iv)?))?;
        to_js(&Sealed { headers: pairs(&headers), body: &body })
    }
}

/// Header fields as pairs.
fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
    headers.iter().collect()
}

/// For serde: bytes become a `Uint8Array`.
fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}
