//! The parts of a signed text, and what they are in one delivery.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    digest::Hash,
    form::{self, Pairs},
    input::SigningInput,
};
use crate::{
    crypto::encoding::Encoding,
    error::{Error, ErrorCode},
    members,
};

/// A part of a signed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Part {
    Body,
    /// The body before it was encrypted.
    Plain,
    Secret,
    /// The `X-AIRudder-Sign-Key`.
    Key,
    Url,
    /// The URL without scheme, host and query.
    Path,
    Method,
    Literal(String),
    /// A header field, or an item of the list that it holds.
    Header(String, Option<String>),
    Query(String),
    /// A JSON pointer into the body.
    Field(String),
    Params(Params),
    /// A time, which is compared with that of receipt.
    Time(Box<Part>),
    Apply(Function, Vec<Part>),
}

/// Names and values, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::crypto) struct Params {
    pub(in crate::crypto) separator: String,
    pub(in crate::crypto) assign: String,
    /// Those of the query, not of the body.
    pub(in crate::crypto) of_query: bool,
    /// Empty values, too.
    pub(in crate::crypto) all: bool,
}

/// What is done with parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Function {
    Digest(Hash, Encoding),
    Upper,
    Lower,
    Percent,
    Base64,
    /// Their values sorted, and then joined.
    Sorted,
}

/// Where the values of parts come from.
#[derive(Clone, Copy)]
pub(in crate::crypto) struct Context<'a> {
    pub(in crate::crypto) input: &'a SigningInput<'a>,
    /// The secret's bytes.
    pub(in crate::crypto) secret: &'a [u8],
    /// The parameter that holds the signature, and is not signed.
    pub(in crate::crypto) own: Option<&'a str>,
}

/// The characters of RFC 3986 that are never encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Part {
    /// The bytes of this part in a delivery.
    pub(in crate::crypto) fn value<'a>(&'a self, context: Context<'a>) -> Result<Cow<'a, [u8]>, Error> {
        let SigningInput { key, delivery, plain, .. } = *context.input;
        let text = match self {
            Self::Body => return Ok(delivery.body.into()),
            Self::Plain => return Ok(plain.unwrap_or(delivery.body).into()),
            Self::Secret => return Ok(context.secret.into()),
            Self::Key => key.ok_or_else(|| missing("the sign key"))?.into(),
            Self::Url => known(delivery.url, "the URL")?.into(),
            Self::Path => form::path(known(delivery.url, "the URL's path")?).into(),
            Self::Method => known(delivery.method, "the method")?.into(),
            Self::Literal(text) => text.into(),
            Self::Header(name, item) => header(context.input, name, item.as_deref())?,
            Self::Query(name) => form::value(form::query(delivery.url), name)
                .ok_or_else(|| missing(&format!("the parameter `{name}` of the URL")))?,
            Self::Field(pointer) => {
                field(delivery.body, pointer).ok_or_else(|| missing(&format!("the field `{pointer}` of the body")))?
            }
            Self::Params(params) => params.joined(context).into(),
            Self::Time(part) => return part.value(context),
            Self::Apply(function, parts) => return function.apply(parts, context).map(Cow::Owned),
        };
        Ok(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }

    /// Returns whether this part, or one inside it, is such a one.
    pub(in crate::crypto) fn has(&self, is: &dyn Fn(&Self) -> bool) -> bool {
        is(self)
            || match self {
                Self::Time(part) => part.has(is),
                Self::Apply(_, parts) => parts.iter().any(|part| part.has(is)),
                _ => false,
            }
    }
}

impl Part {
    /// Adds the times inside this part.
    pub(in crate::crypto) fn times<'a>(&'a self, times: &mut Vec<&'a Self>) {
        match self {
            Self::Time(part) => times.push(part),
            Self::Apply(_, parts) => parts.iter().for_each(|part| part.times(times)),
            _ => {}
        }
    }

    /// Adds the names of the header fields inside this part.
    pub(in crate::crypto) fn header_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Header(name, _) => names.push(name),
            Self::Time(part) => part.header_names(names),
            Self::Apply(_, parts) => parts.iter().for_each(|part| part.header_names(names)),
            _ => {}
        }
    }
}

impl Params {
    fn joined(&self, context: Context<'_>) -> String {
        let delivery = &context.input.delivery;
        let mut pairs: Pairs<'_> =
            if self.of_query { form::pairs(form::query(delivery.url)) } else { form::of_body(delivery.body) };
        pairs.retain(|(name, value)| (self.all || !value.is_empty()) && Some(&**name) != context.own);
        pairs.sort_unstable();
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}{}{value}", self.assign)).collect();
        pairs.join(&self.separator)
    }
}

impl Function {
    fn apply(self, parts: &[Part], context: Context<'_>) -> Result<Vec<u8>, Error> {
        let mut values = values(parts, context)?;
        if self == Self::Sorted {
            values.sort_unstable();
        }
        let joined = values.concat();
        Ok(match self {
            Self::Digest(hash, encoding) => encoding.encode(&hash.digest(&[&joined])).into_bytes(),
            Self::Upper => joined.to_ascii_uppercase(),
            Self::Lower => joined.to_ascii_lowercase(),
            Self::Percent => utf8_percent_encode(&String::from_utf8_lossy(&joined), ENCODED).to_string().into_bytes(),
            Self::Base64 => Encoding::Base64.encode(&joined).into_bytes(),
            Self::Sorted => joined,
        })
    }
}

/// The bytes of several parts.
pub(in crate::crypto) fn values<'a>(parts: &'a [Part], context: Context<'a>) -> Result<Vec<Cow<'a, [u8]>>, Error> {
    parts.iter().map(|part| part.value(context)).collect()
}

/// A header field, or an item of the list `name=value,name=value` that it holds.
fn header<'a>(input: &SigningInput<'a>, name: &str, item: Option<&str>) -> Result<Cow<'a, str>, Error> {
    let value = input.delivery.headers.get(name).ok_or_else(|| missing(&format!("the header field `{name}`")))?;
    let Some(item) = item else { return Ok(value.into()) };
    let found = form::items(value, item).next();
    found.map(Cow::Borrowed).ok_or_else(|| missing(&format!("the item `{item}` of the header field `{name}`")))
}

/// The text of a field: a string without its quotes, anything else as it is written; of a form, by its name.
pub(in crate::crypto) fn field<'a>(body: &'a [u8], pointer: &str) -> Option<Cow<'a, str>> {
    let text = std::str::from_utf8(body).ok()?;
    if form::is_json(text) {
        return members::text_of(members::find(text, pointer)?);
    }
    form::value(text, pointer.strip_prefix('/')?)
}

fn known<'a>(text: &'a str, what: &str) -> Result<&'a str, Error> {
    if text.is_empty() { Err(missing(&format!("{what}: give it with the delivery"))) } else { Ok(text) }
}

fn missing(what: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, format!("the scheme signs {what}, which is not there"))
}
