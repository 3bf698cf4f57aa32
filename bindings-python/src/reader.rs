//! From JSON text to Python objects.

use airudder_core::{Error, ErrorCode};
use jiter::{FloatMode, PartialMode, PythonParse, StringCacheMode};
use pyo3::{prelude::*, types::PyString};

use crate::errors::Fallible;

/// Only keys are kept in jiter's cache of texts: they repeat, and the values may be personal data.
const PARSE: PythonParse = PythonParse {
    allow_inf_nan: false,
    cache_mode: StringCacheMode::Keys,
    partial_mode: PartialMode::Off,
    catch_duplicate_keys: false,
    float_mode: FloatMode::Float,
};

const UNREADABLE: &str = "the JSON is nested thousands of levels deep, or holds a number of thousands of digits";

/// The Python object of a JSON text.
pub(crate) fn read<'py>(py: Python<'py>, text: &str) -> Fallible<Bound<'py, PyAny>> {
    match PARSE.python_parse(py, text.as_bytes()) {
        Ok(object) => Ok(object),
        Err(_) => read_slowly(py, text),
    }
}

/// Python's own reader takes what jiter refuses, such as a lone surrogate: what the API sent must not be lost.
fn read_slowly<'py>(py: Python<'py>, text: &str) -> Fallible<Bound<'py, PyAny>> {
    let object = py.import("json")?.getattr("loads")?.call1((PyString::new(py, text),));
    // The exception is dropped: it holds the whole text.
    Ok(object.map_err(|_| Error::new(ErrorCode::UnreadableResponse, UNREADABLE))?)
}

/// The object of a JSON text, as results are read.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn from_json<'py>(py: Python<'py>, text: &str) -> Fallible<Bound<'py, PyAny>> {
    read(py, text)
}
