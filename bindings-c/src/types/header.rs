//! A header field.

use crate::ffi::pointers::Text;

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
    /// The output of a function that fails.
    pub(crate) const NONE: Self = Self { name: Text::NULL, value: Text::NULL };
}
