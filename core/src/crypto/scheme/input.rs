//! The input of a signature.

use crate::delivery::Delivery;

/// The input of a signature.
#[derive(Clone, Copy)]
pub struct SigningInput<'a> {
    /// The secret, as it is configured.
    pub secret: &'a str,
    /// The sign key.
    pub key: Option<&'a str>,
    /// The body as it is sent, its header fields, and what else may be signed.
    pub delivery: Delivery<'a>,
    /// The body before it was encrypted; absent where it is not.
    pub plain: Option<&'a [u8]>,
}
