//! Deliveries of events.

use airudder_core::{
    Delivery, Error, ErrorCode, Headers, Secret, WebhookConfig,
    crypto::{self, Captured},
    events,
};
use pyo3::{
    intern,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyDict, PyMemoryView, PyString},
};

use crate::{
    bytes::block,
    catalog,
    errors::Fallible,
    fields::{self, Fields},
    options::{COUNT, SWITCH, TEXT, invalid, millis_or_none, text, typed},
    reader,
};

/// The deepest nesting that a receiver can be set to take.
const MAX_DEPTH: usize = 100;

/// A receiver's settings. It holds secrets: it shows none, and cannot be pickled.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Webhooks(airudder_core::Webhooks);

/// The size of a small body, in bytes.
const SMALL: usize = 16 * 1024;

/// Header fields as pairs.
type Pairs = Vec<(String, String)>;

#[pymethods]
impl Webhooks {
    #[new]
    #[pyo3(signature = (*, secrets, sign_key, scheme, tolerance, own_verifier, encryption_key, cipher, require_signature, require_encryption, max_body_bytes, max_depth, catalog))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments, from one place")]
    fn new(
        secrets: &Bound<'_, PyAny>,
        sign_key: Option<&Bound<'_, PyAny>>,
        scheme: Option<&Bound<'_, PyAny>>,
        tolerance: Option<&Bound<'_, PyAny>>,
        own_verifier: bool,
        encryption_key: Option<&Bound<'_, PyAny>>,
        cipher: Option<&Bound<'_, PyAny>>,
        require_signature: &Bound<'_, PyAny>,
        require_encryption: Option<&Bound<'_, PyAny>>,
        max_body_bytes: Option<&Bound<'_, PyAny>>,
        max_depth: Option<&Bound<'_, PyAny>>,
        catalog: Option<&Bound<'_, PyAny>>,
    ) -> Fallible<Self> {
        let limit = |value: Option<&Bound<'_, PyAny>>, name| value.map(|value| typed(value, name, COUNT)).transpose();
        let secrets: Vec<String> = typed(secrets, "secret", "a str, or several")?;
        let usual = WebhookConfig::default();
        let config = WebhookConfig {
            secrets: secrets.into_iter().map(Secret::new).collect(),
            sign_key: text(sign_key, "sign_key")?.map(Secret::new),
            scheme: text(scheme, "scheme")?.unwrap_or(usual.scheme),
            tolerance_ms: tolerance.map(|value| millis_or_none(value, "tolerance")).transpose()?,
            own_verifier,
            encryption_key: text(encryption_key, "encryption_key")?.map(Secret::new),
            cipher: text(cipher, "cipher")?.unwrap_or(usual.cipher),
            require_signature: typed(require_signature, "require_signature", SWITCH)?,
            require_encryption: require_encryption
                .map(|value| typed(value, "require_encryption", SWITCH))
                .transpose()?,
            max_body_bytes: limit(max_body_bytes, "max_body_bytes")?.unwrap_or(usual.max_body_bytes),
            max_depth: limit(max_depth, "max_depth")?.unwrap_or(usual.max_depth),
            catalog: catalog::shared(catalog)?,
        };
        Ok(Self(airudder_core::Webhooks::new(config)?))
    }

    /// The bytes of a body that is not too large, and all header fields: what a verifier of Python's gets.
    #[pyo3(signature = (body, headers, /))]
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
    fn receive(&self, body: &Bound<'_, PyAny>, headers: Fields) -> Fallible<(PyBackedBytes, Pairs)> {
        let bytes = bytes(body)?;
        self.0.check_size(&bytes)?;
        Ok((bytes, pairs(&headers.0)))
    }

