//! The text of a signature scheme: nothing panics, what it writes of itself is the same scheme, and what it signs verifies.
#![no_main]

use airudder_core::{
    Delivery, Headers,
    crypto::{Scheme, SigningInput},
};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    scheme: &'a str,
    secret: &'a str,
    key: Option<&'a str>,
    headers: Vec<(&'a str, &'a str)>,
    url: &'a str,
    body: &'a [u8],
    signature: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let Ok(scheme) = input.scheme.parse::<Scheme>() else { return };
    let written = scheme.to_string();
    assert_eq!(written.parse::<Scheme>().expect("what it says of itself").to_string(), written);
    assert!(!scheme.describe().is_empty());
    let headers: Headers = input.headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let delivery = Delivery { method: "POST", url: input.url, ..Delivery::new(input.body, &headers) };
    let _ = scheme.signature(&delivery);
    let signing = SigningInput { secret: input.secret, key: input.key, delivery, plain: None };
    let _ = scheme.verify(input.signature, &signing);
    if let Ok(signature) = scheme.sign(&signing) {
        scheme.verify(&signature, &signing).expect("what it signed");
    }
});
