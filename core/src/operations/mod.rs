//! The typed operations, one file a family.

pub mod auth;
pub mod process;
pub mod workflow;
