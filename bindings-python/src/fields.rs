//! Header fields from Python.

use airudder_core::Headers;
use pyo3::{prelude::*, types::PyString};

/// Pairs of name and value. What a framework could not decode came as lone surrogates and is replaced: it must not
/// raise an exception where anybody on the network can send it.
pub(crate) struct Fields(pub(crate) Headers);

impl<'py> FromPyObject<'_, 'py> for Fields {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let pairs: Vec<(Bound<'py, PyString>, Bound<'py, PyString>)> = object.extract()?;
        Ok(Self(pairs.iter().map(|(name, value)| (name.to_string_lossy(), value.to_string_lossy())).collect()))
    }
}
