//! Whether the time that a signature takes tells where it begins to be wrong, by dudect's test: some hundred thousand
//! signatures of two kinds in a random order, whose times are compared. A `max t` of more than 5 either way says that they
//! differ, one of less that no difference was found. The first measure is of a comparison that stops at the first byte that
//! differs: if that shows no difference, neither do the others prove anything.

use airudder_core::{
    DEFAULT_SIGN_SCHEME, Delivery, Headers,
    crypto::{Scheme, SigningInput},
};
use dudect_bencher::{
    BenchRng, Class, CtRunner, ctbench_main,
    rand::{Rng, RngExt},
};

const SAMPLES: usize = 300_000;
const SECRET: &str = "fake-webhook-secret";

/// Signatures of which the first or the last character is wrong, in a random order.
fn wrong(right: &str, rng: &mut BenchRng) -> Vec<(Class, String)> {
    let other = |character: &str| if character == "0" { "1" } else { "0" };
    let last = right.trim_end_matches('=').len() - 1;
    let first_wrong = format!("{}{}", other(&right[..1]), &right[1..]);
    let last_wrong = format!("{}{}{}", &right[..last], other(&right[last..=last]), &right[last + 1..]);
    (0..SAMPLES)
        .map(|_| match rng.random::<bool>() {
            true => (Class::Left, first_wrong.clone()),
            false => (Class::Right, last_wrong.clone()),
        })
        .collect()
}

/// Times the verification of wrong signatures by a scheme.
fn verify(scheme: &str, runner: &mut CtRunner, rng: &mut BenchRng) {
    let scheme: Scheme = scheme.parse().expect("the scheme is good");
    let mut body = [0; 64];
    rng.fill_bytes(&mut body);
    let headers = Headers::default();
    let delivery = Delivery { body: &body, headers: &headers, method: "POST", url: "", received_ms: None };
    let input = SigningInput { secret: SECRET, key: None, delivery, plain: None };
    let right = scheme.sign(&input).expect("it can be signed");
    assert!(scheme.verify(&right, &input).is_ok());
    for (class, signature) in wrong(&right, rng) {
        runner.run_one(class, || scheme.verify(&signature, &input).is_ok());
    }
}

/// What must be found: a comparison that stops at the first byte that differs.
fn control(runner: &mut CtRunner, rng: &mut BenchRng) {
    let right = "7".repeat(64);
    for (class, signature) in wrong(&right, rng) {
        runner.run_one(class, || signature.bytes().zip(right.bytes()).all(|(given, expected)| given == expected));
    }
}

fn hmac_in_base64(runner: &mut CtRunner, rng: &mut BenchRng) {
    verify("hmac-sha256:base64:body", runner, rng);
}

fn default_scheme(runner: &mut CtRunner, rng: &mut BenchRng) {
    verify(DEFAULT_SIGN_SCHEME, runner, rng);
}

ctbench_main!(control, default_scheme, hmac_in_base64);
