//! See `src/canonical.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| airudder_fuzz::target("canonical")(input));
