//! The known parts of the API, as data: operations, events, envelopes, and how sure each of them is. Nothing here acts.

pub mod catalog;
pub(crate) mod confidence;
pub(crate) mod envelope;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod open_enum;
pub(crate) mod operation;
pub mod operations;
pub mod params;
pub(crate) mod raw;
pub(crate) mod received;
#[cfg(feature = "schema")]
pub mod schema;
pub(crate) mod shape;
