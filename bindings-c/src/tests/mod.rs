//! The library as C uses it, in Rust, so that Miri can look at it: `make miri`. What the functions answer is tested in C;
//! here every pointer that is handed out is read to its end, for as long as `airudder.h` lets it be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod arguments;
mod calls;
mod campaigns;
mod ciphers;
mod deliveries;
mod threads;
