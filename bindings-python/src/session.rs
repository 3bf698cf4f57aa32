//! A client's settings and token, and the calls that start from them.

use std::time::Duration;

use airudder_core::{
    Auth, ClientConfig, DEFAULT_BASE_URL, DEFAULT_SIGN_SCHEME, Error, ErrorCode, Method, RawRequest, Replay, Secret,
    json::rules::Rule,
};
use pyo3::{prelude::*, types::PyDict};

use crate::{
    call::Call,
    catalog,
    errors::{Failed, Fallible},
    fork::detach,
    options::{COUNT, SWITCH, TEXT, call_options, millis, text, typed},
    writer,
};

/// The state that the calls of a client share. It holds secrets: it shows none, and cannot be pickled.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Session {
    inner: airudder_core::Session,
    base_url: String,
    timeout: f64,
}

impl Session {
    pub(crate) const fn core(&self) -> &airudder_core::Session {
        &self.inner
    }
}

#[pymethods]
impl Session {
    #[new]
    #[pyo3(signature = (*, app_key, app_secret, base_url, auth_scheme, encryption_key, require_encryption, sign_key,
        sign_secret, sign_scheme, timeout, max_retries, requests_per_second, strict, catalog))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments, from two places")]
    fn new(
        app_key: Option<&Bound<'_, PyAny>>,
        app_secret: Option<&Bound<'_, PyAny>>,
        base_url: Option<&Bound<'_, PyAny>>,
        auth_scheme: &Bound<'_, PyAny>,
        encryption_key: Option<&Bound<'_, PyAny>>,
        require_encryption: &Bound<'_, PyAny>,
        sign_key: Option<&Bound<'_, PyAny>>,
        sign_secret: Option<&Bound<'_, PyAny>>,
        sign_scheme: Option<&Bound<'_, PyAny>>,
        timeout: &Bound<'_, PyAny>,
        max_retries: &Bound<'_, PyAny>,
        requests_per_second: Option<&Bound<'_, PyAny>>,
        strict: &Bound<'_, PyAny>,
        catalog: Option<&Bound<'_, PyAny>>,
    ) -> Fallible<Self> {
        let base_url = text(base_url, "base_url")?;
        let shown = base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        let config = ClientConfig {
            app_key: text(app_key, "app_key")?.map(Secret::new),
            app_secret: text(app_secret, "app_secret")?.map(Secret::new),
            base_url,
            auth_scheme: typed(auth_scheme, "auth_scheme", TEXT)?,
            encryption_key: text(encryption_key, "encryption_key")?.map(Secret::new),
            require_encryption: typed(require_encryption, "require_encryption", SWITCH)?,
            sign_key: text(sign_key, "sign_key")?.map(Secret::new),
            sign_secret: text(sign_secret, "sign_secret")?.map(Secret::new),
            sign_scheme: text(sign_scheme, "sign_scheme")?.unwrap_or_else(|| DEFAULT_SIGN_SCHEME.to_owned()),
            timeout_ms: millis(timeout, "timeout")?,
            max_retries: typed(max_retries, "max_retries", COUNT)?,
            requests_per_second: requests_per_second
                .map(|rate| typed(rate, "requests_per_second", "a number greater than 0"))
                .transpose()?,
            strict: typed(strict, "strict", SWITCH)?,
            catalog: catalog::shared(catalog)?,
        };
        let timeout = Duration::from_millis(config.timeout_ms).as_secs_f64();
        Ok(Self { inner: airudder_core::Session::new(config)?, base_url: shown, timeout })
    }

    /// The time limit of one request, in seconds.
    #[getter]
    const fn timeout(&self) -> f64 {
        self.timeout
    }

    #[getter]
    fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Starts a call by name. The parameters are written and checked now; nothing is sent before `poll`.
    #[pyo3(signature = (operation, params, options, seed, /))]
    fn call(
        &self,
        operation: &Bound<'_, PyAny>,
        params: &Bound<'_, PyDict>,
        options: Option<&Bound<'_, PyDict>>,
        seed: u64,
    ) -> Fallible<Call> {
        let operation: String = typed(operation, "name", TEXT)?;
        let in_operation = |failed: Failed| failed.map(|error| error.in_operation(&operation));
        let options = call_options(options, seed).map_err(in_operation)?;
        let call = airudder_core::Call::writing(&self.inner, &operation, &options, |rule| {
            writer::write(params, rule, "").map_err(in_operation)
        })?;
        Ok(Call::new(call))
    }

    /// Starts a call that the library does not type.
    #[pyo3(signature = (method, path, query, json, auth, replay_safe, file, options, seed, /))]
    #[expect(clippy::too_many_arguments, reason = "called from one place, with all of them")]
    fn request(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        query: &Bound<'_, PyAny>,
        json: Option<&Bound<'_, PyAny>>,
        auth: &Bound<'_, PyAny>,
        replay_safe: bool,
        file: bool,
        options: Option<&Bound<'_, PyDict>>,
        seed: u64,
    ) -> Fallible<Call> {
        let bad = |field: &str, message: &str| Error::new(ErrorCode::InvalidRequest, message).at(format!("/{field}"));
        let method = Method::from_name(&typed::<String>(method, "method", TEXT)?)
            .ok_or_else(|| bad("method", "the method is GET, POST, PUT, PATCH or DELETE"))?;
        let request = RawRequest {
            query: typed(query, "query", TEXT)?,
            body: json.map_or_else(|| Ok(String::new()), |json| writer::write(json, &Rule::Any, "/json"))?,
            auth: match typed::<String>(auth, "auth", TEXT)?.as_str() {
                "token" => Auth::Token,
                "sign" => Auth::Sign,
                "headers" => Auth::CallerHeaders,
                "none" => Auth::None,
                _ => return Err(bad("auth", "auth is token, sign, headers or none").into()),
            },
            replay: if replay_safe { Replay::Safe } else { Replay::Never },
            file,
            ..RawRequest::new(method, typed::<String>(path, "path", TEXT)?)
        };
        let options = call_options(options, seed)?;
        Ok(Call::new(detach(py, || airudder_core::Call::raw(&self.inner, request, &options))?))
    }

    fn __repr__(&self) -> String {
        format!("Session({})", self.base_url)
    }
}

/// Name, method and path of every typed operation.
#[pyfunction]
pub(crate) fn operations() -> Vec<(&'static str, &'static str, &'static str)> {
    airudder_core::catalog::operations().map(|row| (row.name, row.method.as_str(), row.path)).collect()
}
