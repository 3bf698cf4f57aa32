//! The header fields of a signature.

/// The header field that carries a signature \[documented].
pub const SIGN_HEADER: &str = "X-AIRudder-Sign";
/// The header field that names the key of a signature, 32 hex digits that AI Rudder hands out \[documented].
pub const SIGN_KEY_HEADER: &str = "X-AIRudder-Sign-Key";