    /// The fields of an event, without `data` where Python's reader takes the text for sure: it is made when it is asked for.
    /// `verified` says that a verifier of Python's has accepted the delivery.
    #[pyo3(signature = (body, headers, kind, method, url, received_ms, received_at, verified, /))]
    #[expect(clippy::too_many_arguments, reason = "a delivery and its circumstances, from one place")]
    fn unwrap<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        kind: Option<&Bound<'py, PyAny>>,
        method: &Bound<'py, PyAny>,
        url: &Bound<'py, PyAny>,
        received_ms: u64,
        received_at: &Bound<'py, PyAny>,
        verified: bool,
    ) -> Fallible<Bound<'py, PyDict>> {
        let (body, kind) = (bytes(body)?, text(kind, "kind")?);
        let kind = kind.as_deref();
        let needed: Vec<&str> = self.0.header_names().collect();
        let headers = fields::read(headers, |name| needed.iter().any(|read| read.eq_ignore_ascii_case(name)))?;
        let (method, url) = (lossy(method, "method")?, lossy(url, "url")?);
        let delivery =
            Delivery { body: &body, headers: &headers, method: &method, url: &url, received_ms: Some(received_ms) };
        let unwrap = || if verified { self.0.unwrap_verified(&delivery, kind) } else { self.0.unwrap(&delivery, kind) };
        // To release the interpreter and take it again costs more than a small body does.
        let event = if body.len() < SMALL { unwrap() } else { py.detach(unwrap) };
        let event = event.map_err(|error| read_before(error, &body))?;
        let fields = PyDict::new(py);
        fields.set_item(intern!(py, "type"), event.name())?;
        fields.set_item(intern!(py, "known"), event.known())?;
        fields.set_item(intern!(py, "verified"), event.verified())?;
        fields.set_item(intern!(py, "raw"), event.text())?;
        fields.set_item(intern!(py, "dedupe_key"), event.dedupe_key())?;
        fields.set_item(intern!(py, "received_at"), received_at)?;
        if !event.has_simple_numbers() {
            fields.set_item(intern!(py, "data"), data(py, event.text())?)?;
        }
        Ok(fields)
    }

    /// What an attacker could do although each signature is checked.
    #[getter]
    fn weakness(&self) -> Option<&'static str> {
        self.0.weakness()
    }

    #[pyo3(signature = (body, headers, method, url, now_ms, /))]
    fn sign(
        &self,
        py: Python<'_>,
        body: &Bound<'_, PyAny>,
        headers: Fields,
        method: &Bound<'_, PyAny>,
        url: &Bound<'_, PyAny>,
        now_ms: u64,
    ) -> Fallible<Pairs> {
        let (body, headers) = (bytes(body)?, headers.0);
        let (method, url) = (lossy(method, "method")?, lossy(url, "url")?);
        let delivery =
            Delivery { body: &body, headers: &headers, method: &method, url: &url, received_ms: Some(now_ms) };
        Ok(pairs(&py.detach(|| self.0.sign_with(&delivery))?))
    }

    #[pyo3(signature = (text, iv, headers, method, url, now_ms, /))]
    #[expect(clippy::too_many_arguments, reason = "a delivery and its circumstances, from one place")]
    fn seal<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'_, PyAny>,
        iv: &[u8],
        headers: Fields,
        method: &Bound<'_, PyAny>,
        url: &Bound<'_, PyAny>,
        now_ms: u64,
    ) -> Fallible<(Pairs, Bound<'py, PyBytes>)> {
        let (text, headers): (String, _) = (typed(text, "text", TEXT)?, headers.0);
        let (method, url) = (lossy(method, "method")?, lossy(url, "url")?);
        let body = text.as_bytes();
        let plain = Delivery { body, headers: &headers, method: &method, url: &url, received_ms: Some(now_ms) };
        let (headers, body) = py.detach(|| self.0.seal_with(&plain, Some(block(iv)?)))?;
        Ok((pairs(&headers), PyBytes::new(py, &body)))
    }
}

fn data<'py>(py: Python<'py>, text: &str) -> Fallible<Bound<'py, PyAny>> {
    reader::read(py, text).map_err(|unreadable| {
        unreadable.map(|mut error| {
            error.details_mut().code = ErrorCode::InvalidBody;
            error
        })
    })
}

/// A text that somebody on the network may have chosen. What could not be decoded came as lone surrogates and is replaced.
fn lossy(value: &Bound<'_, PyAny>, name: &str) -> Fallible<String> {
    let text = value.cast::<PyString>().map_err(|_| invalid(name, format!("{name} is a str")))?;
    Ok(text.to_string_lossy().into_owned())
}

