//! The vendor's encryption, for those who only need this. The interpreter is released meanwhile.

use airudder_core::Delivery;
use airudder_core::crypto::{self, Cipher, Scheme, SigningInput};
use pyo3::{prelude::*, types::PyBytes};

use crate::{
    bytes::{block, octets},
    errors::Fallible,
    fields::Fields,
    options::{TEXT, text, typed},
};

/// The text of the plain bytes, encrypted. `iv` is 16 random bytes, for ciphers that need them.
#[pyfunction]
#[pyo3(signature = (plain, key, cipher, iv, headers, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn encrypt(
    py: Python<'_>,
    plain: &Bound<'_, PyAny>,
    key: &Bound<'_, PyAny>,
    cipher: &str,
    iv: Option<&[u8]>,
    headers: Fields,
) -> Fallible<String> {
    let (plain, key): (_, String) = (octets(plain, "plain")?, typed(key, "key", TEXT)?);
    Ok(py.detach(|| {
        let iv = iv.map(block).transpose()?;
        let cipher: Cipher = cipher.parse()?;
        cipher.encrypt(&plain, &cipher.key(&key)?, &headers.0, iv)
    })?)
}

/// The plain bytes of a text.
#[pyfunction]
#[pyo3(signature = (text, key, cipher, headers, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn decrypt<'py>(
    py: Python<'py>,
    text: &Bound<'_, PyAny>,
    key: &Bound<'_, PyAny>,
    cipher: &str,
    headers: Fields,
) -> Fallible<Bound<'py, PyBytes>> {
    let (text, key): (_, String) = (octets(text, "text")?, typed(key, "key", TEXT)?);
    let plain = py.detach(|| {
        let cipher: Cipher = cipher.parse()?;
        cipher.decrypt(&text, &cipher.key(&key)?, &headers.0)
    })?;
    Ok(PyBytes::new(py, &plain))
}

/// The lower-case hex SHA-256 of the plain bytes.
#[pyfunction]
#[pyo3(signature = (plain, /))]
pub(crate) fn digest(py: Python<'_>, plain: &Bound<'_, PyAny>) -> Fallible<String> {
    let plain = octets(plain, "plain")?;
    Ok(py.detach(|| crypto::digest(&plain)))
}

/// The signature that a scheme gives.
#[pyfunction]
#[pyo3(signature = (body, secret, scheme, key, headers, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn sign(
    py: Python<'_>,
    body: &Bound<'_, PyAny>,
    secret: &Bound<'_, PyAny>,
    scheme: &str,
    key: Option<&Bound<'_, PyAny>>,
    headers: Fields,
) -> Fallible<String> {
    let (body, secret): (_, String) = (octets(body, "body")?, typed(secret, "secret", TEXT)?);
    let key = text(key, "key")?;
    Ok(py.detach(|| {
        scheme.parse::<Scheme>()?.sign(&SigningInput {
            secret: &secret,
            key: key.as_deref(),
            delivery: Delivery::new(&body, &headers.0),
            plain: None,
        })
    })?)
}

/// Fails unless the signature is the one that the scheme gives.
#[pyfunction]
#[pyo3(signature = (signature, body, secret, scheme, key, headers, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn verify(
    py: Python<'_>,
    signature: &Bound<'_, PyAny>,
    body: &Bound<'_, PyAny>,
    secret: &Bound<'_, PyAny>,
    scheme: &str,
    key: Option<&Bound<'_, PyAny>>,
    headers: Fields,
) -> Fallible<()> {
    let (body, secret): (_, String) = (octets(body, "body")?, typed(secret, "secret", TEXT)?);
    let (key, signature): (_, String) = (text(key, "key")?, typed(signature, "signature", TEXT)?);
    Ok(py.detach(|| {
        let input = SigningInput {
            secret: &secret,
            key: key.as_deref(),
            delivery: Delivery::new(&body, &headers.0),
            plain: None,
        };
        scheme.parse::<Scheme>()?.verify(&signature, &input)
    })?)
}
