//! Arguments as C passes them.
//!
//! No safe Rust code can make a value of these types: they come from C, whose programmer vouches, by the rules at the
//! top of `airudder.h`, that a pointer is NULL or points to what its parameter says, for as long as the function runs.
//! So reading them is safe for the rest of the crate, and NULL is an error like any other.

use std::{
    ffi::{CStr, c_char, c_void},
    marker::PhantomData,
    mem, ptr, slice, str,
};

use airudder_core::{Error, ErrorCode, Headers};

use crate::{
    call::{airudder_call_options, airudder_raw_request},
    campaign::airudder_campaign_config,
    client::airudder_config,
    error::airudder_error,
    text::{Terminated, airudder_header},
    webhooks::airudder_webhooks_config,
};

/// A text that ends in NUL, or NULL.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Text<'a>(*const c_char, PhantomData<&'a CStr>);

impl<'a> Text<'a> {
    /// NULL.
    pub(crate) const NULL: Self = Self(ptr::null(), PhantomData);

    fn bytes(self) -> Option<&'a [u8]> {
        // SAFETY: the caller vouches for a text that ends in NUL wherever the pointer is not NULL.
        (!self.0.is_null()).then(|| unsafe { CStr::from_ptr(self.0) }.to_bytes())
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
        self.bytes().map(|bytes| utf8(bytes, name)).transpose()
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
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).ok_or_else(|| null(name))
    }
}

/// How many bytes, or elements, the pointer before it points to.
#[repr(transparent)]
pub struct Length(usize);

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

/// An array of header fields; the number of its elements is the [`Length`] that follows in the parameters.
#[repr(transparent)]
pub struct FieldList<'a>(*const airudder_header<'a>, PhantomData<&'a ()>);

impl FieldList<'_> {
    /// Header fields. NULL stands for none, where the length is 0.
    #[expect(clippy::needless_pass_by_value, reason = "a length belongs to one pointer alone")]
    pub(crate) fn get(self, length: Length) -> Result<Headers, Error> {
        // SAFETY: the caller vouches for as many elements as the parameter that follows says.
        let fields = unsafe { elements(self.0, length.0, "headers") }?;
        fields
            .iter()
            .map(|field| Ok((field.name.lossy("headers[].name")?, field.value.lossy("headers[].value")?)))
            .collect()
    }
}

/// A struct of settings that begins with its size, so that programs of an older header keep working.
///
/// # Safety
/// The type is `repr(C)`, its first field is its size as `usize`, and it is valid where all its bytes are zero.
pub(crate) unsafe trait Versioned: Sized {
    /// The size of the first published version.
    const FIRST_SIZE: usize;
    /// Its name in C.
    const NAME: &'static str;
}

/// Declares such structs, at their first version.
macro_rules! versioned {
    ($($name:ident)+) => {
        $(
            // SAFETY: a repr(C) struct of a size, then pointers and numbers, of which all may be zero.
            unsafe impl Versioned for $name<'_> {
                const FIRST_SIZE: usize = size_of::<Self>();
                const NAME: &'static str = stringify!($name);
            }
        )+
    };
}

versioned! { airudder_config airudder_call_options airudder_raw_request airudder_campaign_config }

// SAFETY: a repr(C) struct of a size, then pointers and numbers, of which all may be zero.
unsafe impl Versioned for airudder_webhooks_config<'_> {
    const FIRST_SIZE: usize = mem::offset_of!(Self, require_encryption);
    const NAME: &'static str = "airudder_webhooks_config";
}

// SAFETY: a repr(C) struct of a size, then numbers, an enum that has a 0, and texts.
unsafe impl Versioned for airudder_error {
    const FIRST_SIZE: usize = size_of::<Self>();
    const NAME: &'static str = "airudder_error";
}

pub(crate) type GivenConfig<'a> = Given<'a, airudder_config<'a>>;
pub(crate) type GivenCallOptions<'a> = Given<'a, airudder_call_options<'a>>;
pub(crate) type GivenRawRequest<'a> = Given<'a, airudder_raw_request<'a>>;
pub(crate) type GivenCampaignConfig<'a> = Given<'a, airudder_campaign_config<'a>>;
pub(crate) type GivenWebhooksConfig<'a> = Given<'a, airudder_webhooks_config<'a>>;

/// A pointer to such a struct.
#[repr(transparent)]
pub struct Given<'a, T>(*const T, PhantomData<&'a T>);

impl<T: Versioned> Given<'_, T> {
    /// The settings; fields that the caller's header does not have yet are zero.
    pub(crate) fn get(self, name: &str) -> Result<T, Error> {
        if !self.0.is_aligned() {
            return Err(argument(format!("{name} is not aligned: it points to no {}", T::NAME)));
        }
        if self.0.is_null() {
            return Err(null(name));
        }
        // SAFETY: the caller vouches for a struct that begins with its size.
        let size = unsafe { self.0.cast::<usize>().read() };
        if !(T::FIRST_SIZE..=size_of::<T>()).contains(&size) {
            return Err(argument(format!(
                "{name}->size is {size}, which no version of {} has: initialise it with its _INIT, and use the header of this library",
                T::NAME
            )));
        }
        // SAFETY: all-zero bytes are a valid T, by its trait.
        let mut value: T = unsafe { mem::zeroed() };
        // SAFETY: the caller's struct has `size` bytes by its own word, and T has at least as many.
        unsafe { ptr::copy_nonoverlapping(self.0.cast::<u8>(), ptr::from_mut(&mut value).cast::<u8>(), size) };
        Ok(value)
    }
}

/// Where the caller wants an error to be told; NULL where it does not.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ErrorSlot<'a>(*mut airudder_error, PhantomData<&'a mut airudder_error>);

impl ErrorSlot<'_> {
    /// Tells it. Of a struct whose size this library does not know, from a newer header or never set, it fills what
    /// every version has: the caller is about to read it.
    pub(crate) fn fill(self, error: impl FnOnce() -> airudder_error) {
        if self.0.is_null() || !self.0.is_aligned() {
            return;
        }
        // SAFETY: the caller vouches for a struct that begins with its size.
        let size = unsafe { self.0.cast::<usize>().read() };
        let known = airudder_error::FIRST_SIZE..=size_of::<airudder_error>();
        let filled = if known.contains(&size) { size } else { airudder_error::FIRST_SIZE };
        let error = airudder_error { size, ..error() };
        // SAFETY: the caller's struct has so many bytes, by its own word or as every version of it, and so has ours.
        unsafe { ptr::copy_nonoverlapping(ptr::from_ref(&error).cast::<u8>(), self.0.cast::<u8>(), filled) };
    }
}

/// # Safety
/// The pointer is NULL or points to `length` elements that live for `'a`.
unsafe fn elements<'a, T>(start: *const T, length: usize, name: &str) -> Result<&'a [T], Error> {
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
