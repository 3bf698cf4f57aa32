//! Texts and header fields

use std::{borrow::Cow, ffi::c_char};

use airudder_core::Error;

use crate::{ffi::Text, memory};

/// A text of the library: UTF-8, with its length in bytes, and a NUL behind it. It belongs to the handle that
/// it was asked of. A text that holds a NUL of its own is longer than strlen() says.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct airudder_text {
    /// The text; NULL where a function failed.
    pub data: *const c_char,
    /// Its length in bytes, without the NUL at its end.
    pub len: usize,
}

impl airudder_text {
    /// What stands in the output of a function that fails.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };
}

/// A header field of a request, a response or a delivery. Names compare without regard to case.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct airudder_header<'a> {
    /// Its name, without the colon.
    pub name: Text<'a>,
    /// Its value.
    pub value: Text<'a>,
}

impl airudder_header<'_> {
    /// What stands in the output of a function that fails.
    pub(crate) const NONE: Self = Self { name: Text::NULL, value: Text::NULL };
}

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
