//! Single values out of a JSON text, without building a tree. What is no JSON gives nothing, or something: whoever asks
//! reads the whole text later, or has a signature of it.

use std::borrow::Cow;

use airudder_json::{Tokens, tokens};

/// The members of an object with their names, or the elements of an array with their numbers. A value is its JSON text.
pub(crate) fn of(text: &str) -> Vec<(Cow<'_, str>, &str)> {
    let mut rest = tokens(text);
    let mut members = Vec::new();
    let is_object = match rest.next().map(|token| token.first()) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return members,
    };
    loop {
        let name = if is_object {
            let Some(name) = rest.next().and_then(|token| text_of(token.text)) else { return members };
            if rest.next().is_none_or(|colon| colon.first() != b':') {
                return members;
            }
            name
        } else {
            Cow::Owned(members.len().to_string())
        };
        let Some((value, has_more)) = value(text, &mut rest) else { return members };
        members.push((name, value));
        if !has_more {
            return members;
        }
    }
}

/// The next value, and whether another one follows.
fn value<'a>(text: &'a str, rest: &mut Tokens<'a>) -> Option<(&'a str, bool)> {
    let first = rest.next()?;
    if matches!(first.first(), b'}' | b']') {
        return None;
    }
    let (start, mut end, mut depth) = (first.start, first.end(), 0_usize);
    let mut token = first;
    loop {
        match token.first() {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some((text.get(start..end)?, false)),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some((text.get(start..end)?, true)),
            _ => {}
        }
        end = token.end();
        token = rest.next()?;
    }
}

/// The names and numbers that a JSON pointer (RFC 6901) is made of.
pub(crate) fn segments(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(airudder_json::read_segment)
}

/// The value at a JSON pointer (RFC 6901); of equal names the last one counts.
pub(crate) fn find<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut found = text;
    for name in segments(pointer) {
        found = of(found).into_iter().rev().find(|(member, _)| *member == name)?.1;
    }
    Some(found)
}

/// The text of a JSON string; any other value as it is written, and nothing for `null`.
pub(crate) fn text_of(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim();
    match value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(value).ok().map(Cow::Owned),
        None => (value != "null").then_some(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_pointer() {
        let text =
            r#" {"a": {"b": [1, {"c/d~": "x\"y"}], "e": null}, "f": "last", "n": 1.50 , "a\u0062": true, "f": "l" } "#;
        for (pointer, value) in [
            ("/a/b/0", Some("1")),
            ("/a/b/1/c~1d~0", Some(r#""x\"y""#)),
            ("/f", Some(r#""l""#)),
            ("/n", Some("1.50")),
            ("/ab", Some("true")),
            ("/a/b/2", None),
            ("/x", None),
            ("/f/x", None),
        ] {
            assert_eq!(find(text, pointer), value, "{pointer}");
        }
        assert_eq!(text_of(r#""x\"y""#).as_deref(), Some("x\"y"));
        assert_eq!(text_of("null"), None);
    }

    #[test]
    fn what_is_no_json_fails_nowhere() {
        for text in
            ["", "{", "{}", "[]", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "[1,", "]", "{\"a\":}", "{\"a\":,"]
        {
            let _ = (of(text), find(text, "/a/0"));
        }
    }
}
