//! The bodies of all known events, by family. Public as `airudder_core::events`.

pub mod call;
pub mod chat;
pub mod pds;
pub mod workflow;
