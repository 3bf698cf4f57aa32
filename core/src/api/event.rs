//! The events that AI Rudder reports to a URL of the customer's.

use serde::de::DeserializeOwned;

use super::{confidence::Confidence, shape::Shape};

/// The vendor's word on whether an event carries `X-AIRudder-Sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The header is documented as required.
    Documented,
    /// No header is documented.
    Undocumented,
}

/// One row of the catalog of events.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventInfo {
    /// A number that never changes; new ones are appended.
    pub number: u16,
    /// The name in every language, for instance `call.finished`.
    pub name: &'static str,
    /// Documented or undocumented.
    pub signature: Signature,
    /// The confidence in this row.
    pub confidence: Confidence,
    /// The event's documentation.
    #[cfg(feature = "schema")]
    pub docs: &'static str,
    /// Recognizes a body of this shape. Events with an `event` field are recognized by that alone.
    pub(crate) recognize: fn(&Shape<'_>) -> bool,
    /// The JSON Schema of the body.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// The type of an event's body; it knows its row.
pub trait EventBody: DeserializeOwned {
    /// The row of the catalog.
    const INFO: &'static EventInfo;
}

/// Declares the events of one family, each with its row of the catalog. `recognize` tells an event without an `event` field
/// by its shape.
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])+
        event {
            number: $number:literal,
            name: $name:literal,
            signature: $signature:ident,
            source: $source:ident,
            body: $body:ty,
            $(recognize: $recognize:expr,)?
        }
    )+) => {
        $(impl $crate::api::event::EventBody for $body {
            const INFO: &'static $crate::api::event::EventInfo = &$crate::api::event::EventInfo {
                number: $number,
                name: $name,
                signature: $crate::api::event::Signature::$signature,
                confidence: $crate::api::confidence::Confidence::$source,
                #[cfg(feature = "schema")]
                docs: concat!($($doc, "\n"),+),
                recognize: |_shape| false $(|| ($recognize)(_shape))?,
                #[cfg(feature = "schema")]
                schema: |generator| generator.subschema_for::<$body>(),
            };
        })+

        /// The rows of this family, in the order of their numbers.
        pub(crate) const ROWS: &[&$crate::api::event::EventInfo] = &[$(<$body as $crate::api::event::EventBody>::INFO),+];
    };
}

pub(crate) use events;
