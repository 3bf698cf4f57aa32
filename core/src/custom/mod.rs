//! A catalog of one's own: operations and events that the library does not know, as data. Its file is described in
//! `docs/catalog.md`. Nothing here acts, and nothing is shared by the process: a client or a receiver has the catalog that it
//! was given.

mod close;
mod example;
mod fault;
mod file;
mod fill;
mod hint;
mod listing;
mod names;
mod place;
mod resolve;
mod row;
mod schema;
mod strict;
mod walk;
mod when;

pub use row::{CatalogEvent, CatalogOperation};

use crate::{
    api::raw::RawRequest,
    error::{Error, ErrorCode},
};

/// JSON is nested no more deeply than this, in the file and in parameters: what reads it recurses.
const DEEPEST: usize = 100;

/// A catalog of one's own.
///
/// ```
/// let catalog = airudder_core::Catalog::extend(r#"{
///     "airudder_catalog": 1,
///     "operations": [{
///         "name": "plans.create", "method": "POST", "path": "/service/plans",
///         "params": { "properties": { "title": { "type": "string" } }, "required": ["title"] }
///     }]
/// }"#)?;
/// catalog.check("plans.create", r#"{"title":"spring"}"#)?;
/// let error = catalog.check("plans.create", r#"{"titel":"spring"}"#).unwrap_err();
/// assert_eq!(error.details().pointer.as_deref(), Some("/titel"));
/// # Ok::<(), airudder_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Catalog {
    operations: Vec<CatalogOperation>,
    events: Vec<CatalogEvent>,
    /// The schemas that the file's others refer to.
    defs: serde_json::Value,
}

impl Catalog {
    /// Reads the text of a catalog's file. Any fault of it is E1027 with the JSON pointer into the file.
    pub fn extend(file: &str) -> Result<Self, Error> {
        file::read(file)
    }

    /// The catalog's operations, in the order of the file.
    #[must_use]
    pub fn operations(&self) -> &[CatalogOperation] {
        &self.operations
    }

    /// The catalog's events, in the order of the file.
    #[must_use]
    pub fn events(&self) -> &[CatalogEvent] {
        &self.events
    }

    /// The operation of this name, for instance `plans.create`.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&CatalogOperation> {
        self.operations.iter().find(|row| row.name == name)
    }

    /// The event of this name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&CatalogEvent> {
        self.events.iter().find(|row| row.name == name)
    }

    /// Checks the JSON text of an operation's parameters, without sending anything.
    ///
    /// Errors: E1002 no such operation, E1003 no JSON, E1004 to E1007 the first fault in the text, with its JSON pointer. None
    /// of them quotes a value.
    pub fn check(&self, name: &str, params: &str) -> Result<(), Error> {
        self.required(name)?.check(params).map_err(|error| error.in_operation(name))
    }

    /// The request of an operation with parameters as JSON text, which are not checked here: those of the path and of the query
    /// are taken out, and the others are the body; those of a GET request are all in the query.
    pub fn request(&self, name: &str, params: String) -> Result<RawRequest, Error> {
        fill::request(self.required(name)?, params).map_err(|error| error.in_operation(name))
    }

    /// The event that a JSON text is, by the `when` of the events in the order of the file. The text is not checked.
    #[must_use]
    pub fn recognize(&self, text: &str) -> Option<&CatalogEvent> {
        when::recognize(&self.events, text)
    }

    fn required(&self, name: &str) -> Result<&CatalogOperation, Error> {
        self.operation(name).ok_or_else(|| {
            let names = self.operations.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("there is no operation `{name}` in this catalog; there are {names}");
            Error::new(ErrorCode::UnknownOperation, message)
        })
    }
}
