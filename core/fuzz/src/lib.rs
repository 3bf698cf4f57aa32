//! The bodies of the fuzz targets, and what they share. `targets` hands them to libFuzzer; `core/tests/fuzz.rs` runs them on
//! what is in `seeds`. An input is text in lines, which a person and a program can write: `core/vectors/fuzz_seeds.py` writes the
//! first ones.

mod answers;
mod call;
mod campaign;
mod canonical;
mod catalog;
mod cipher;
mod detect;
mod events;
mod host;
mod input;
mod journal;
mod params;
mod same;
mod scheme;
mod service;
mod unwrap;

use airudder_core::{ClientConfig, Session};

/// A target's name, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 12] = [
    ("answers", answers::run),
    ("call", call::run),
    ("campaign", campaign::run),
    ("canonical", canonical::run),
    ("catalog", catalog::run),
    ("cipher", cipher::run),
    ("detect", detect::run),
    ("events", events::run),
    ("journal", journal::run),
    ("params", params::run),
    ("scheme", scheme::run),
    ("unwrap", unwrap::run),
];

/// The target of this name.
///
/// # Panics
/// Where there is none.
#[must_use]
pub fn target(name: &str) -> fn(&[u8]) {
    TARGETS.iter().find(|(known, _)| *known == name).expect("a target of `TARGETS`").1
}

/// The time at which a target begins, in Unix milliseconds.
const BEGIN_MS: u64 = 1_700_000_000_000;

/// No text that the library makes for people may hold one of these.
const SECRETS: [&str; 3] = ["fake-key", "fake-secret", "fake-sign-secret"];

/// A client with settings that are obviously fake.
fn session(encryption_key: Option<&str>) -> Session {
    Session::new(ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("https://api.example.test".into()),
        encryption_key: encryption_key.map(Into::into),
        sign_key: Some("fake-sign-key".into()),
        sign_secret: Some("fake-sign-secret".into()),
        ..ClientConfig::default()
    })
    .expect("the settings are good")
}
