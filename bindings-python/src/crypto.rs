//! The vendor's encryption, for those who only need this. The interpreter is released meanwhile.

use airudder_core::crypto::{self, EncryptionKey};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};

use crate::errors::Fallible;

/// The Base64 text of the plain bytes, encrypted.
#[pyfunction]
#[pyo3(signature = (plain, key, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn encrypt(py: Python<'_>, plain: PyBackedBytes, key: &str) -> Fallible<String> {
    Ok(py.detach(|| crypto::encrypt(&plain, &EncryptionKey::new(key)?))?)
}

/// The plain bytes of a Base64 text.
#[pyfunction]
#[pyo3(signature = (text, key, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn decrypt<'py>(py: Python<'py>, text: PyBackedBytes, key: &str) -> Fallible<Bound<'py, PyBytes>> {
    let plain = py.detach(|| crypto::decrypt(&text, &EncryptionKey::new(key)?))?;
    Ok(PyBytes::new(py, &plain))
}

/// The lower-case hex SHA-256 of the plain bytes.
#[pyfunction]
#[pyo3(signature = (plain, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn digest(py: Python<'_>, plain: PyBackedBytes) -> String {
    py.detach(|| crypto::digest(&plain))
}
