//! One reader of JSON tokens.
//!
//! It checks nothing, never fails, and takes no stack for what is nested: of a text that is not JSON it still gives every
//! byte that is no white space, in some token.

use super::scan::plain_length;

/// A token of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// The token as it is written: a string with its quotes, a number, a literal, or one of `{}[],:`.
    pub text: &'a str,
}

impl Token<'_> {
    /// Where it ends in the text, in bytes.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Its first byte, which tells its kind: `"` begins a string, `{` is a token of its own.
    #[must_use]
    pub fn first(&self) -> u8 {
        self.text.bytes().next().unwrap_or_default()
    }
}

/// The tokens of a text, in their order.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

/// Reads the tokens of a JSON text.
#[must_use]
pub const fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.bytes().position(|byte| !is_space(byte))?;
        let rest = self.text.get(start..)?;
        let length = match rest.bytes().next()? {
            b'"' => string_length(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => rest.bytes().position(ends_scalar).unwrap_or(rest.len()),
        };
        self.at = start + length;
        Some(Token { start, text: self.text.get(start..self.at)? })
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

const fn ends_scalar(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':')
}

/// The length of the JSON string that the text begins with, quotes included; the whole text if it does not end.
#[must_use]
pub fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(rest) = bytes.get(at..) {
        let plain = plain_length(rest);
        match rest.get(plain) {
            Some(b'"') => return at + plain + 1,
            Some(b'\\') => at += plain + 2,
            _ => at += plain + 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).map(|token| token.text).collect()
    }

    #[test]
    fn each_kind_of_token_is_told_apart() {
        let text = "{\"a\\\"]\" : [-1.5e+3,true , null],\n\"\":{}}";
        let expected = ["{", "\"a\\\"]\"", ":", "[", "-1.5e+3", ",", "true", ",", "null", "]", ",", "\"\"", ":"];
        assert_eq!(texts(text), [&expected[..], &["{", "}", "}"]].concat());
    }

    #[test]
    fn a_string_without_an_end_is_the_rest() {
        for text in ["\"", "\"a", "\"a\\", "\"a\\\"", "\"€"] {
            assert_eq!(texts(text), [text]);
            assert_eq!(string_length(text), text.len());
        }
    }

    proptest! {
        #[test]
        fn every_byte_that_is_no_white_space_is_in_one_token(text in "[\\PC\\n\"\\\\{}\\[\\],:0-9 ]*") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(text[end..token.start].bytes().all(is_space));
                prop_assert_eq!(&text[token.start..token.end()], token.text);
                prop_assert_eq!(token.text.as_bytes().first().copied(), Some(token.first()));
                end = token.end();
            }
            prop_assert!(text[end..].bytes().all(is_space));
        }
    }
}
