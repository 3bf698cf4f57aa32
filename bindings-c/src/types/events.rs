//! The handle of an event.

/// An event that was received. One thread at a time may use it.
pub type airudder_event = u64;
