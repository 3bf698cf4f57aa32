//! The API of AI Rudder, whose bots call and message a company's customers, without I/O. Unofficial.
//!
//! This crate builds requests, reads responses, signs, verifies, encrypts and decrypts, keeps the token, and decides what
//! may be sent again: nobody is to be phoned twice. Its host sends bytes, sleeps and tells the time. The packages for
//! Python, JavaScript and C are hosts for people; this is for those who write another one, or use Rust.
//!
//! | to | use |
//! |---|---|
//! | call an operation | [`Session`], shared by all calls; [`Call`], a state machine; the structs in [`operations`], or JSON text |
//! | send a campaign | [`Campaign`], a state machine over many calls, with a journal |
//! | receive events | [`Webhooks`]; the structs in [`events`] |
//! | look something up | [`catalog`]: every operation and event that is known, and how sure that is |
//! | encrypt, sign, or find out how | [`crypto`] |
//! | handle errors | [`Error`], with a stable [`ErrorCode`], and the [`Outcome`] of what was sent |
//!
//! ```
//! use airudder_core::{Call, CallOptions, ClientConfig, Failure, Request, Response, Secret, Session, Step};
//! # fn send(_: &Request) -> Result<Response, Failure> { Err(Failure::ConnectFailed) }
//! # fn sleep_until(_: u64) {}
//! # fn now_ms() -> u64 { static CLOCK: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
//! #     CLOCK.fetch_add(60_000, std::sync::atomic::Ordering::Relaxed) }
//! # fn main() -> Result<(), airudder_core::Error> {
//! let session = Session::new(ClientConfig {
//!     app_key: Some(Secret::new("fake-app-key")),
//!     app_secret: Some(Secret::new("fake-app-secret")),
//!     ..ClientConfig::default()
//! })?;
//! let params = r#"{"case_id":"c-1","start_time":"2026-11-01 00:00:00+08:00","end_time":"2026-12-01 00:00:00+08:00"}"#;
//! let mut call = Call::new(&session, "workflow.detail_instances", params, &CallOptions::default())?;
//! let result = loop {
//!     match call.poll(now_ms())? {
//!         Step::Send(request) => match send(&request) {
//!             Ok(response) => call.on_response(now_ms(), &response)?,
//!             Err(failure) => call.on_failure(now_ms(), failure, "no answer")?,
//!         },
//!         Step::Wait { until_ms, .. } => sleep_until(until_ms),
//!         Step::Done => break call.take_result(),
//!     }
//! };
//! # assert_eq!(result.unwrap_err().code(), airudder_core::ErrorCode::ConnectFailed);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! None is on by default.
//!
//! - `catalog`: [`Catalog`], for operations and events that you know and this crate does not. It compiles `jsonschema`.
//! - `schema`: [`schema`] gives the JSON Schemas of all parameters, results and events. It compiles `schemars`.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

// The layers, from the highest to the lowest: see ARCHITECTURE.md.
mod campaign;

mod call;
mod webhook;

mod config;
mod session;

#[cfg(all(test, shuttle))]
mod interleavings;

#[cfg(feature = "catalog")]
mod custom;

mod api;

pub mod crypto;

mod calendar;
mod clock;
mod delivery;
mod error;
mod http;
mod locate;
mod mask;
mod members;
mod odd;
mod pace;
mod query;
mod retry;
mod secret;

pub mod json {
    //! Reading JSON text token by token, and the rules of parameters. For this crate and its bindings; everything else is `serde_json`'s.

    #[doc(hidden)]
    pub use airudder_json::rules;
    pub use airudder_json::{Token, Tokens, plain_length, push_segment, read_segment, string_length, tokens};
}

pub mod events {
    //! The bodies of all known events. Any field may be missing, and unknown ones are kept.
    //!
    //! The chat events are distinguished by their `event` field, those of the predictive dialer by the receiver alone, which names
    //! them. All others are recognized by the fields that they have, as each of them says; one of these may be missing. Without
    //! `details`, `rows`, `actions` or `callee`, and without the `event` field of a chat, what is left fits several events, or
    //! ones of which nothing is published: such an event is `unknown`. A receiver that has a URL for each kind names the kind,
    //! and is independent of this.

    pub use crate::{api::events::*, webhook::verify_push_params};
}

#[cfg(feature = "schema")]
pub use api::schema;
pub use api::{
    catalog,
    confidence::Confidence,
    envelope::{Envelope, Opened},
    event::{EventBody, EventInfo, Signature},
    operation::{Auth, DEFAULT_BASE_URL, Operation, OperationInfo, Replay},
    operations, params,
    raw::RawRequest,
};
pub use call::{Answer, Call, CallOptions, Failure, File, Output, Step, WaitReason};
pub use campaign::{
    Campaign, CampaignConfig, CampaignStep, DoubtfulContact, MaxRejected, Partition, Phase, Progress, Recorded,
    Rejected, Report, Workflow, partition_of, recorded,
};
pub use clock::Now;
pub use config::ClientConfig;
pub use crypto::DEFAULT_SIGN_SCHEME;
#[cfg(feature = "catalog")]
pub use custom::{Catalog, CatalogEvent, CatalogOperation};
pub use delivery::Delivery;
pub use error::{Details, Error, ErrorCode, Outcome, RetryAdvice};
pub use http::{Headers, Method, Request, Response};
pub use secret::Secret;
pub use session::Session;
pub use webhook::{Event, WebhookConfig, Webhooks};
