//! The library

use std::ffi::{c_char, c_int};

use airudder_core::catalog;

use crate::{ffi::pointers::Text, objects::answer::guarded, strerror};

/// `AIRUDDER_ABI_VERSION` of the header, where it is explained; a test compares the two.
const ABI_VERSION: c_int = 0;

/// The version of the interface, as the library has it: AIRUDDER_ABI_VERSION of the header that it was built
/// with.
///
///     assert(airudder_abi_version() == AIRUDDER_ABI_VERSION);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_abi_version() -> c_int {
    ABI_VERSION
}

/// The library's version, for instance "0.1.0". The text lives for ever.
///
///     puts(airudder_version());
#[unsafe(no_mangle)]
pub extern "C" fn airudder_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The meaning of an error number, and the remedy, in a sentence or two. The text lives for ever; an
/// unknown number has one too.
///
/// @param code  The number.
/// @return The text, never NULL.
///
///     fputs(airudder_strerror(AIRUDDER_E1005_MISSING_FIELD), stderr);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_strerror(code: c_int) -> *const c_char {
    strerror::of(code).as_ptr()
}

/// The number of an operation, by its name in the reference: for languages that cannot use this header's
/// constants.
///
/// @param name  For instance `workflow.upload_details`.
/// @return AIRUDDER_OP_…; 0 where there is no such operation, or the name is NULL.
///
///     operation = airudder_operation("workflow.upload_details");
#[unsafe(no_mangle)]
pub extern "C" fn airudder_operation(name: Text<'_>) -> c_int {
    guarded(|| 0, || name.get("name").ok().and_then(catalog::operation).map_or(0, |info| info.number.into()))
}
