//! A bug, made to order.

use std::{ffi::c_int, panic::resume_unwind};

use crate::{
    objects::{answer::code, call::CALLS},
    types::call::airudder_call,
};

/// Panics while it uses the call; without the message that a panic prints.
#[unsafe(no_mangle)]
pub extern "C" fn airudder_test_panic(call: airudder_call) -> c_int {
    code(|| CALLS.with(call, |_| resume_unwind(Box::new("made to order"))))
}
