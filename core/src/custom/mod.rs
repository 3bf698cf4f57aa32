//! A catalog of one's own: operations and events that the library does not know, as data. Its file is described in
//! `docs/catalog.md`. Nothing here acts, and nothing is shared by the process: a client or a receiver has the catalog that it
//! was given.

mod catalog;
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
mod template;
mod walk;
mod when;

pub use catalog::Catalog;
pub use row::{CatalogEvent, CatalogOperation};
