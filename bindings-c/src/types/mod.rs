//! Data as C has it: handles, structs and enums. Nothing here acts.

pub(crate) mod buffers;
pub(crate) mod call;
pub(crate) mod campaign;
pub(crate) mod catalog;
pub(crate) mod client;
pub(crate) mod crypto;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod header;
pub(crate) mod text;
pub(crate) mod values;
pub(crate) mod webhooks;
