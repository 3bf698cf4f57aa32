//! JSON text: it is read as `serde_json` reads it, and its canonical form is the same value.
#![no_main]

use airudder_json::Document;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::read(text, 64) else { return };
    serde_json::from_str::<IgnoredAny>(text).expect("it was read as JSON");
    let canonical = document.canonical();
    // A number that no f64 holds is JSON, and none of serde_json's values.
    if let Ok(given) = serde_json::from_str::<Value>(text) {
        assert_eq!(serde_json::from_str::<Value>(&canonical).expect("a canonical text is JSON"), given);
    }
    let twice = Document::read(&canonical, 64).expect("it can be read again");
    assert_eq!(twice.canonical(), canonical, "one canonical form");
});
