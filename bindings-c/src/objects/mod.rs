//! The objects behind the handles. All of it is safe Rust.

pub(crate) mod answer;
pub(crate) mod buffers;
pub(crate) mod call;
pub(crate) mod campaign;
pub(crate) mod catalog;
pub(crate) mod client;
pub(crate) mod document;
pub(crate) mod draft;
pub(crate) mod events;
pub(crate) mod handles;
pub(crate) mod node;
pub(crate) mod reader;
pub(crate) mod report;