/// The bytes of a body. What was parsed or decoded already cannot be verified any more.
fn bytes(body: &Bound<'_, PyAny>) -> Fallible<PyBackedBytes> {
    let view = body.is_instance_of::<PyMemoryView>().then(|| body.call_method0("tobytes")).transpose()?;
    if let Ok(bytes) = view.as_ref().unwrap_or(body).extract::<PyBackedBytes>() {
        return Ok(bytes);
    }
    let kind = body.get_type().name()?.to_string();
    let remedy = match kind.as_str() {
        "coroutine" | "Future" | "Task" => "it was not awaited: pass await request.body()",
        "str" => {
            "it was decoded before: pass request.get_data() in Flask, request.body in Django, await request.body() in \
                  FastAPI and Starlette"
        }
        _ => "pass request.get_data() in Flask, request.body in Django, await request.body() in FastAPI and Starlette",
    };
    let message = format!("a signature is about the body's bytes as they came, not about a `{kind}`: {remedy}");
    Err(Error::new(ErrorCode::BodyAlreadyParsed, message).into())
}

/// Names what reads a body before, in each framework.
fn read_before(mut error: Error, body: &[u8]) -> Error {
    if body.is_empty() {
        error.details_mut().message.push_str(
            "; take the body first: request.get_data() before request.form in Flask, request.body before request.POST in \
             Django, await request.body() before request.stream() or form() in FastAPI and Starlette",
        );
    }
    error
}

/// What a push of a custom API node asks `workflow.verify_api_node_push`, as JSON text.
#[pyfunction]
#[pyo3(signature = (text, kind, /))]
pub(crate) fn verify_push_params(py: Python<'_>, text: &str, kind: &str) -> Fallible<String> {
    let config = WebhookConfig {
        require_signature: false,
        max_body_bytes: usize::MAX,
        max_depth: MAX_DEPTH,
        ..WebhookConfig::default()
    };
    Ok(py.detach(|| {
        let event = airudder_core::Webhooks::new(config)?
            .unwrap(&Delivery::new(text.as_bytes(), &Headers::new()), Some(kind))?;
        events::verify_push_params(&event)
    })?)
}

fn pairs(headers: &Headers) -> Pairs {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `(scheme, cipher, weakness, tried, notes)`
type Detection = (Option<String>, Option<String>, Option<&'static str>, u64, Vec<String>);

/// The scheme and the cipher that fit a captured delivery.
#[pyfunction]
#[pyo3(signature = (headers, body, secret, encryption_key, sign_key, method, url, /))]
#[expect(clippy::too_many_arguments, reason = "a delivery and its circumstances, from one place")]
pub(crate) fn detect(
    py: Python<'_>,
    headers: Fields,
    body: &Bound<'_, PyAny>,
    secret: Option<&Bound<'_, PyAny>>,
    encryption_key: Option<&Bound<'_, PyAny>>,
    sign_key: Option<&Bound<'_, PyAny>>,
    method: &Bound<'_, PyAny>,
    url: &Bound<'_, PyAny>,
) -> Fallible<Detection> {
    let (secret, encryption_key) = (text(secret, "secret")?, text(encryption_key, "encryption_key")?);
    let (sign_key, method, url) = (text(sign_key, "sign_key")?, lossy(method, "method")?, lossy(url, "url")?);
    let (body, Fields(headers)) = (bytes(body)?, headers);
    let delivery = Delivery { body: &body, headers: &headers, method: &method, url: &url, received_ms: None };
    let (secret, encryption_key) = (secret.as_deref(), encryption_key.as_deref());
    let captured = Captured { delivery, secret, sign_key: sign_key.as_deref(), encryption_key };
    let found = py.detach(|| crypto::detect(&captured))?;
    let (scheme, cipher) =
        (found.scheme.map(|scheme| scheme.to_string()), found.cipher.map(|cipher| cipher.to_string()));
    Ok((scheme, cipher, found.weakness, found.tried, found.notes))
}
