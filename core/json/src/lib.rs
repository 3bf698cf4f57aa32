//! Reading and checking JSON text in one pass, and token by token. For `airudder-core` and its bindings; everything else is
//! `serde_json`'s.
//!
//! It is a crate of its own so that the module for WebAssembly, which is built for size, can have this part built for speed.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod canonical;
#[cfg(test)]
mod canonical_tests;
mod check;
mod document;
mod pointer;
pub mod rules;
mod scan;
mod token;
mod unescape;

pub use check::{Fault, check};
pub use document::{Document, LONGEST, Refused, Value};
pub use pointer::{push_segment, read_segment};
pub use scan::plain_length;
pub use token::{Token, Tokens, string_length, tokens};
