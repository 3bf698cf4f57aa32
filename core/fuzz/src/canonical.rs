//! JSON text: it is read as `serde_json` reads it, its canonical form is the same value, and the same for every spelling.

use std::{collections::BTreeMap, fmt::Write as _};

use airudder_json::Document;
use serde::de::IgnoredAny;
use serde_json::{Value, value::RawValue};

use super::input;

const DEEPEST: usize = 64;

pub(crate) fn run(bytes: &[u8]) {
    let text = input::text(bytes);
    let Ok(document) = Document::read(text, DEEPEST) else {
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert!(!is_json || depth(text) > DEEPEST, "JSON was refused");
        return;
    };
    serde_json::from_str::<IgnoredAny>(text).expect("it was read as JSON");
    let canonical = document.canonical();
    // A number that no f64 holds is JSON, and none of serde_json's values.
    if let Ok(given) = serde_json::from_str::<Value>(text) {
        assert_eq!(serde_json::from_str::<Value>(&canonical).expect("a canonical text is JSON"), given);
    }
    let twice = Document::read(&canonical, DEEPEST).expect("it can be read again");
    assert_eq!(twice.canonical(), canonical, "one canonical form");
    let otherwise = otherwise(text);
    let other = Document::read(&otherwise, DEEPEST).expect("it is the same JSON");
    assert_eq!(other.canonical(), canonical, "another spelling: {otherwise}");
}

/// The deepest nesting.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The same JSON: the fields in reverse, strings in escapes, and white space around everything. What holds a lone surrogate
/// stays as it is.
fn otherwise(text: &str) -> String {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    if let Ok(object) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
        let fields: Vec<String> = object
            .iter()
            .rev()
            .map(|(name, value)| format!("{} :\t{}", escaped(name), otherwise(value.get())))
            .collect();
        return format!("\n{{ {} }}\r", fields.join(" ,\n"));
    }
    if let Ok(array) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let elements: Vec<String> = array.iter().map(|element| otherwise(element.get())).collect();
        return format!(" [ {} ] ", elements.join(" , "));
    }
    serde_json::from_str::<String>(text).map_or_else(|_| text.to_owned(), |text| escaped(&text))
}

fn escaped(text: &str) -> String {
    let mut written = String::from("\"");
    for unit in text.encode_utf16() {
        write!(written, "\\u{unit:04X}").expect("a string takes all");
    }
    written + "\""
}
