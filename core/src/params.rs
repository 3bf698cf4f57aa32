//! The check of an operation's parameters: one streaming pass over the JSON text, which is sent as it is.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{
    Error, ErrorCode,
    calendar::{is_local, is_zoned},
    json::push_segment,
    pointer,
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

/// What is wrong with the parameters, and where.
fn locate(text: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return invalid_json(error);
    }
    let mut pointer = pointer::of_error(text, error);
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

/// A text that borrows from the JSON it was read from, wherever it stands (`Cow` does so only in a struct's own field).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<'a>(pub Cow<'a, str>);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Text<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string"})
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor { keeps_rule: |_| true, rule: "" })
    }
}

/// Reads a text that keeps a rule. The rule is checked in here since the reader knows the place of errors from here.
struct TextVisitor {
    keeps_rule: fn(&str) -> bool,
    rule: &'static str,
}

impl TextVisitor {
    fn check<'a, E: serde::de::Error>(&self, text: Cow<'a, str>) -> Result<Text<'a>, E> {
        if (self.keeps_rule)(&text) { Ok(Text(text)) } else { Err(E::custom(self.rule)) }
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        self.check(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.check(Cow::Owned(text.to_owned()))
    }
}

/// Declares a text with a rule that is checked when it is read from JSON, that is, before anything is sent.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $rule:ident, $pattern:literal, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name<'a>(Text<'a>);

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(TextVisitor { keeps_rule: $rule, rule: $message }).map(Self)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name<'_> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern})
            }
        }

        impl<'a, T: Into<Cow<'a, str>>> From<T> for $name<'a> {
            fn from(text: T) -> Self {
                Self(Text(text.into()))
            }
        }

        impl Deref for $name<'_> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Text<'a> {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

checked_text! {
    /// A phone number: `+`, country code, digits, for instance `+6212345678` \[documented].
    Phone, is_phone, "^\\+[0-9]+$", "a phone number is `+`, country code and digits without spaces, for instance `+6212345678`"
}
checked_text! {
    /// A platform's name, from the list that AI Rudder gives: 1 to 40 characters \[documented].
    Platform, is_platform, "^.{1,40}$", "a platform name has 1 to 40 characters"
}
checked_text! {
    /// A time with its zone: `2023-09-01 00:00:00+08:00` \[documented for query bounds].
    ZonedTime, is_zoned, "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}[+-]\\d{2}:\\d{2}$", "a time is written with its zone as `2023-09-01 00:00:00+08:00`"
}

checked_text! {
    /// A time of the account, whose zone is not stated: `2022-12-19 15:14:52` \[documented by example].
    LocalTime, is_local, "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$", "a time is written without a zone as `2022-12-19 15:14:52`"
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_platform(text: &str) -> bool {
    (1..=40).contains(&text.chars().count())
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

/// How long a list may be whose length the reference does not limit.
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
