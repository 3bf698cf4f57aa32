//! Deliveries of events.

use airudder_core::{Error, ErrorCode, Headers, Secret, WebhookConfig, crypto};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};

use crate::{crypto::block, errors::Fallible, reader};

/// A receiver's settings. It holds secrets: it shows none, and cannot be pickled.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Webhooks(airudder_core::Webhooks);

/// `(type, known, verified, data, raw, dedupe_key)`; `airudder._webhooks` makes a class of it.
type Event<'py> = (String, bool, bool, Bound<'py, PyAny>, String, String);

/// Header fields as pairs.
pub(crate) type Pairs = Vec<(String, String)>;

#[pymethods]
impl Webhooks {
    #[new]
    #[pyo3(signature = (*, secrets, sign_key, scheme, encryption_key, cipher, require_signature, max_body_bytes, max_depth))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments, from one place")]
    fn new(
        secrets: Vec<String>,
        sign_key: Option<String>,
        scheme: Option<String>,
        encryption_key: Option<String>,
        cipher: Option<String>,
        require_signature: bool,
        max_body_bytes: Option<usize>,
        max_depth: Option<usize>,
    ) -> Fallible<Self> {
        let usual = WebhookConfig::default();
        let config = WebhookConfig {
            secrets: secrets.into_iter().map(Secret::new).collect(),
            sign_key: sign_key.map(Secret::new),
            scheme: scheme.unwrap_or(usual.scheme),
            encryption_key: encryption_key.map(Secret::new),
            cipher: cipher.unwrap_or(usual.cipher),
            require_signature,
            max_body_bytes: max_body_bytes.unwrap_or(usual.max_body_bytes),
            max_depth: max_depth.unwrap_or(usual.max_depth),
        };
        Ok(Self(airudder_core::Webhooks::new(config)?))
    }

    #[pyo3(signature = (body, headers, kind, /))]
    fn unwrap<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        headers: Pairs,
        kind: Option<&str>,
    ) -> Fallible<Event<'py>> {
        let body = bytes(body)?;
        let headers: Headers = headers.into_iter().collect();
        let event = py.detach(|| self.0.unwrap(&body, &headers, kind))?;
        let data = reader::read(py, event.text())?;
        Ok((
            event.name().to_owned(),
            event.known(),
            event.verified(),
            data,
            event.text().to_owned(),
            event.dedupe_key().to_owned(),
        ))
    }

    #[pyo3(signature = (body, /))]
    fn sign(&self, py: Python<'_>, body: &Bound<'_, PyAny>) -> Fallible<Pairs> {
        let body = bytes(body)?;
        Ok(pairs(&py.detach(|| self.0.sign(&body))?))
    }

    #[pyo3(signature = (text, iv, /))]
    fn seal<'py>(&self, py: Python<'py>, text: &str, iv: &[u8]) -> Fallible<(Pairs, Bound<'py, PyBytes>)> {
        let (headers, body) = py.detach(|| self.0.seal(text, Some(block(iv)?)))?;
        Ok((pairs(&headers), PyBytes::new(py, &body)))
    }
}

/// The bytes of a body. What was parsed or decoded already cannot be verified any more.
fn bytes(body: &Bound<'_, PyAny>) -> Fallible<PyBackedBytes> {
    if let Ok(bytes) = body.extract::<PyBackedBytes>() {
        return Ok(bytes);
    }
    let kind = body.get_type().name()?.to_string();
    let message = format!(
        "unwrap takes the body's bytes as they came, not a `{kind}`: request.get_data() in Flask, request.body in Django, \
         await request.body() in FastAPI and Starlette"
    );
    Err(Error::new(ErrorCode::BodyAlreadyParsed, message).into())
}

fn pairs(headers: &Headers) -> Pairs {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `(scheme, cipher, notes)`
type Detection = (Option<String>, Option<String>, Vec<String>);

/// What scheme and cipher fit a captured delivery.
#[pyfunction]
#[pyo3(signature = (headers, body, secret, encryption_key, /))]
pub(crate) fn detect(
    py: Python<'_>,
    headers: Pairs,
    body: &Bound<'_, PyAny>,
    secret: Option<&str>,
    encryption_key: Option<&str>,
) -> Fallible<Detection> {
    let body = bytes(body)?;
    let headers: Headers = headers.into_iter().collect();
    let found = py.detach(|| {
        let key = encryption_key.map(crypto::EncryptionKey::new).transpose()?;
        crypto::detect(&headers, &body, secret, key.as_ref())
    })?;
    Ok((found.scheme.map(|scheme| scheme.to_string()), found.cipher.map(|cipher| cipher.to_string()), found.notes))
}
