//! Buffers

use std::ffi::c_int;

use crate::{
    objects::{
        answer::{Out, code, output},
        buffers::BUFFERS,
    },
    types::{buffers::airudder_buffer, header::airudder_header, text::airudder_text},
};

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
