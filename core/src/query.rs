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
    let not_an_object = |_| Error::new(ErrorCode::InvalidJson, "the parameters must be one JSON object");
    let Pairs(pairs) = serde_json::from_str(params).map_err(not_an_object)?;
    let mut query = String::new();
    for (name, value) in pairs {
        let value = match value.get().as_bytes().first() {
            Some(b'n') => continue,
            Some(b'"') => serde_json::from_str(value.get()).map_err(not_an_object)?,
            Some(b'[' | b'{') => {
                let message = "a parameter of a GET request is a text, a number or a truth value";
                let mut pointer = String::new();
                push_segment(&mut pointer, &name);
                return Err(Error::new(ErrorCode::WrongType, message).at(pointer));
            }
            _ => value.get().to_owned(), // numbers as they are written
        };
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(&name, ENCODED));
        query.push('=');
        query.extend(utf8_percent_encode(&value, ENCODED));
    }
    Ok(query)
}

/// The fields of an object in their order.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

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
