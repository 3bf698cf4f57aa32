//! Any calls of the C library: see `bindings-c/tests/random_calls.h`.
#![no_main]

use airudder as _;

unsafe extern "C" {
    fn airudder_random_calls(data: *const u8, size: usize);
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // SAFETY: it reads so many bytes, and keeps none.
    unsafe { airudder_random_calls(input.as_ptr(), input.len()) }
});
