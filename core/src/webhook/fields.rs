//! The header fields of an encrypted body.

/// The header field with the digest of the plain text \[documented for requests and responses].
pub(super) const SIGNED: &str = "Signed";
/// The header field that is `1` where the body is encrypted \[documented for requests and responses].
pub(super) const IS_ENCRYPTED: &str = "Is-Encrypted";
