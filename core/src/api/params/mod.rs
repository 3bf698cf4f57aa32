//! The check of an operation's parameters: one streaming pass over the JSON text, which is sent as it is.

mod phone;
mod text;

use std::{fmt, marker::PhantomData};

use airudder_json::push_segment;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

pub(crate) use text::fault_of_id;
pub use text::{Callee, CaseId, Id, LocalTime, Phone, Platform, Text, ZonedTime};

use crate::{
    error::{Error, ErrorCode},
    locate::of_error,
};

/// Rules that concern more than one field.
pub trait Validate {
    /// Says which rule is broken, in a sentence that names the remedy.
    fn validate(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// Checks that `text` is one `T`: known fields only, required ones present, limits kept. Collects nothing.
pub(crate) fn check<'a, T: Deserialize<'a> + Validate>(text: &'a str) -> Result<(), Error> {
    match serde_json::from_str::<Object<T>>(text) {
        Ok(Object(params)) => params.validate().map_err(|rule| Error::new(ErrorCode::MissingField, rule).at("")),
        Err(error) => Err(locate(text, &error)),
    }
}

/// Checks only that `text` is one JSON object: all that is checked when `strict` is off.
pub(crate) fn check_object(text: &str) -> Result<(), Error> {
    let raw: &serde_json::value::RawValue = serde_json::from_str(text).map_err(|error| invalid_json(&error))?;
    if raw.get().starts_with('{') {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::InvalidJson, "the parameters must be one JSON object"))
    }
}

/// The fault of the parameters, and its place.
fn locate(text: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return invalid_json(error);
    }
    let mut pointer = of_error(text, error);
    let message = without_value(without_position(error));
    let code = match message.as_str() {
        text if text.starts_with("unknown field") => ErrorCode::UnknownField,
        text if text.starts_with("missing field") => ErrorCode::MissingField,
        text if text.starts_with("invalid type") => ErrorCode::WrongType,
        _ => ErrorCode::InvalidValue,
    };
    if code == ErrorCode::MissingField
        && let Some(field) = message.split('`').nth(1)
    {
        push_segment(&mut pointer, field);
    }
    Error::new(code, message).at(pointer)
}

fn invalid_json(error: &serde_json::Error) -> Error {
    // serde_json's own text may quote what it read; the position is enough to find the place.
    Error::new(
        ErrorCode::InvalidJson,
        format!("the parameters are not valid JSON (line {}, column {})", error.line(), error.column()),
    )
}

/// `serde_json`'s message without its " at line 1 column 2": the pointer says it better.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(end) => message.get(..end).unwrap_or_default().to_owned(),
        None => message,
    }
}

/// `serde`'s message without the value that it quotes: that may be a secret or somebody's phone number.
fn without_value(message: String) -> String {
    let quotes = message.starts_with("invalid type: ") || message.starts_with("invalid value: ");
    match message.rsplit_once(", expected ").filter(|_| quotes) {
        Some((found, expected)) => {
            let kind = found.split(['`', '"']).next().unwrap_or_default().trim_end();
            // All whole numbers are `i64`, which serde calls by its Rust name.
            let expected = if expected == "i64" { "a whole number of 64 bits" } else { expected };
            format!("{kind}, expected {expected}")
        }
        None => message,
    }
}

/// A `T` that is written as an object: serde would also read a struct from an array, which the API does not know.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// Reads a struct from a JSON object and from nothing else; for `#[serde(deserialize_with)]`.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

/// A list of at most `MAX` objects of which each is checked and dropped.
pub struct Each<T, const MAX: usize>(PhantomData<T>);

impl<T, const MAX: usize> Default for Each<T, MAX> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Each<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EachVisitor<T, const MAX: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for EachVisitor<T, MAX> {
            type Value = Each<T, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut count = 0;
                while seq.next_element::<Object<T>>()?.is_some() {
                    count += 1;
                    if count > MAX {
                        // The list is read to its end, so that it is the list where the reader stops.
                        while seq.next_element::<IgnoredAny>()?.is_some() {}
                        return Err(A::Error::custom(format_args!(
                            "at most {MAX} elements are allowed; a campaign splits longer lists"
                        )));
                    }
                }
                Ok(Each(PhantomData))
            }
        }
        deserializer.deserialize_seq(EachVisitor(PhantomData))
    }
}

/// The length of a list whose length the reference does not limit.
pub const UNLIMITED: usize = usize::MAX;

/// An object with text values of which each is checked and dropped.
pub struct EachText;

impl<'de> Deserialize<'de> for EachText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EachTextVisitor;
        impl<'de> Visitor<'de> for EachTextVisitor {
            type Value = EachText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with text values (write numbers as text)")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<Text<'de>, Text<'de>>()?.is_some() {}
                Ok(EachText)
            }
        }
        deserializer.deserialize_map(EachTextVisitor)
    }
}

/// An object with any fields, of which none is kept.
#[derive(Default)]
pub struct AnyObject;

impl Validate for AnyObject {}

impl<'de> Deserialize<'de> for AnyObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyObjectVisitor;
        impl<'de> Visitor<'de> for AnyObjectVisitor {
            type Value = AnyObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(AnyObject)
            }
        }
        deserializer.deserialize_map(AnyObjectVisitor)
    }
}
