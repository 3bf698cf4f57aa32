//! The types of catalogs.

/// A catalog of your own: operations and events beside those of the library. Many threads may use it at once.
pub type airudder_catalog = u64;
