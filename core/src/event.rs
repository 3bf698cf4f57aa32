//! What AI Rudder reports to a URL of the customer's.

use std::{borrow::Borrow, collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{Confidence, Error, ErrorCode, canonical, catalog, crypto, pointer};

/// The type of an event that is told apart by no `event` field and fits no known shape.
const UNKNOWN: &str = "unknown";

/// Whether the vendor says that an event carries `X-AIRudder-Sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The header is documented as required.
    Documented,
    /// No header is documented.
    Undocumented,
}

/// One row of the catalogue of events.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventInfo {
    /// A number that never changes; new ones are appended.
    pub number: u16,
    /// The name in every language, for instance `call.finished`.
    pub name: &'static str,
    /// Whether a signature is documented.
    pub signature: Signature,
    /// How sure this row is.
    pub confidence: Confidence,
    /// The event's documentation.
    #[cfg(feature = "schema")]
    pub docs: &'static str,
    /// Whether a body of this shape is this event. Events with an `event` field are told by that alone.
    pub(crate) recognise: fn(&Shape<'_>) -> bool,
    /// The JSON Schema of the body.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// The type of an event's body; it knows its row.
pub trait EventBody: DeserializeOwned {
    /// The row of the catalogue.
    const INFO: &'static EventInfo;
}

/// Declares the events of one family: number, name, signature and confidence, then the type of the body, and what tells
/// it apart where it has no `event` field.
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])+
        $number:literal $name:literal $signature:ident $confidence:ident
        $body:ty $(where $recognise:expr)?;
    )+) => {
        $(impl $crate::EventBody for $body {
            const INFO: &'static $crate::EventInfo = &$crate::EventInfo {
                number: $number,
                name: $name,
                signature: $crate::Signature::$signature,
                confidence: $crate::Confidence::$confidence,
                #[cfg(feature = "schema")]
                docs: concat!($($doc, "\n"),+),
                recognise: |_shape| false $(|| ($recognise)(_shape))?,
                #[cfg(feature = "schema")]
                schema: |generator| generator.subschema_for::<$body>(),
            };
        })+

        /// The rows of this family, in the order of their numbers.
        pub(crate) const ROWS: &[&$crate::EventInfo] = &[$(<$body as $crate::EventBody>::INFO),+];
    };
}

pub(crate) use events;

/// The top level of a body, to tell its event by: every field with its unparsed value.
pub(crate) struct Shape<'a>(BTreeMap<Name, &'a RawValue>);

/// The name of a field. One with an unpaired surrogate is no text: it is none of the known ones, and no reason to lose the
/// event.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name(String);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(serde_json::from_str(written).unwrap_or_else(|_| written.to_owned())))
    }
}

impl<'a> Shape<'a> {
    /// Reads a JSON object without parsing what is in it.
    pub(crate) fn read(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            // The error's own text may quote the body.
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::new(
                ErrorCode::InvalidBody,
                format!("the body is not one JSON object: the reader stopped at {place}"),
            )
        })
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Whether one of the fields is there.
    pub(crate) fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.has(field))
    }

    pub(crate) fn is_array(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| value.get().starts_with('['))
    }

    pub(crate) fn is_object(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|value| value.get().starts_with('{'))
    }

    /// The first element of an array, where it is an object.
    pub(crate) fn first(&self, field: &str) -> Option<Self> {
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0.get(field)?.get()).ok()?;
        serde_json::from_str(elements.first()?.get()).map(Self).ok()
    }

    /// A field that is an object.
    pub(crate) fn object(&self, field: &str) -> Option<Self> {
        serde_json::from_str(self.0.get(field)?.get()).map(Self).ok()
    }

    /// The text of a field that is a string.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        serde_json::from_str(self.0.get(field)?.get()).ok()
    }
}

/// An event. What it says is kept as the JSON text that came, so nothing unknown is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    name: String,
    known: bool,
    verified: bool,
    text: String,
    dedupe_key: String,
}

impl Event {
    /// Reads a verified, decrypted body.
    pub(crate) fn read(text: String, verified: bool, kind: Option<&str>) -> Result<Self, Error> {
        let shape = Shape::read(&text)?;
        let (name, known) = match (kind, shape.text("event")) {
            (Some(kind), _) => (expected(kind)?.name.to_owned(), true),
            (None, Some(name)) => {
                let known = catalog::event(&name).is_some();
                (name, known)
            }
            (None, None) => match catalog::events().find(|row| (row.recognise)(&shape)) {
                Some(row) => (row.name.to_owned(), true),
                None => (UNKNOWN.to_owned(), false),
            },
        };
        let dedupe_key = crypto::digest(canonical::write(&text).as_bytes());
        Ok(Self { name, known, verified, text, dedupe_key })
    }

    /// What kind of event it is, for instance `call.finished`; for one that this version does not know, the text of its
    /// `event` field, or `unknown`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the catalogue has this kind.
    #[must_use]
    pub const fn known(&self) -> bool {
        self.known
    }

    /// Whether a signature was checked and found right.
    #[must_use]
    pub const fn verified(&self) -> bool {
        self.verified
    }

    /// The JSON text of the event, decrypted, unchanged.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 64 hex digits, the same for each delivery of one event: AI Rudder delivers an event up to six times. It is the
    /// SHA-256 of what the event says, whatever the order of its fields, the white space and the encryption. That a
    /// redelivery says the same is assumed.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.dedupe_key
    }

    /// The event as a struct. Fields that are missing or unknown are no error; one of another JSON type is (E5005).
    ///
    /// Reading one takes stack for each level of nesting, as `serde_json` does for any [`Value`](serde_json::Value); the rest
    /// of an event takes none.
    pub fn parse<T: EventBody>(&self) -> Result<T, Error> {
        if T::INFO.name != self.name {
            let message = format!("the event is `{}`, not `{}`", self.name, T::INFO.name);
            return Err(Error::new(ErrorCode::Misuse, message));
        }
        serde_json::from_str(&self.text).map_err(|error| {
            let place = pointer::of_error(&self.text, &error);
            let message =
                format!("the field `{place}` has another type than is documented; the event's text has it all");
            Error::new(ErrorCode::InvalidBody, message)
        })
    }
}

/// The kind that a receiver expects at its URL.
fn expected(kind: &str) -> Result<&'static EventInfo, Error> {
    catalog::event(kind).ok_or_else(|| {
        let names: Vec<&str> = catalog::events().map(|row| row.name).collect();
        let message = format!("there is no event `{kind}`; there are {}", names.join(", "));
        Error::new(ErrorCode::InvalidConfig, message).at("/kind")
    })
}

/// Shows no data: it is personal.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, known, verified, text, dedupe_key } = self;
        f.debug_struct("Event")
            .field("name", name)
            .field("known", known)
            .field("verified", verified)
            .field("bytes", &text.len())
            .field("dedupe_key", dedupe_key)
            .finish()
    }
}
