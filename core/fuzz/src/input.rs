//! Inputs: lines of text, and behind an empty one a body of any bytes.

use airudder_core::Headers;

/// An input whose head is read line by line.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next line; empty where there is none.
    pub(crate) fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == b'\n').unwrap_or(self.0.len());
        let line = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        line
    }

    /// The next line as text.
    pub(crate) fn text(&mut self) -> &'a str {
        text(self.line())
    }

    /// The next line as a number.
    pub(crate) fn number(&mut self) -> u64 {
        number(self.line())
    }

    /// The next line as the place of one of so many things.
    pub(crate) fn choice(&mut self, count: usize) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX) % count
    }

    /// Lines `name: value`, up to an empty one.
    pub(crate) fn headers(&mut self) -> Headers {
        std::iter::from_fn(|| Some(self.text()).filter(|line| !line.is_empty()))
            .filter_map(|line| line.split_once(": "))
            .collect()
    }

    /// What is left.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}

/// The bytes as text, as far as they are.
pub(crate) fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("it was found valid"),
    }
}

/// The number that begins with the first digit; 0 without one.
pub(crate) fn number(bytes: &[u8]) -> u64 {
    let digits = bytes.iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

/// The digits that the bytes begin with, behind white space, and what is behind them.
pub(crate) fn digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let bytes = bytes.trim_ascii_start();
    bytes.split_at(bytes.iter().take_while(|byte| byte.is_ascii_digit()).count())
}
