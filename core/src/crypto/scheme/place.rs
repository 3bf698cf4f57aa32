//! Where a signature stands in a delivery.

use std::borrow::Cow;

use super::{form, part};
use crate::{
    crypto::names::SIGN_HEADER,
    delivery::Delivery,
    error::{Error, ErrorCode},
    http::Headers,
};

/// The place of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Place {
    /// A header field, or the items of one name in the list that it holds.
    Header(String, Option<String>),
    /// A parameter of the URL.
    Query(String),
    /// A JSON pointer into the body, or the name of a form's field behind `/`.
    Field(String),
}

impl Default for Place {
    fn default() -> Self {
        Self::Header(SIGN_HEADER.to_owned(), None)
    }
}

impl Place {
    /// The text that stands there.
    pub(in crate::crypto) fn text<'a>(&self, delivery: &Delivery<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::Header(name, _) => delivery.headers.joined(name),
            Self::Query(name) => form::value(form::query(delivery.url), name),
            Self::Field(pointer) => part::field(delivery.body, pointer),
        }
    }

    /// The name of the parameter that holds the signature, and so is not signed.
    pub(in crate::crypto) fn parameter(&self) -> Option<&str> {
        match self {
            Self::Header(..) => None,
            Self::Query(name) => Some(name),
            Self::Field(pointer) => pointer.strip_prefix('/'),
        }
    }

    /// Writes a signature. Only in a header field, since the rest of a delivery is not the library's.
    pub(in crate::crypto) fn write(&self, signature: String, headers: &mut Headers) -> Result<(), Error> {
        match self {
            Self::Header(name, None) => headers.set(name, signature),
            Self::Header(name, Some(item)) => {
                let list = headers.get(name).map(|list| format!("{list},")).unwrap_or_default();
                headers.set(name, format!("{list}{item}={signature}"));
            }
            Self::Query(_) | Self::Field(_) => {
                let why = "the signature of this scheme stands in no header field: compute it with Scheme::sign, and \
                           write it where it belongs";
                return Err(Error::new(ErrorCode::InvalidRequest, why));
            }
        }
        Ok(())
    }

    /// The place in words.
    pub(in crate::crypto) fn describe(&self) -> String {
        match self {
            Self::Header(name, None) => name.clone(),
            Self::Header(name, Some(item)) => format!("{name} ({item}=…)"),
            Self::Query(name) => format!("parameter `{name}` of the URL"),
            Self::Field(pointer) => format!("field `{pointer}` of the body"),
        }
    }
}
