//! One text for all JSON texts that say the same: fields in order, no white space, one way to write a string.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::{Error, ErrorCode};

/// The canonical text. Numbers stay as they are written, since rounding them could make different ones equal.
/// The text must have been read as JSON, and its nesting limited, before.
pub(crate) fn write(text: &str) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len());
    write_value(text.trim_ascii(), &mut out).map_err(|error| {
        let message = format!("the body is not JSON: the reader stopped in column {} of a value", error.column());
        Error::new(ErrorCode::InvalidBody, message)
    })?;
    Ok(out)
}

fn write_value(text: &str, out: &mut String) -> serde_json::Result<()> {
    match text.as_bytes().first() {
        Some(b'{') => {
            let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else {
                // The text was read before, so it is a name with half a surrogate pair.
                out.push_str(text);
                return Ok(());
            };
            out.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                separate(index, out);
                out.push_str(&serde_json::to_string(name)?);
                out.push(':');
                write_value(value.get(), out)?;
            }
            out.push('}');
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            out.push('[');
            for (index, value) in elements.iter().enumerate() {
                separate(index, out);
                write_value(value.get(), out)?;
            }
            out.push(']');
        }
        // Half a surrogate pair is no text, but must not be lost: it stays as it is written.
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(string) => out.push_str(&serde_json::to_string(&string)?),
            Err(_) => out.push_str(text),
        },
        _ => out.push_str(text),
    }
    Ok(())
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn texts_that_say_the_same_become_one() {
        let canonical = write(r#"{"b":[1,{"d":"é","c":1.0}],"a":null}"#).unwrap();
        assert_eq!(canonical, r#"{"a":null,"b":[1,{"c":1.0,"d":"é"}]}"#);
        let other = " {\t\"a\" : null,\n \"b\": [ 1 , {\"c\":1.0,\"d\":\"\\u00e9\"} ] }\r\n";
        assert_eq!(write(other).unwrap(), canonical);
    }

    #[test]
    fn what_differs_stays_different() {
        for (one, other) in [
            (r#"{"a":12345678901234567890123}"#, r#"{"a":12345678901234567890124}"#),
            (r#"{"a":"1"}"#, r#"{"a":1}"#),
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ud801"}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
        ] {
            assert_ne!(write(one).unwrap(), write(other).unwrap());
        }
    }
}
