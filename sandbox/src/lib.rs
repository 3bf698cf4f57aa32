//! A local stand-in for the AI Rudder API, for tests and demonstrations. Unofficial; nobody is phoned.
//!
//! [`Sandbox::start`] runs it inside a program; the binary `airudder-sandbox` runs it by itself. It parses requests with
//! the structs and checks of `airudder-core` and answers in its envelopes, so what the library sends is what is tested.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod app;
mod authorize;
mod calls;
mod changes;
mod chat;
mod clock;
mod config;
mod control;
mod deliver;
mod events;
mod examples;
mod faults;
mod form;
mod guard;
mod interim;
mod looking;
mod operations;
mod own;
mod page;
mod random;
mod receiver;
mod reply;
mod requests;
mod sandbox;
mod sealing;
mod server;
mod state;
mod store;
mod tasks;
mod template;
mod wire;

pub use config::{Config, ConfigError};
pub use sandbox::{Sandbox, StartError};
