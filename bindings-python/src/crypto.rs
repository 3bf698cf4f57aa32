//! The vendor's encryption, for those who only need this. The interpreter is released meanwhile.

use airudder_core::{
    Delivery, Headers,
    crypto::{self, Cipher, Scheme, SigningInput},
};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};

use crate::{
    bytes::{block, octets},
    errors::{Failed, Fallible},
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
    cipher: &Bound<'_, PyAny>,
    iv: Option<&[u8]>,
    headers: Fields,
) -> Fallible<String> {
    let (plain, key): (_, String) = (octets(plain, "plain")?, typed(key, "key", TEXT)?);
    let cipher: String = typed(cipher, "cipher", TEXT)?;
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
    cipher: &Bound<'_, PyAny>,
    headers: Fields,
) -> Fallible<Bound<'py, PyBytes>> {
    let (text, key): (_, String) = (octets(text, "text")?, typed(key, "key", TEXT)?);
    let cipher: String = typed(cipher, "cipher", TEXT)?;
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

/// What is signed, as Python gives it: body, secret, key, header fields, method, URL, plain text.
pub(crate) struct Signed {
    body: PyBackedBytes,
    secret: String,
    key: Option<String>,
    headers: Headers,
    method: String,
    url: String,
    plain: Option<PyBackedBytes>,
}

impl<'py> FromPyObject<'_, 'py> for Signed {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let (body, secret, key, headers, method, url, plain): Given<'py> = given.extract()?;
        Ok(Self {
            body: octets(&body, "body")?,
            secret: typed(&secret, "secret", TEXT).map_err(Failed::from)?,
            key: text(key.as_ref(), "key").map_err(Failed::from)?,
            headers: headers.0,
            method: typed(&method, "method", TEXT).map_err(Failed::from)?,
            url: typed(&url, "url", TEXT).map_err(Failed::from)?,
            plain: plain.map(|plain| octets(&plain, "plain")).transpose()?,
        })
    }
}

type Any<'py> = Bound<'py, PyAny>;
type Given<'py> = (Any<'py>, Any<'py>, Option<Any<'py>>, Fields, Any<'py>, Any<'py>, Option<Any<'py>>);

impl Signed {
    fn input(&self) -> SigningInput<'_> {
        let Self { body, headers, method, url, .. } = self;
        let delivery = Delivery { body, headers, method, url, received_ms: None };
        SigningInput { secret: &self.secret, key: self.key.as_deref(), delivery, plain: self.plain.as_deref() }
    }
}

/// The signature that a scheme gives.
#[pyfunction]
#[pyo3(signature = (signed, scheme, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn sign(py: Python<'_>, signed: Signed, scheme: &Bound<'_, PyAny>) -> Fallible<String> {
    let scheme: String = typed(scheme, "scheme", TEXT)?;
    Ok(py.detach(|| scheme.parse::<Scheme>()?.sign(&signed.input()))?)
}

/// Fails unless the signature is the one that the scheme gives.
#[pyfunction]
#[pyo3(signature = (signature, signed, scheme, /))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
pub(crate) fn verify(
    py: Python<'_>,
    signature: &Bound<'_, PyAny>,
    signed: Signed,
    scheme: &Bound<'_, PyAny>,
) -> Fallible<()> {
    let (signature, scheme): (String, String) = (typed(signature, "signature", TEXT)?, typed(scheme, "scheme", TEXT)?);
    Ok(py.detach(|| scheme.parse::<Scheme>()?.verify(&signature, &signed.input()))?)
}
