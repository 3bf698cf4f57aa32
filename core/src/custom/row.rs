//! The rows of a catalog of one's own.

use std::fmt;

use serde_json::{Value, value::RawValue};

use super::{schema::Params, template::Template};
use crate::{
    api::{
        envelope::Envelope,
        operation::{Auth, Replay},
    },
    error::Error,
    http::Method,
};

/// An operation of a catalog of one's own.
#[non_exhaustive]
pub struct CatalogOperation {
    /// The name in every language, for instance `plans.create`.
    pub name: String,
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{name}` where a parameter is put.
    pub path: String,
    /// The authorization.
    pub auth: Auth,
    /// The envelope of its response.
    pub envelope: Envelope,
    /// The effect of repeating it.
    pub replay: Replay,
    /// The operation that finds out whether a doubtful request was carried out; empty where there is none.
    pub find_out: String,
    /// A response that is not JSON is a file, such as a recording.
    pub file: bool,
    /// The parameters that go into the query of a request with a body.
    pub query: Vec<String>,
    /// The documentation; empty where there is none.
    pub docs: String,
    /// The JSON Schema of the parameters, as it stands in the file.
    pub params: Option<Box<RawValue>>,
    /// The JSON Schema of the result's `data`, as it stands in the file.
    pub result: Option<Box<RawValue>>,
    pub(super) template: Template,
    pub(super) schema: Params,
    pub(super) result_schema: Value,
}

/// An event of a catalog of one's own.
#[non_exhaustive]
pub struct CatalogEvent {
    /// The name in every language, for instance `plan.finished`.
    pub name: String,
    /// The documentation; empty where there is none.
    pub docs: String,
    /// JSON pointers into the body, each with the value that stands there; without one, any may. All must hold.
    pub when: Vec<(String, Option<Value>)>,
    /// The JSON Schema of the body, as it stands in the file.
    pub body: Option<Box<RawValue>>,
    pub(super) body_schema: Value,
}

impl CatalogOperation {
    pub(super) fn check(&self, params: &str) -> Result<(), Error> {
        self.schema.check(params)
    }
}

impl fmt::Debug for CatalogOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogOperation")
            .field("name", &self.name)
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CatalogEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogEvent").field("name", &self.name).field("when", &self.when).finish_non_exhaustive()
    }
}
