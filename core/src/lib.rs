//! The AI Rudder API without I/O. Unofficial.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod error;
mod http;
mod mask;
mod open_enum;
mod secret;

pub use error::{Details, Error, ErrorCode, Outcome, RetryAdvice};
pub use http::{Headers, Method, Request, Response};
pub use secret::Secret;
