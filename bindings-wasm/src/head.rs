//! What a delivery has beside its body.

use airudder_core::{Delivery, Headers};

use crate::{fields::by_turns, whole::whole};

/// What a delivery has beside its body.
pub(crate) struct Head<'a> {
    method: &'a str,
    url: &'a str,
    headers: Headers,
}

impl<'a> Head<'a> {
    /// Method, URL, and names and values of header fields by turns, each with a zero character behind it.
    pub(crate) fn read(text: &'a str) -> Self {
        let mut parts = text.split_terminator('\0');
        let mut next = || parts.next().unwrap_or_default();
        Self { method: next(), url: next(), headers: by_turns(parts) }
    }

    /// The delivery of a body, at a time in Unix milliseconds.
    pub(crate) fn delivery<'b>(&'b self, body: &'b [u8], received_ms: f64) -> Delivery<'b> {
        let Self { method, url, headers } = self;
        Delivery { body, headers, method, url, received_ms: Some(whole(received_ms)) }
    }
}
