//! A delivery by anybody: nothing panics, and nothing is taken as verified that the secret did not sign.
#![no_main]

use airudder_core::{Delivery, Headers, WebhookConfig, Webhooks};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

const SCHEMES: [&str; 6] =
    ["hmac-sha256:hex:body", "stripe", "github", "slack", "hubspot-v3", "hmac-sha256:hex:params(&,=)+'&key='+secret"];
const CIPHERS: [&str; 5] = [
    "aes-ecb:zero:base64",
    "aes-cbc:pkcs7:base64:iv=prefix:key=sha256:wrap=/encrypt",
    "feishu",
    "wechat",
    "wechat-pay",
];

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    scheme: u8,
    cipher: u8,
    is_signed: bool,
    is_sealed: bool,
    kind: Option<&'a str>,
    headers: Vec<(&'a str, &'a str)>,
    url: &'a str,
    body: &'a [u8],
}

fn chosen<'a>(list: &[&'a str], index: u8) -> &'a str {
    list[usize::from(index) % list.len()]
}

fuzz_target!(|input: Input<'_>| {
    let config = WebhookConfig {
        secrets: vec!["fake-secret-for-tests".into()],
        scheme: chosen(&SCHEMES, input.scheme).into(),
        encryption_key: input.is_sealed.then(|| "fake-key-of-32-bytes-abcdefghijk".into()),
        cipher: chosen(&CIPHERS, input.cipher).into(),
        tolerance_ms: None,
        ..WebhookConfig::default()
    };
    let Ok(hooks) = Webhooks::new(config) else { return };
    let headers: Headers = input.headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let delivery = Delivery { method: "POST", url: input.url, ..Delivery::new(input.body, &headers) };
    // Chance does not make an HMAC of 32 bytes.
    assert!(hooks.unwrap(&delivery, input.kind).is_err(), "an unsigned delivery was taken");
    if !input.is_signed {
        return;
    }
    let Ok(signed) = hooks.sign_with(&delivery) else { return };
    let mut with_signature = headers.clone();
    signed.iter().for_each(|(name, value)| with_signature.set(name, value));
    let delivery = Delivery { headers: &with_signature, ..delivery };
    if let Ok(event) = hooks.unwrap(&delivery, input.kind) {
        assert!(event.verified());
        serde_json::from_str::<serde_json::Value>(event.text()).expect("an event is JSON");
        assert!(!event.dedupe_key().is_empty());
    }
});
