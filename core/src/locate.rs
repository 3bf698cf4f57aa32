//! Where in a JSON text a reader stopped, as a JSON pointer.

use airudder_json::{push_segment, tokens};

/// The JSON pointer (RFC 6901) of the value in which `serde_json` met the error.
///
/// The error tells line and column alone. The text is read once more up to there, which needs none of the types that it
/// was read into.
pub(crate) fn of_error(text: &str, error: &serde_json::Error) -> String {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let end = lines.map(str::len).sum::<usize>() + error.column();
    let mut pointer = String::new();
    for frame in open_frames(text.get(..end).unwrap_or(text)) {
        match frame {
            Frame::Array(index) => push_segment(&mut pointer, &index.to_string()),
            Frame::Object(Some(key)) => {
                push_segment(&mut pointer, &serde_json::from_str::<String>(key).unwrap_or_default());
            }
            Frame::Object(None) => {}
        }
    }
    pointer
}

/// Returns whether a text that begins like JSON is nested more deeply than the limit. It does not recurse.
pub(crate) fn is_deeper(text: &str, limit: usize) -> bool {
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

/// An array or object that is not closed yet, with the position or the quoted key that was read in it last.
enum Frame<'a> {
    Array(usize),
    Object(Option<&'a str>),
}

/// The arrays and objects that are open at the end of a text that begins like JSON.
fn open_frames(text: &str) -> Vec<Frame<'_>> {
    let mut frames = Vec::new();
    for token in tokens(text) {
        match (token.first(), frames.last_mut()) {
            (b'[', _) => frames.push(Frame::Array(0)),
            (b'{', _) => frames.push(Frame::Object(None)),
            (b']' | b'}', _) => drop(frames.pop()),
            (b',', Some(Frame::Array(index))) => *index += 1,
            (b',', Some(Frame::Object(key))) => *key = None,
            (b'"', Some(Frame::Object(key @ None))) => *key = Some(token.text),
            _ => {}
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        list: Vec<Inner>,
        number: Option<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        text: String,
        pair: Option<(u8, u8)>,
    }

    fn pointer(text: &str) -> String {
        of_error(text, &serde_json::from_str::<Outer>(text).unwrap_err())
    }

    #[test]
    fn errors_are_found_where_they_are() {
        for (text, expected) in [
            (r#"{"list":7}"#, "/list"),
            (r#"{"list":[],"number":256}"#, "/number"),
            (r#"{"list":[],"number":{}}"#, "/number"),
            (r#"{"list":[],"number":[1]}"#, "/number"),
            (r#"{"list":[{"text":"a"},{"text":7}]}"#, "/list/1/text"),
            (r#"{"list":[{"text":"a"} , {"text" : true , "pair":[1,2]}]}"#, "/list/1/text"),
            (r#"{"list":[{"text":"a","pair":[1,"x"]}]}"#, "/list/0/pair/1"),
            (r#"{"list":[{"text":"a","pair":{}}]}"#, "/list/0/pair"),
            (r#"{"list":[{"text":"a","odd":1}]}"#, "/list/0/odd"),
            (r#"{"list":[{"text":"a"},{}]}"#, "/list/1"),
            ("{\"list\":[\n{\"text\":\"\\\"}\\\\\"},\n\n  {\"text\":\n[]}]}", "/list/1/text"),
            (r#"{"list":[{"text":"ä€","a/b~\u0022":1}]}"#, "/list/0/a~1b~0\""),
            ("[]", ""),
            ("7", ""),
        ] {
            assert_eq!(pointer(text), expected, "{text}");
        }
    }
}
