//! Header fields from Python.

use airudder_core::Headers;
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyString, PyTuple},
};

/// Header fields, in any form that a framework has. What it could not decode came as lone surrogates and is replaced: it
/// must not raise an exception where anybody on the network can send it.
pub(crate) struct Fields(pub(crate) Headers);

impl<'py> FromPyObject<'_, 'py> for Fields {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        read(&object, |_| true).map(Self)
    }
}

/// The header fields whose names are needed.
pub(crate) fn read(object: &Bound<'_, PyAny>, is_needed: impl Fn(&str) -> bool) -> PyResult<Headers> {
    if let Some(plain) = plain(object, is_needed) {
        return Ok(plain);
    }
    let pairs = object.py().import("airudder._header_fields")?.getattr("pairs")?.call1((object,))?;
    let pairs: Vec<(Bound<'_, PyString>, Bound<'_, PyString>)> = pairs.extract()?;
    Ok(pairs.iter().map(|(name, value)| (name.to_string_lossy(), value.to_string_lossy())).collect())
}

/// The fields of a dict, or of a list of pairs, with nothing but texts; `None` where it is something else, or may be the
/// environment of CGI or WSGI, which `airudder._header_fields` reads.
fn plain(object: &Bound<'_, PyAny>, is_needed: impl Fn(&str) -> bool) -> Option<Headers> {
    let mut headers = Vec::new();
    let mut take = |name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>| {
        let (name, value) = (name.cast::<PyString>().ok()?, value.cast::<PyString>().ok()?);
        let name = name.to_str().ok().filter(|name| !name.starts_with("HTTP_") && *name != "REQUEST_METHOD")?;
        if is_needed(name) {
            headers.push((name.to_owned(), value.to_str().ok()?.to_owned()));
        }
        Some(())
    };
    if let Ok(dict) = object.cast_exact::<PyDict>() {
        dict.iter().try_for_each(|(name, value)| take(&name, &value))?;
    } else {
        let list = object.cast_exact::<PyList>().ok()?;
        list.iter().try_for_each(|pair| {
            let pair = pair.cast_into::<PyTuple>().ok().filter(|pair| pair.len() == 2)?;
            take(&pair.get_item(0).ok()?, &pair.get_item(1).ok()?)
        })?;
    }
    Some(headers.into_iter().collect())
}
