//! Reading JSON text token by token. For this crate and its bindings; everything else is `serde_json`'s.

pub(crate) mod canonical;
pub(crate) mod locate;
pub(crate) mod pointer;
pub(crate) mod token;

pub use pointer::push_segment;
pub use token::{Token, Tokens, string_length, tokens};
