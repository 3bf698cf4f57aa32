//! An operation: its parameters, its result, and a row that says how it is sent.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    api::{confidence::Confidence, envelope::Envelope, params::Rule},
    error::Error,
    http::Method,
};

/// The base URL of the API \[documented].
pub const DEFAULT_BASE_URL: &str = "https://api.airudder.com";

/// The way in which a request proves its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all; only for fetching the token.
    None,
    /// `Authorization: Token <token>`.
    Token,
    /// `X-AIRudder-Sign` and `X-AIRudder-Sign-Key`; the scheme is configuration, since the vendor does not publish it.
    Sign,
    /// Header fields that the caller gives with the call, on a host whose address is not public.
    CallerHeaders,
}

/// The effect of sending a request twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Repeating it changes nothing.
    Safe,
    /// Repeating it may phone people twice; it is sent again only when it surely had no effect.
    Never,
}

/// One row of the catalog.
#[derive(Debug)]
#[non_exhaustive]
pub struct OperationInfo {
    /// A number that never changes; new ones are appended.
    pub number: u16,
    /// The name in every language, for instance `workflow.upload_details`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, appended to the base URL.
    pub path: &'static str,
    /// The authorization.
    pub auth: Auth,
    /// The envelope of its response.
    pub envelope: Envelope,
    /// A response that is not JSON is a file, such as a recording.
    pub file: bool,
    /// The effect of repeating it.
    pub replay: Replay,
    /// The operation that finds out whether a doubtful request was carried out; empty where there is none.
    pub find_out: &'static str,
    /// The confidence in this row.
    pub confidence: Confidence,
    /// The operation's documentation.
    #[cfg(feature = "schema")]
    pub docs: &'static str,
    /// What the parameters must be; for writers that check while they write.
    #[doc(hidden)]
    pub rule: Rule,
    /// Checks the JSON text of the parameters, without sending anything.
    pub check: fn(&str) -> Result<(), Error>,
    /// The JSON Schemas of parameters and result.
    #[cfg(feature = "schema")]
    pub schemas: fn(&mut schemars::SchemaGenerator) -> (schemars::Schema, schemars::Schema),
}

/// The parameters of an operation; they know its row and its result.
pub trait Operation: Serialize {
    /// The row of the catalog.
    const INFO: &'static OperationInfo;
    /// The type of the result's `data`.
    type Output: DeserializeOwned;
}

/// Declares the operations of one family, each with its row of the catalog. `file: true` says that the result may be a
/// file.
macro_rules! operations {
    ($(
        $(#[doc = $doc:literal])+
        operation {
            number: $number:literal,
            name: $name:literal,
            method: $method:ident,
            path: $path:literal,
            auth: $auth:ident,
            envelope: $envelope:ident,
            replay: $replay:ident $((find out by $find_out:literal))?,
            source: $source:ident,
            params: $params:ty,
            result: $output:ty,
            $(file: $file:literal,)?
        }
    )+) => {
        $(impl $crate::api::operation::Operation for $params {
            const INFO: &'static $crate::api::operation::OperationInfo = &$crate::api::operation::OperationInfo {
                number: $number,
                name: $name,
                method: $crate::http::Method::$method,
                path: $path,
                auth: $crate::api::operation::Auth::$auth,
                envelope: $crate::api::envelope::Envelope::$envelope,
                file: false $(|| $file)?,
                replay: $crate::api::operation::Replay::$replay,
                find_out: concat!($($find_out)?),
                confidence: $crate::api::confidence::Confidence::$source,
                #[cfg(feature = "schema")]
                docs: concat!($($doc, "\n"),+),
                rule: <$params as $crate::api::params::Checked>::RULE,
                check: |text| $crate::api::params::check(text, &<$params as $crate::api::params::Checked>::RULE),
                #[cfg(feature = "schema")]
                schemas: |generator| (generator.subschema_for::<$params>(), generator.subschema_for::<$output>()),
            };
            type Output = $output;
        })+

        /// The rows of this family, in the order of their numbers.
        pub(crate) const ROWS: &[&$crate::api::operation::OperationInfo] = &[$(<$params as $crate::api::operation::Operation>::INFO),+];
    };
}

pub(crate) use operations;
