//! The functions of `airudder.h`: thin, behind a panic boundary.

pub(crate) mod buffers;
pub(crate) mod call;
pub(crate) mod campaign;
pub(crate) mod campaign_limits;
pub(crate) mod campaign_partition;
pub(crate) mod campaign_report;
#[cfg(feature = "catalog")]
pub(crate) mod catalog;
pub(crate) mod client;
pub(crate) mod crypto;
pub(crate) mod events;
pub(crate) mod fields;
pub(crate) mod library;
#[cfg(feature = "test-panic")]
pub(crate) mod panic;
pub(crate) mod values;
pub(crate) mod webhooks;
