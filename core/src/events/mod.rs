//! The bodies of all known events. Any field may be missing, and unknown ones are kept.

pub mod call;
pub mod chat;
pub mod pds;
pub mod workflow;
