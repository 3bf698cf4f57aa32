//! Owned bytes with a NUL behind them.

use std::{borrow::Cow, ffi::c_char};

use airudder_core::Error;

use crate::{ffi::memory, types::text::airudder_text};

/// Bytes with a NUL behind them.
pub(crate) struct Terminated(Vec<u8>);

impl Terminated {
    /// Takes text or bytes over.
    pub(crate) fn new(text: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let mut bytes = text.into();
        memory::reserve(&mut bytes, 1)?;
        bytes.push(0);
        Ok(Self(bytes))
    }

    /// Copies a text.
    pub(crate) fn copy(text: &str) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        memory::reserve(&mut bytes, text.len() + 1)?;
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Ok(Self(bytes))
    }

    /// The bytes without their end.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.strip_suffix(&[0]).unwrap_or_default()
    }

    /// The same as text, where it is.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// Where they are.
    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    /// For C, as long as this lives.
    pub(crate) fn view(&self) -> airudder_text {
        airudder_text { data: self.as_ptr(), len: self.bytes().len() }
    }
}
