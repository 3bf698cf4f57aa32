//! A catalog of one's own: operations and events as data.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::{
    errors::Fallible,
    fork::detach,
    options::{TEXT, invalid, typed},
};

/// A catalog that was read and checked. Clients and receivers share it.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Catalog(Arc<airudder_core::Catalog>);

#[pymethods]
impl Catalog {
    /// Reads the text of a catalog's file.
    #[new]
    #[pyo3(signature = (text, /))]
    fn new(py: Python<'_>, text: &Bound<'_, PyAny>) -> Fallible<Self> {
        let text: String = typed(text, "catalog", TEXT)?;
        Ok(Self(Arc::new(detach(py, || airudder_core::Catalog::extend(&text))?)))
    }

    /// Its operations and events as JSON text, with all defaults filled in.
    fn to_json(&self) -> String {
        self.0.to_json()
    }
}

/// The catalog of a setting that may be absent.
pub(crate) fn shared(value: Option<&Bound<'_, PyAny>>) -> Fallible<Option<Arc<airudder_core::Catalog>>> {
    let Some(value) = value else { return Ok(None) };
    let Ok(catalog) = value.cast::<Catalog>() else {
        return Err(invalid("catalog", "catalog is a Catalog, such as Catalog.extend(\"vendor.json\")").into());
    };
    Ok(Some(Arc::clone(&catalog.get().0)))
}
