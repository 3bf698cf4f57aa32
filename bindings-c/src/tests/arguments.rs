//! Arguments as C passes them, and outputs as it reads them.

use std::{
    ffi::{CStr, c_char, c_int},
    mem::{self, MaybeUninit},
    ptr, slice,
};

use crate::{
    ffi::{
        field_list::FieldList,
        pointers::{Bytes, Length, Text},
        settings::{ErrorSlot, StructPointer, Versioned},
    },
    functions::client::airudder_client_new,
    objects::answer::Out,
    types::{
        client::{airudder_client, airudder_config},
        error::airudder_error,
        header::airudder_header,
        text::airudder_text,
    },
};

/// The time of all that happens here.
pub(super) const NOW: u64 = 1_700_000_000_000;
/// NULL.
pub(super) const NONE: Text<'_> = Text::NULL;

pub(super) fn text(text: &CStr) -> Text<'_> {
    // SAFETY: a Text is a pointer to a text that ends in NUL, and this one lives as long as it.
    unsafe { mem::transmute(text.as_ptr()) }
}

pub(super) fn length(count: usize) -> Length {
    // SAFETY: a Length is a number.
    unsafe { mem::transmute(count) }
}

/// Bytes with their number.
pub(super) fn bytes(bytes: &[u8]) -> (Bytes<'_>, Length) {
    // SAFETY: it is a pointer to these bytes, which live as long as it.
    (unsafe { mem::transmute::<*const u8, Bytes<'_>>(bytes.as_ptr()) }, length(bytes.len()))
}

/// Header fields with their number.
pub(super) fn fields<'a>(fields: &'a [airudder_header<'a>]) -> (FieldList<'a>, Length) {
    // SAFETY: it is a pointer to these fields, which live as long as it.
    (unsafe { mem::transmute::<*const airudder_header<'_>, FieldList<'_>>(fields.as_ptr()) }, length(fields.len()))
}

/// A pointer to settings.
pub(super) fn settings<T: Versioned>(settings: &T) -> StructPointer<'_, T> {
    // SAFETY: it is a pointer to a struct that begins with its size.
    unsafe { mem::transmute(ptr::from_ref(settings)) }
}

/// Settings whose fields are all 0 and NULL; the caller sets the size.
pub(super) fn zeroed<T: Versioned>() -> T {
    // SAFETY: by the trait, the type may be zero.
    unsafe { mem::zeroed() }
}

/// The caller does not want the error.
pub(super) fn no_error() -> ErrorSlot<'static> {
    // SAFETY: it is a pointer that may be NULL.
    unsafe { mem::transmute(ptr::null_mut::<airudder_error>()) }
}

/// The error that a function reports, as far as a struct of this size holds it.
pub(super) fn error_of(size: usize, run: impl FnOnce(ErrorSlot<'_>) -> c_int) -> (c_int, airudder_error) {
    let mut error = airudder_error { size, ..airudder_error::none() };
    // SAFETY: it is a pointer to a struct that begins with its size and outlives the function.
    let slot: ErrorSlot<'_> = unsafe { mem::transmute(ptr::from_mut(&mut error)) };
    let code = run(slot);
    (code, error)
}

/// The output of a function that succeeds.
pub(super) fn output<T>(run: impl FnOnce(Out<'_, T>) -> c_int) -> T {
    let mut place = MaybeUninit::uninit();
    assert_eq!(run(Some(&mut place)), 0);
    // SAFETY: a function that succeeds sets its output.
    unsafe { place.assume_init() }
}

/// The output of a function that fails with this number.
pub(super) fn failed<T>(code: c_int, run: impl FnOnce(Out<'_, T>) -> c_int) -> T {
    let mut place = MaybeUninit::uninit();
    assert_eq!(run(Some(&mut place)), code);
    // SAFETY: a function that fails sets its output to 0 or NULL.
    unsafe { place.assume_init() }
}

/// A text of the library, with the NUL behind it.
///
/// # Safety
/// What it belongs to has not been freed, nor what else ends it come to pass.
pub(super) unsafe fn read(text: airudder_text) -> String {
    // SAFETY: so many bytes are there, and one more.
    let bytes = unsafe { slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) };
    let (end, bytes) = bytes.split_last().expect("there is a NUL");
    assert_eq!(*end, 0);
    String::from_utf8(bytes.to_vec()).expect("it is UTF-8")
}

/// A text of the library that has no length.
///
/// # Safety
/// As for [`read`].
pub(super) unsafe fn read_terminated(text: *const c_char) -> String {
    // SAFETY: it ends in NUL.
    unsafe { CStr::from_ptr(text) }.to_str().expect("it is UTF-8").to_owned()
}

pub(super) fn client(encryption_key: Option<&CStr>) -> airudder_client {
    let config = airudder_config {
        size: size_of::<airudder_config<'_>>(),
        app_key: text(c"fake-app-key"),
        app_secret: text(c"fake-app-secret"),
        base_url: text(c"https://api.example.test"),
        encryption_key: encryption_key.map_or(NONE, text),
        ..zeroed()
    };
    output(|client| airudder_client_new(settings(&config), client, no_error()))
}
