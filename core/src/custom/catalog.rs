//! A catalog of one's own, and what it is asked.

use super::{
    file, fill,
    row::{CatalogEvent, CatalogOperation},
    when,
};
use crate::{
    api::raw::RawRequest,
    error::{Error, ErrorCode},
};

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
    pub(super) operations: Vec<CatalogOperation>,
    pub(super) events: Vec<CatalogEvent>,
    /// The schemas that the file's others refer to.
    pub(super) defs: serde_json::Value,
}

impl Catalog {
    /// Reads the text of a catalog's file. Any fault of it is E1027 with the JSON pointer into the file.
    pub fn extend(file: &str) -> Result<Self, Error> {
        let file::Rows { operations, events, defs } = file::read(file)?;
        Ok(Self { operations, events, defs })
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

    pub(super) fn required(&self, name: &str) -> Result<&CatalogOperation, Error> {
        self.operation(name).ok_or_else(|| {
            let names = self.operations.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("there is no operation `{name}` in this catalog; there are {names}");
            Error::new(ErrorCode::UnknownOperation, message)
        })
    }
}
