//! All values of a JSON text with their pointers, in the order of the text, without recursion.

use airudder_json::{push_segment, tokens};

/// What is met of a value.
pub(super) enum Edge<'a> {
    /// Its first token: the whole of a text, number or literal, the bracket of an array or object.
    Start(&'a str),
    /// The bracket that closes it.
    End,
}

struct Frame {
    /// The length of the pointer of the array or object.
    pointer: usize,
    /// The position in an array; `None` in an object.
    index: Option<usize>,
    /// In an object, a name comes next.
    wants_name: bool,
}

/// Visits every value of a text that is JSON. Values behind a name that is no text, with half of a surrogate pair, are visited
/// under an empty name.
pub(super) fn walk<'a>(text: &'a str, mut visit: impl FnMut(&str, Edge<'a>)) {
    let mut frames: Vec<Frame> = Vec::new();
    let mut pointer = String::new();
    for token in tokens(text) {
        let first = token.first();
        match (first, frames.last_mut()) {
            (b',', Some(frame)) => {
                pointer.truncate(frame.pointer);
                frame.wants_name = frame.index.is_none();
                frame.index = frame.index.map(|index| index + 1);
                continue;
            }
            (b':', _) => continue,
            (b'"', Some(frame)) if frame.wants_name => {
                frame.wants_name = false;
                push_segment(&mut pointer, &serde_json::from_str::<String>(token.text).unwrap_or_default());
                continue;
            }
            (b']' | b'}', Some(frame)) => {
                pointer.truncate(frame.pointer);
                visit(&pointer, Edge::End);
                frames.pop();
                continue;
            }
            (_, Some(Frame { index: Some(index), .. })) => push_segment(&mut pointer, &index.to_string()),
            _ => {}
        }
        visit(&pointer, Edge::Start(token.text));
        if matches!(first, b'[' | b'{') {
            let is_array = first == b'[';
            frames.push(Frame { pointer: pointer.len(), index: is_array.then_some(0), wants_name: !is_array });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_pointer() {
        let mut seen = Vec::new();
        walk(r#" {"a":[1,{"b/c":"x"},[]],"d":null} "#, |pointer, edge| {
            seen.push(match edge {
                Edge::Start(token) => format!("{pointer} {token}"),
                Edge::End => format!("{pointer} end"),
            });
        });
        let expected = [
            " {",
            "/a [",
            "/a/0 1",
            "/a/1 {",
            "/a/1/b~1c \"x\"",
            "/a/1 end",
            "/a/2 [",
            "/a/2 end",
            "/a end",
            "/d null",
            " end",
        ];
        assert_eq!(seen, expected);
    }
}
