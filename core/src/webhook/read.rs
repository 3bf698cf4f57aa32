//! Reading the text of an event, and saying why it cannot be read.

use std::fmt;

use airudder_json::{Document, Refused, tokens};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    error::{Error, ErrorCode},
    locate::is_deeper,
};

/// Reads a text that is a JSON object.
pub(super) fn object(text: &str, max_depth: usize) -> Result<Document<'_>, Error> {
    match Document::read(text, max_depth) {
        Ok(document) if tokens(text).next().is_some_and(|token| token.first() == b'{') => Ok(document),
        Err(Refused::TooDeep) => Err(too_deep(max_depth)),
        _ => Err(why_refused(text, max_depth)),
    }
}

/// Too many brackets are named before anything else: they are counted wherever else the text is wrong.
fn why_refused(text: &str, max_depth: usize) -> Error {
    if is_deeper(text, max_depth) {
        return too_deep(max_depth);
    }
    // The error's own text may quote the body.
    let place = match stop(text) {
        Some(error) => format!(": the reader stopped at line {}, column {}", error.line(), error.column()),
        None => String::new(),
    };
    Error::new(ErrorCode::InvalidBody, format!("the body is not one JSON object{place}"))
}

fn too_deep(max_depth: usize) -> Error {
    Error::new(ErrorCode::NestedTooDeeply, format!("the body is nested more than {max_depth} levels deep"))
}

/// The error of a reader that tells line and column.
fn stop(text: &str) -> Option<serde_json::Error> {
    let object = serde_json::from_str::<Object>(text).err();
    object.or_else(|| serde_json::from_str::<IgnoredAny>(text).err())
}

/// An object of which nothing is kept. Its names are read as they are written, since one with a lone surrogate is no reason
/// to stop.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;
        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                while map.next_entry::<&RawValue, IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}
