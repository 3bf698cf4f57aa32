//! The text of a signature scheme: nothing panics, what it writes of itself is the same scheme, and what it signs verifies,
//! with this secret alone.

use airudder_core::{
    Delivery,
    crypto::{Scheme, SigningInput},
};

use super::input::Input;

/// Lines: scheme, secret, sign key, method, URL, signature; header fields; the body.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let Ok(scheme) = input.text().parse::<Scheme>() else { return };
    let written = scheme.to_string();
    let read = written.parse::<Scheme>().expect("what it says of itself");
    assert_eq!((&read, read.to_string()), (&scheme, written));
    assert!(!scheme.describe().is_empty());
    let (secret, key, method, url) = (input.text(), input.text(), input.text(), input.text());
    let (signature, headers) = (input.text(), input.headers());
    let delivery = Delivery { method, url, ..Delivery::new(input.rest(), &headers) };
    let signing = SigningInput { secret, key: Some(key), delivery, plain: None };
    let _ = scheme.signature(&delivery);
    let is_genuine = scheme.verify(signature, &signing).is_ok();
    let Ok(signed) = scheme.sign(&signing) else {
        assert!(!is_genuine, "it cannot be signed, and verifies");
        return;
    };
    let Some(placed) = placed(&scheme.to_string(), &signed) else { return };
    scheme.verify(&placed, &signing).expect("what it signed");
    // What needs no secret is keyed with the sign key alone.
    let other = format!("{secret}x");
    if scheme.weakness().is_none() && !secret.is_empty() {
        let others = SigningInput { secret: &other, ..signing };
        assert!(scheme.verify(&placed, &others).is_err(), "another secret verifies");
    }
}

/// A signature as it stands in its place: where that is an item of a list, with the item's name. `None` for a name or a signature
/// that such a list cannot hold.
fn placed(scheme: &str, signature: &str) -> Option<String> {
    let Some((_, place)) = scheme.split_once(";in=header(") else { return Some(signature.to_owned()) };
    let Some((_, item)) = place.split_once(')')?.0.split_once(',') else { return Some(signature.to_owned()) };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let holds = signature.bytes().all(|byte| byte.is_ascii_graphic() && !b",;\"".contains(&byte));
    (is_word(item) && holds).then(|| format!("{item}={signature}"))
}
