//! Reading the text of a scheme or of a cipher, with errors that point at the character.

use crate::error::{Error, ErrorCode};

/// A text that is being read, and the place where the next character stands.
pub(in crate::crypto) struct Cursor<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    /// What the text is, for errors.
    what: &'static str,
    code: ErrorCode,
}

impl<'a> Cursor<'a> {
    pub(in crate::crypto) const fn new(text: &'a str, what: &'static str, code: ErrorCode) -> Self {
        Self { text, at: 0, what, code }
    }

    pub(in crate::crypto) const fn at(&self) -> usize {
        self.at
    }

    pub(in crate::crypto) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(in crate::crypto) fn is_before(&self, token: &str) -> bool {
        self.rest().starts_with(token)
    }

    /// Reads a token, if it stands there.
    pub(in crate::crypto) fn take(&mut self, token: &str) -> bool {
        let is_there = self.is_before(token);
        if is_there {
            self.at += token.len();
        }
        is_there
    }

    /// Reads a token that must stand there.
    pub(in crate::crypto) fn expect(&mut self, token: &str) -> Result<(), Error> {
        if self.take(token) { Ok(()) } else { Err(self.expected(self.at, &format!("`{token}`"))) }
    }

    /// Reads letters, digits and hyphens.
    pub(in crate::crypto) fn word(&mut self) -> &'a str {
        let rest = self.rest();
        self.read(rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '-'))
    }

    /// Reads up to one of some characters.
    pub(in crate::crypto) fn until(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        self.read(rest.find(ends))
    }

    fn read(&mut self, end: Option<usize>) -> &'a str {
        let rest = self.rest();
        let read = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += read.len();
        read
    }

    /// Reads the name of a header field, up to one of some characters.
    pub(in crate::crypto) fn header_name(&mut self, ends: &[char]) -> Result<String, Error> {
        let start = self.at;
        let name = self.until(ends);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Err(self.expected(start, "the name of a header field"));
        }
        Ok(name.to_owned())
    }

    /// Reads `'text'`, with `\'`, `\\` and `\n` in it.
    pub(in crate::crypto) fn literal(&mut self) -> Result<String, Error> {
        let start = self.at;
        self.expect("'")?;
        let mut literal = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' => {
                    self.at += at + 1;
                    return Ok(literal);
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => literal.push('\n'),
                    Some((_, escaped @ ('\'' | '\\'))) => literal.push(escaped),
                    _ => return Err(self.error(self.at + at, r"behind \ stands n, ' or \")),
                },
                other => literal.push(other),
            }
        }
        Err(self.error(start, "a text lacks its closing quote"))
    }

    /// The error that something else stands at a place than is expected there.
    pub(in crate::crypto) fn expected(&self, at: usize, what: &str) -> Error {
        let found: String = self.text.get(at..).unwrap_or_default().chars().take(12).collect();
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
        self.error(at, &format!("{what} is expected, and {found} is there"))
    }

    /// An error at a place.
    pub(in crate::crypto) fn error(&self, at: usize, why: &str) -> Error {
        let character = self.text.get(..at).unwrap_or_default().chars().count() + 1;
        Error::new(self.code, format!("at character {character} of the {}: {why}", self.what))
    }
}
