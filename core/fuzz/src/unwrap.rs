//! A delivery by anybody: nothing panics, and nothing is taken as verified that the secret did not sign.

use airudder_core::{Delivery, WebhookConfig, Webhooks, crypto::Scheme};

use serde::de::IgnoredAny;

use super::input::Input;

/// Not that of the vectors, whose signatures are among the first inputs.
const SECRET: &str = "fake-secret-of-the-target";

/// Lines: scheme, cipher, key of the cipher or nothing, kind or nothing, method, URL; header fields; the body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (scheme, cipher, key, kind) = (input.text(), input.text(), input.text(), input.text());
    let config = WebhookConfig {
        secrets: vec![SECRET.into()],
        sign_key: Some("fake-sign-key".into()),
        scheme: scheme.into(),
        encryption_key: Some(key).filter(|key| !key.is_empty()).map(Into::into),
        cipher: cipher.into(),
        tolerance_ms: None,
        ..WebhookConfig::default()
    };
    let Ok(hooks) = Webhooks::new(config) else { return };
    let kind = Some(kind).filter(|kind| !kind.is_empty());
    let (method, url, headers) = (input.text(), input.text(), input.headers());
    let delivery = Delivery { method, url, ..Delivery::new(input.rest(), &headers) };
    let scheme: Scheme = scheme.parse().expect("the receiver took it");
    // Chance does not make a digest, and the secret is nobody's.
    assert!(hooks.unwrap(&delivery, kind).is_err(), "an unsigned delivery was taken");
    let Ok(signed) = hooks.sign_with(&delivery) else { return };
    let delivery = Delivery { headers: &signed, ..delivery };
    let Ok(event) = hooks.unwrap(&delivery, kind) else { return };
    assert!(event.verified());
    serde_json::from_str::<IgnoredAny>(event.text()).expect("an event is JSON");
    if scheme.weakness().is_none() {
        for at in (0..delivery.body.len()).take(32) {
            let mut body = delivery.body.to_vec();
            body[at] ^= 1;
            if let Ok(other) = hooks.unwrap(&Delivery { body: &body, ..delivery }, kind) {
                assert_eq!(other.dedupe_key(), event.dedupe_key(), "it says something else, and was not signed");
            }
        }
    }
    let plain = event.text().as_bytes();
    if let Ok((headers, body)) =
        hooks.seal_with(&Delivery { body: plain, headers: &headers, ..delivery }, Some([7; 16]))
    {
        let sealed = Delivery { body: &body, headers: &headers, ..delivery };
        if let Ok(opened) = hooks.unwrap(&sealed, kind) {
            assert_eq!(opened.text(), event.text(), "sealed and opened");
        }
    }
}
