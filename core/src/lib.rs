//! The AI Rudder API without I/O. Unofficial.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod calendar;
mod call;
mod campaign;
mod canonical;
pub mod catalog;
mod confidence;
mod config;
pub mod crypto;
mod envelope;
mod error;
mod event;
pub mod events;
mod http;
mod mask;
mod open_enum;
mod operation;
pub mod operations;
pub mod params;
mod pointer;
mod query;
mod received;
mod retry;
#[cfg(feature = "schema")]
pub mod schema;
mod secret;
mod session;
mod webhook;
mod wire;

pub use call::{Call, CallOptions, Failure, File, Output, RawRequest, Step, WaitReason};
pub use campaign::{Campaign, CampaignConfig, CampaignStep, DoubtfulContact, Progress, Rejected, Report, Workflow};
pub use confidence::Confidence;
pub use config::{ClientConfig, DEFAULT_BASE_URL, DEFAULT_SIGN_SCHEME};
pub use envelope::{Envelope, Opened};
pub use error::{Details, Error, ErrorCode, Outcome, RetryAdvice};
pub use event::{Event, EventBody, EventInfo, Signature};
pub use http::{Headers, Method, Request, Response};
pub use operation::{Auth, Operation, OperationInfo, Replay};
pub use secret::Secret;
pub use session::Session;
pub use webhook::{WebhookConfig, Webhooks};
