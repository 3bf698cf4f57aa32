//! Reading the text of an event, and saying why it cannot be read.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    error::{Error, ErrorCode},
    json::{document::Document, tokens},
};

/// Reads a text that is a JSON object.
pub(super) fn object(text: &str, max_depth: usize) -> Result<Document<'_>, Error> {
    match Document::read(text, max_depth) {
        Ok(document) if tokens(text).next().is_some_and(|token| token.first() == b'{') => Ok(document),
        _ => Err(why_refused(text, max_depth)),
    }
}

/// Too many brackets are named before anything else: they are counted wherever else the text is wrong.
fn why_refused(text: &str, max_depth: usize) -> Error {
    if is_deeper(text, max_depth) {
        let message = format!("the body is nested more than {max_depth} levels deep");
        return Error::new(ErrorCode::NestedTooDeeply, message);
    }
    // The error's own text may quote the body.
    let place = match stop(text) {
        Some(error) => format!(": the reader stopped at line {}, column {}", error.line(), error.column()),
        None => String::new(),
    };
    Error::new(ErrorCode::InvalidBody, format!("the body is not one JSON object{place}"))
}

fn is_deeper(text: &str, limit: usize) -> bool {
    let mut depth = 0_usize;
    tokens(text).any(|token| {
        match token.first() {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limit
    })
}

/// The error of a reader that tells line and column.
fn stop(text: &str) -> Option<serde_json::Error> {
    let object = serde_json::from_str::<BTreeMap<Name, &RawValue>>(text).err();
    object.or_else(|| serde_json::from_str::<IgnoredAny>(text).err())
}

/// A name as it is written, since one with a lone surrogate is no reason to stop.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|name| Self(name.get().to_owned()))
    }
}
