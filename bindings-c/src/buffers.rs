//! Buffers

use std::ffi::c_int;

use airudder_core::{Error, Headers};

use crate::{
    answer::{Out, code, output},
    ffi::Fields,
    handles::Table,
    text::{Terminated, airudder_header, airudder_text},
};

/// Bytes that a function made, some with header fields. One thread at a time may use it.
pub type airudder_buffer = u64;

/// What a handle of a buffer stands for.
pub(crate) struct Buffer {
    data: Terminated,
    headers: Fields,
    /// Further texts that were handed out and live as long as the buffer.
    kept: Vec<Terminated>,
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

/// The bytes of a buffer.
///
/// @param buffer  The buffer.
/// @param data    Receives them, with a NUL behind them; they live until the buffer is freed.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_buffer_data(buffer, &text); fwrite(text.data, 1, text.len, stdout);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_buffer_data(buffer: airudder_buffer, data: Out<'_, airudder_text>) -> c_int {
    code(|| {
        let data = output(data, "data", airudder_text::NONE)?;
        BUFFERS.with(buffer, |buffer| {
            *data = buffer.data();
            Ok(())
        })
    })
}

/// A header field of a buffer.
///
/// @param buffer  The buffer.
/// @param index   From 0.
/// @param header  Receives it; it lives until the buffer is freed.
/// @return 0; AIRUDDER_E1017_NO_VALUE if there are not so many.
///
///     for (i = 0; !airudder_buffer_header(buffer, i, &header); i++) printf("%s: %s\n", header.name, header.value);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_buffer_header(
    buffer: airudder_buffer,
    index: usize,
    header: Out<'_, airudder_header<'static>>,
) -> c_int {
    code(|| {
        let header = output(header, "header", airudder_header::NONE)?;
        BUFFERS.with(buffer, |buffer| {
            *header = buffer.headers.get(index)?;
            Ok(())
        })
    })
}

/// Frees a buffer.
///
/// @param buffer  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no buffer.
///
///     airudder_buffer_free(buffer);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_buffer_free(buffer: airudder_buffer) -> c_int {
    code(|| BUFFERS.free(buffer))
}
