//! Catalogs of the caller's own.

#[cfg(feature = "catalog")]
mod kept {
    use std::sync::Arc;

    use airudder_core::{Catalog, Error};

    use crate::{objects::handles::Table, types::catalog::airudder_catalog};

    pub(crate) static CATALOGS: Table<Arc<Catalog>> = Table::new(7, "airudder_catalog");

    /// The catalog that settings name; 0 is none. It lives as long as whatever has it.
    pub(crate) fn given(handle: airudder_catalog) -> Result<Option<Arc<Catalog>>, Error> {
        if handle == 0 {
            return Ok(None);
        }
        CATALOGS.share(handle, |catalog| Ok(Some(catalog.clone()))).map_err(|error| error.at("/catalog"))
    }
}

#[cfg(feature = "catalog")]
pub(crate) use kept::{CATALOGS, given};

/// Refuses a catalog that settings name.
#[cfg(not(feature = "catalog"))]
pub(crate) fn none(handle: crate::types::catalog::airudder_catalog) -> Result<(), airudder_core::Error> {
    use airudder_core::{Error, ErrorCode};
    match handle {
        0 => Ok(()),
        _ => Err(Error::new(ErrorCode::InvalidHandle, "this library was built without catalogs").at("/catalog")),
    }
}
