//! Reading JSON text in one pass, and token by token. For this crate and its bindings; everything else is `serde_json`'s.

mod canonical;
#[cfg(test)]
mod canonical_tests;
pub(crate) mod document;
pub(crate) mod locate;
pub(crate) mod pointer;
mod scan;
pub(crate) mod token;
mod unescape;

pub use pointer::push_segment;
pub use token::{Token, Tokens, string_length, tokens};
