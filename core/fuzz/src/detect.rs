//! A captured delivery of which anything may be known: what is found verifies and decrypts it, and no secret is shown.

use airudder_core::{
    Delivery,
    crypto::{Captured, Scheme, SigningInput, detect},
};

use super::input::Input;

/// Lines: secret, sign key, encryption key, method, URL, the first three being absent where they are empty; header fields; the
/// body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut given = || Some(input.text()).filter(|text| !text.is_empty());
    let (secret, sign_key, encryption_key) = (given(), given(), given());
    let (method, url, headers) = (input.text(), input.text(), input.headers());
    let delivery = Delivery { method, url, ..Delivery::new(input.rest(), &headers) };
    let captured = Captured { secret, sign_key, encryption_key, ..Captured::new(delivery) };
    let Ok(found) = detect(&captured) else { return };
    let plain = found.cipher.as_ref().map(|cipher| {
        let key = cipher.key(encryption_key.expect("no cipher is found without a key")).expect("it was the key");
        cipher.decrypt(delivery.body, &key, &headers).expect("it was decrypted")
    });
    let Some(scheme) = &found.scheme else { return };
    let key = sign_key.or_else(|| headers.get("X-AIRudder-Sign-Key"));
    let secret = secret.unwrap_or_default();
    let signing = SigningInput { secret, key, delivery, plain: plain.as_deref() };
    let signature = scheme.signature(&delivery).expect("it was found there");
    scheme.verify(&signature, &signing).unwrap_or_else(|error| panic!("{scheme}: {error}"));
    let written = scheme.to_string();
    assert_eq!(&written.parse::<Scheme>().expect("what it says of itself"), scheme);
}
