//! See `src/catalog.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| airudder_fuzz::target("catalog")(input));
