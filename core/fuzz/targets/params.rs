//! See `src/params.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| airudder_fuzz::target("params")(input));
