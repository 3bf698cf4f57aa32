//! Where a delivery has what is not in the encrypted text: its initialization vector, its additional data, the text itself.

use std::borrow::Cow;

use crate::{crypto::encoding::Encoding, http::Headers, members};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Place {
    /// A header field.
    Header(String),
    /// A JSON pointer into the body.
    Field(String),
}

/// Where an initialization vector comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Iv {
    Prefix,
    Key,
    Fixed(Vec<u8>),
    At(Place),
}

/// The additional data of GCM, which the tag protects, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Aad {
    At(Place),
    Literal(String),
}

impl Place {
    /// What stands there in a delivery; of a field, only where it is a string.
    pub(in crate::crypto) fn text<'a>(&self, body: &'a [u8], headers: &'a Headers) -> Option<Cow<'a, str>> {
        match self {
            Self::Header(name) => headers.get(name).map(|value| value.trim().into()),
            Self::Field(pointer) => string(body, pointer),
        }
    }
}

impl Aad {
    /// A field that is missing is empty: if it was not when the text was encrypted, the tag tells.
    pub(super) fn bytes<'a>(&'a self, body: &'a [u8], headers: &'a Headers) -> Cow<'a, [u8]> {
        match self {
            Self::Literal(text) => text.as_bytes().into(),
            Self::At(place) => match place.text(body, headers).unwrap_or_default() {
                Cow::Borrowed(text) => text.as_bytes().into(),
                Cow::Owned(text) => text.into_bytes().into(),
            },
        }
    }
}

/// The string at a JSON pointer.
pub(in crate::crypto) fn string<'a>(body: &'a [u8], pointer: &str) -> Option<Cow<'a, str>> {
    let value = members::find(std::str::from_utf8(body).ok()?, pointer)?;
    if value.starts_with('"') { members::text_of(value) } else { None }
}

/// So many bytes as a sender writes them into a field: as they are, where they are text, in hex, or in Base64. The length of
/// the text tells which.
pub(in crate::crypto) fn bytes_in(text: &str, length: usize) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.len() == length {
        return Some(bytes.to_vec());
    }
    let encoding = if bytes.len() == 2 * length { Encoding::Hex } else { Encoding::Base64 };
    encoding.decode(bytes).filter(|decoded| decoded.len() == length)
}
