//! Texts and header fields

use std::ffi::c_char;

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
    /// The output of a function that fails.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };
}
