//! All operations, by family: their parameters, their results, and one line each that says how it is sent.

pub mod auth;
pub mod chat;
pub mod process;
pub mod robots;
pub mod sms;
pub mod tasks;
pub mod workflow;
