//! The answer of every function: it runs behind a panic boundary, and its result becomes a number.

use std::{
    ffi::c_int,
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
};

use airudder_core::{Error, ErrorCode};

use crate::{
    ffi::{fork::inside, pointers::null, settings::ErrorSlot},
    types::error::airudder_error,
};

/// Where the caller wants an output.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Runs the function; its error becomes a number.
pub(crate) fn code(run: impl FnOnce() -> Result<(), Error>) -> c_int {
    outcome(run).err().as_ref().map_or(0, number)
}

/// Runs the function; its error becomes a number, and is written whole in the caller's struct.
pub(crate) fn code_with_error(slot: ErrorSlot<'_>, run: impl FnOnce() -> Result<(), Error>) -> c_int {
    let error = outcome(run).err();
    guarded(|| (), || slot.fill(|| error.as_ref().map_or_else(airudder_error::none, airudder_error::of)));
    error.as_ref().map_or(0, number)
}

/// Runs the function, up to a panic: none may leave the library.
pub(crate) fn guarded<T>(on_panic: impl FnOnce() -> T, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| on_panic())
}

/// The error's number.
pub(crate) fn number(error: &Error) -> c_int {
    error.code().number().into()
}

/// The place of an output, which must be there. It holds `failed` until the function sets it.
pub(crate) fn output<'a, T>(slot: Out<'a, T>, name: &str, failed: T) -> Result<&'a mut T, Error> {
    slot.map(|slot| slot.write(failed)).ok_or_else(|| null(name))
}

fn outcome(run: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    inside(|| guarded(|| Err(Error::new(ErrorCode::Internal, "a bug in this library; please report it")), run))
}
