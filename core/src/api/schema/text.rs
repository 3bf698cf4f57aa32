//! What both documents write of the catalog's own words.

use serde_json::Value;

use crate::api::confidence::Confidence;

/// The same with its descriptions as plain text.
pub(super) fn plain(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("description", Value::String(text)) => (name, unfold(&text).into()),
                (_, value) => (name, plain(value)),
            })
            .collect(),
        other => other,
    }
}

/// Documentation as one line: Rust breaks it, and escapes the brackets of confidence marks.
pub(super) fn unfold(docs: &str) -> String {
    docs.replace("\\[", "[").split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Assumed => "assumed",
    }
}
