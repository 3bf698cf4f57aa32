//! Bytes that Python passes.

use airudder_core::{Error, ErrorCode};
use pyo3::{
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyMemoryView, PyString},
};

use crate::{
    errors::Fallible,
    options::{TEXT, invalid},
};

/// Text as UTF-8, or bytes. Python's own exceptions are not raised: they would hold the text, which may be secret.
pub(crate) fn octets(value: &Bound<'_, PyAny>, name: &str) -> Fallible<PyBackedBytes> {
    if let Ok(text) = value.cast::<PyString>() {
        let Ok(text) = text.to_str() else { return Err(invalid(name, format!("{name} is {TEXT}")).into()) };
        return Ok(PyBackedBytes::from(PyBytes::new(value.py(), text.as_bytes())));
    }
    let view = value.is_instance_of::<PyMemoryView>().then(|| value.call_method0("tobytes")).transpose()?;
    let bytes = view.as_ref().unwrap_or(value).extract::<PyBackedBytes>();
    Ok(bytes.map_err(|_| invalid(name, format!("{name} is bytes, or a str without lone surrogates")))?)
}

/// An initialization vector.
pub(crate) fn block(iv: &[u8]) -> Result<[u8; 16], Error> {
    let message = "the iv has 16 bytes";
    iv.try_into().map_err(|_| Error::new(ErrorCode::IvRequired, message))
}
