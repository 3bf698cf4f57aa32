//! The top level of a JSON body, by which events are told apart.

use std::{borrow::Borrow, collections::BTreeMap};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorCode};

/// The top level of a body, to tell its event by: every field with its unparsed value.
pub(crate) struct Shape<'a>(BTreeMap<Name, &'a RawValue>);

/// The name of a field. One with a lone surrogate is no text: it is none of the known ones, and no reason to lose the
/// event.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(String);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(serde_json::from_str(written).unwrap_or_else(|_| written.to_owned())))
    }
}

impl<'a> Shape<'a> {
    /// Reads a JSON object without parsing what is in it.
    pub(crate) fn read(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            // The error's own text may quote the body.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(
                ErrorCode::InvalidBody,
                format!("the body is not one JSON object: the reader stopped at {place}"),
            )
        })
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Returns whether one of the fields is there.
    pub(crate) fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has(field))
    }

    pub(crate) fn is_array(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| value.get().starts_with('['))
    }

    pub(crate) fn is_object(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| value.get().starts_with('{'))
    }

    /// The first element of an array, where it is an object.
    pub(crate) fn first(&self, field: &str) -> Option<Self> {
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0.get(field)?.get()).ok()?;
        serde_json::from_str(elements.first()?.get()).map(Self).ok()
    }

    /// A field that is an object.
    pub(crate) fn object(&self, field: &str) -> Option<Self> {
        serde_json::from_str(self.0.get(field)?.get()).map(Self).ok()
    }

    /// The text of a field that is a string.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        serde_json::from_str(self.0.get(field)?.get()).ok()
    }
}
