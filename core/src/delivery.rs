//! A delivery of an event, as it came.

use std::fmt;

use crate::http::Headers;

/// A delivery, as the host received it. What is not known stays empty; a scheme that signs it then says so.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The bytes of the body, unchanged.
    pub body: &'a [u8],
    /// The header fields.
    pub headers: &'a Headers,
    /// The HTTP method.
    pub method: &'a str,
    /// The address that was asked for, with its query: a whole URL, or what stands behind the host. A scheme that signs the
    /// URL needs the one that the sender knows, before any proxy.
    pub url: &'a str,
    /// When it came, in milliseconds since 1970 by the host's clock. It is compared with a time that is signed.
    pub received_ms: Option<u64>,
}

impl<'a> Delivery<'a> {
    /// A `POST`, as AI Rudder sends all events, to a URL that is not known, at a time that is not known.
    #[must_use]
    pub const fn new(body: &'a [u8], headers: &'a Headers) -> Self {
        Self { body, headers, method: "POST", url: "", received_ms: None }
    }
}

/// Shows neither body nor query: both may hold personal data.
impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("method", &self.method)
            .field("body_bytes", &self.body.len())
            .field("received_ms", &self.received_ms)
            .finish_non_exhaustive()
    }
}
