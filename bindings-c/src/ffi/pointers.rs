//! Arguments as C passes them.
//!
//! No safe Rust code can make a value of these types: they come from C, whose programmer vouches, by the rules at the
//! top of `airudder.h`, that a pointer is NULL or points to what its parameter says, for as long as the function runs.
//! So reading them is safe for the rest of the crate, and NULL is an error like any other.

use std::{
    ffi::{CStr, c_char, c_void},
    marker::PhantomData,
    ptr, slice, str,
};

use airudder_core::{Error, ErrorCode};

use crate::ffi::{memory, terminated::Terminated};

/// A text that ends in NUL, or NULL.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Text<'a>(*const c_char, PhantomData<&'a CStr>);

impl<'a> Text<'a> {
    /// NULL.
    pub(crate) const NULL: Self = Self(ptr::null(), PhantomData);

    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        // SAFETY: the caller vouches for a text that ends in NUL wherever the pointer is not NULL.
        (!self.0.is_null()).then(|| unsafe { CStr::from_ptr(self.0) }.to_bytes())
    }

    /// The bytes, where there is memory for the few copies that are made of a text.
    fn affordable(self) -> Result<Option<&'a [u8]>, Error> {
        let bytes = self.bytes();
        memory::to_work_on(bytes.map_or(0, <[u8]>::len))?;
        Ok(bytes)
    }

    /// The text of a setting, or `None` for NULL; its error points to the setting.
    pub(crate) fn setting(self, name: &str) -> Result<Option<&'a str>, Error> {
        self.optional(name).map_err(|error| error.at(format!("/{name}")))
    }

    /// The text, which must be there and be UTF-8. The name is that of the parameter or field, for the error.
    pub(crate) fn get(self, name: &str) -> Result<&'a str, Error> {
        self.optional(name)?.ok_or_else(|| null(name))
    }

    /// The text, or `None` for NULL.
    pub(crate) fn optional(self, name: &str) -> Result<Option<&'a str>, Error> {
        self.affordable()?.map(|bytes| utf8(bytes, name)).transpose()
    }

    /// A text of the library's own, for an array of header fields that is handed out.
    ///
    /// # Safety
    /// It is not read after `text` is gone.
    pub(super) unsafe fn lend(text: &Terminated) -> Text<'static> {
        Text(text.as_ptr(), PhantomData)
    }

    /// The text, with a replacement for what is not UTF-8: a header field may hold anything that came over the network.
    pub(crate) fn lossy(self, name: &str) -> Result<String, Error> {
        self.affordable()?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).ok_or_else(|| null(name))
    }
}

/// The number of bytes, or elements, that the pointer before it points to.
#[repr(transparent)]
pub struct Length(pub(super) usize);

impl Length {
    /// The number.
    pub(crate) fn count(&self) -> usize {
        self.0
    }
}

/// Bytes that are not NUL-terminated; their number is the [`Length`] that follows in the parameters.
#[repr(transparent)]
pub struct Bytes<'a>(*const c_void, PhantomData<&'a [u8]>);

impl<'a> Bytes<'a> {
    /// The bytes. NULL stands for none, where the length is 0.
    #[expect(clippy::needless_pass_by_value, reason = "a length belongs to one pointer alone")]
    pub(crate) fn get(self, length: Length, name: &str) -> Result<&'a [u8], Error> {
        // SAFETY: the caller vouches for as many bytes as the parameter that follows says.
        unsafe { elements(self.0.cast(), length.0, name) }
    }

    /// The bytes as text.
    pub(crate) fn text(self, length: Length, name: &str) -> Result<&'a str, Error> {
        utf8(self.get(length, name)?, name)
    }
}

/// # Safety
/// The pointer is NULL or points to `length` elements that live for `'a`.
pub(super) unsafe fn elements<'a, T>(start: *const T, length: usize, name: &str) -> Result<&'a [T], Error> {
    if length == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(null(name));
    }
    if !start.is_aligned() || length > isize::MAX as usize / size_of::<T>() {
        return Err(argument(format!("{name} cannot have {length} elements at this address")));
    }
    // SAFETY: it is not NULL, it is aligned, its length fits; the rest is promised above.
    Ok(unsafe { slice::from_raw_parts(start, length) })
}

fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Error> {
    str::from_utf8(bytes)
        .map_err(|error| argument(format!("{name} is not UTF-8: byte {} is wrong", error.valid_up_to())))
}

/// An argument that must not be NULL is.
pub(crate) fn null(name: &str) -> Error {
    argument(format!("{name} is NULL"))
}

/// An argument is not what its parameter says.
pub(crate) fn argument(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}
