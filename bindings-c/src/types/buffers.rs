//! The handle of a buffer.

/// Bytes that a function made, some with header fields. One thread at a time may use it.
pub type airudder_buffer = u64;
