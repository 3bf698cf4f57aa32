//! Parameters of GET requests: a flat JSON object as a query string.

use std::fmt;

use airudder_json::push_segment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorCode};

/// What RFC 3986 calls unreserved stays as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The query, without `?`, of a JSON object of texts, numbers and truth values, in the order they are written.
/// `null` stands for a parameter that is left out.
pub(crate) fn write(params: &str) -> Result<String, Error> {
    write_pairs(&Pairs::read(params)?)
}

/// The same, of an object that was read.
pub(crate) fn write_pairs(Pairs(pairs): &Pairs<'_>) -> Result<String, Error> {
    let mut query = String::new();
    for (name, value) in pairs {
        let Some(value) = encoded(name, value, "a parameter of a query")? else { continue };
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(name, ENCODED));
        query.push('=');
        query.push_str(&value);
    }
    Ok(query)
}

/// A text, a number as it is written, or a truth value, percent-encoded; nothing for `null`.
pub(crate) fn encoded(name: &str, value: &RawValue, what: &str) -> Result<Option<String>, Error> {
    let text = match value.get().as_bytes().first() {
        Some(b'n') => return Ok(None),
        Some(b'"') => serde_json::from_str(value.get()).map_err(not_an_object)?,
        Some(b'[' | b'{') => {
            let message = format!("{what} is a text, a number or a truth value");
            let mut pointer = String::new();
            push_segment(&mut pointer, name);
            return Err(Error::new(ErrorCode::WrongType, message).at(pointer));
        }
        _ => value.get().to_owned(),
    };
    Ok(Some(utf8_percent_encode(&text, ENCODED).to_string()))
}

fn not_an_object(_: serde_json::Error) -> Error {
    Error::new(ErrorCode::InvalidJson, "the parameters must be one JSON object")
}

/// The fields of an object in their order.
pub(crate) struct Pairs<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'a> Pairs<'a> {
    /// Reads a text that is an object.
    pub(crate) fn read(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(not_an_object)
    }
}

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn parameters_keep_their_order_and_are_encoded() {
        let query = write(r#"{"TaskID":"a b/+&=é","Page":2,"All":true,"None":null}"#).unwrap();
        assert_eq!(query, "TaskID=a%20b%2F%2B%26%3D%C3%A9&Page=2&All=true");
        assert_eq!(write("{}").unwrap(), "");
        assert_eq!(write(r#"{"a":[1]}"#).unwrap_err().details().pointer.as_deref(), Some("/a"));
    }
}
