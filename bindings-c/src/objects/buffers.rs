//! Buffers: bytes that a function gave.

use airudder_core::{Error, Headers};

use crate::{
    ffi::{fields::Fields, terminated::Terminated},
    objects::handles::Table,
    types::text::airudder_text,
};

/// A buffer behind its handle.
pub(crate) struct Buffer {
    pub(crate) data: Terminated,
    pub(crate) headers: Fields,
    /// Further texts that were handed out and live as long as the buffer.
    pub(crate) kept: Vec<Terminated>,
}

pub(crate) static BUFFERS: Table<Buffer> = Table::new(6, "airudder_buffer");

impl Buffer {
    pub(crate) fn new(data: impl Into<Vec<u8>>, headers: &Headers) -> Result<Self, Error> {
        Ok(Self { data: Terminated::new(data)?, headers: Fields::new(headers)?, kept: Vec::new() })
    }

    /// Bytes alone.
    pub(crate) fn of(data: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Self::new(data, &Headers::new())
    }

    /// The bytes for C.
    pub(crate) fn data(&self) -> airudder_text {
        self.data.view()
    }

    /// Keeps a text beside them.
    pub(crate) fn keep(&mut self, text: String) -> Result<airudder_text, Error> {
        let text = Terminated::new(text)?;
        let view = text.view();
        self.kept.push(text);
        Ok(view)
    }
}
