//! The AI Rudder API without I/O. Unofficial.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod catalog;
mod confidence;
mod envelope;
mod error;
mod http;
mod mask;
mod open_enum;
mod operation;
pub mod operations;
pub mod params;
mod received;
mod secret;

pub use confidence::Confidence;
pub use envelope::{Envelope, Opened};
pub use error::{Details, Error, ErrorCode, Outcome, RetryAdvice};
pub use http::{Headers, Method, Request, Response};
pub use operation::{Auth, Operation, OperationInfo, Replay};
pub use secret::Secret;
