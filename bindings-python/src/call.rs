//! One call as Python drives it: `poll` gives a request, a time to wait for, or nothing more to do.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use airudder_core::{Error, ErrorCode, Outcome, Output, Response, Step, WaitReason, catalog};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};

use crate::{
    errors::{Fallible, poisoned},
    fields::Fields,
    fork::detach,
    reader,
};

/// The machine of one call. Its methods may be called from any thread, one at a time.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Call {
    inner: Mutex<Option<airudder_core::Call>>,
    asks_for_token: AtomicBool,
}

impl Call {
    pub(crate) fn new(call: airudder_core::Call) -> Self {
        Self { inner: Mutex::new(Some(call)), asks_for_token: AtomicBool::new(false) }
    }

    /// The end of the call, for a campaign.
    pub(crate) fn output(&self, py: Python<'_>) -> Fallible<Result<Output, Error>> {
        self.with(py, |call| Ok(call.take_result()))
    }

    /// Runs on the machine with the interpreter released: another thread may hold the lock, and bodies may be large.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&mut airudder_core::Call) -> Result<T, Error> + Send,
    ) -> Fallible<T> {
        detach(py, || {
            let mut call = self.inner.lock().map_err(poisoned)?;
            let call = call.as_mut().ok_or_else(|| Error::new(ErrorCode::Misuse, "the call was closed"))?;
            Ok(run(call)?)
        })
    }
}

/// The reason of a wait, as Python has it.
const fn reason(why: WaitReason) -> &'static str {
    match why {
        WaitReason::Token => "token",
        WaitReason::Retry => "retry",
        WaitReason::Pace => "pace",
    }
}

#[pymethods]
impl Call {
    /// A `Request` to send; the time in Unix milliseconds to poll again at, and why: `token`, `retry` or `pace`; or `None` when
    /// there is a result.
    #[pyo3(signature = (now_ms, /))]
    fn poll<'py>(&self, py: Python<'py>, now_ms: u64) -> Fallible<Option<Bound<'py, PyAny>>> {
        Ok(match self.with(py, |call| call.poll(now_ms))? {
            Step::Send(request) => {
                let path = catalog::operation("auth.token").map_or("", |row| row.path);
                self.asks_for_token.store(request.url.ends_with(path), Ordering::Relaxed);
                Some(Bound::new(py, Request(request))?.into_any())
            }
            Step::Wait { until_ms, why } => Some((until_ms, reason(why)).into_pyobject(py)?.into_any()),
            Step::Done => None,
        })
    }

    /// Returns whether the request that was polled last asks for a token, so that its answer is nobody's to keep.
    #[getter]
    fn asks_for_token(&self) -> bool {
        self.asks_for_token.load(Ordering::Relaxed)
    }

    /// Returns whether a request that must not be sent twice is under way.
    #[getter]
    fn in_doubt(&self, py: Python<'_>) -> Fallible<bool> {
        self.with(py, |call| Ok(call.is_in_doubt()))
    }

    /// Returns whether a response with this head is a file, which stays with Python.
    #[pyo3(signature = (status, headers, /))]
    fn is_file(&self, py: Python<'_>, status: u16, headers: Fields) -> Fallible<bool> {
        let Fields(headers) = headers;
        self.with(py, |call| Ok(call.is_file(status, &headers)))
    }

    /// The operation's name; method and path for a raw request.
    #[getter]
    fn operation(&self, py: Python<'_>) -> Fallible<String> {
        self.with(py, |call| Ok(call.operation().to_owned()))
    }

    /// The response to the request that was polled.
    #[pyo3(signature = (now_ms, status, headers, body, /))]
    #[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over what it converted")]
    fn on_response(
        &self,
        py: Python<'_>,
        now_ms: u64,
        status: u16,
        headers: Fields,
        body: PyBackedBytes,
    ) -> Fallible<()> {
        let Fields(headers) = headers;
        self.with(py, |call| {
            // A file may be large, and stays with Python.
            let body = if call.is_file(status, &headers) { Vec::new() } else { body.to_vec() };
            call.on_response(now_ms, &Response { status, headers, body })
        })
    }

    /// What became of the last request: the code of the error that it would be, such as `E3001`, if any; the code in the
    /// API's envelope; and the API's id of the request.
    #[getter]
    fn last_answer(&self, py: Python<'_>) -> Fallible<(Option<String>, Option<i64>, Option<String>)> {
        let answer = self.with(py, |call| Ok(call.last_answer().cloned()))?;
        Ok(answer.map_or((None, None, None), |answer| {
            (answer.error.map(|code| code.to_string()), answer.api_code, answer.request_id)
        }))
    }

    /// The request that was polled got no response. `kind` is `connect_failed`, `timeout`, `reset` or `other`.
    #[pyo3(signature = (now_ms, kind, message, /))]
    fn on_failure(&self, py: Python<'_>, now_ms: u64, kind: &str, message: &str) -> Fallible<()> {
        use airudder_core::Failure;
        let failure = match kind {
            "connect_failed" => Failure::ConnectFailed,
            "timeout" => Failure::Timeout,
            "reset" => Failure::Reset,
            _ => Failure::Other,
        };
        self.with(py, |call| call.on_failure(now_ms, failure, message))
    }

    /// `(None, data)`: the envelope's `data` as a Python object; or `(content_type, None)`: the last response is a file. The
    /// error that ended the call is raised.
    fn result<'py>(&self, py: Python<'py>) -> Fallible<(Option<String>, Bound<'py, PyAny>)> {
        let (output, operation) =
            self.with(py, |call| call.take_result().map(|output| (output, call.operation().to_owned())))?;
        // The API has carried it out, so whoever gets this error must not take it for a refusal.
        let data = reader::read(py, &output.data).map_err(|unreadable| {
            unreadable.map(|error| error.in_operation(operation).with_outcome(Outcome::Accepted))
        })?;
        Ok((output.file.map(|file| file.content_type), data))
    }

    /// The request as it would be sent, without a token.
    fn prepare(&self, py: Python<'_>) -> Fallible<Request> {
        Ok(Request(self.with(py, |call| call.prepare())?))
    }

    /// Gives up: if this call was fetching the token, another may.
    fn close(&self, py: Python<'_>) -> Fallible<()> {
        let call = detach(py, || self.inner.lock().map(|mut call| call.take()).map_err(poisoned))?;
        drop(call);
        Ok(())
    }
}

/// A request for a transport to send exactly as it is, without following redirects. Its `repr` hides secrets.
#[pyclass(frozen, module = "airudder._native")]
pub(crate) struct Request(airudder_core::Request);

#[pymethods]
impl Request {
    /// The HTTP method, in upper case.
    #[getter]
    fn method(&self) -> &'static str {
        self.0.method.as_str()
    }

    /// The whole URL, query included. An encrypted query is raw Base64: it must not be percent-encoded again.
    #[getter]
    fn url(&self) -> &str {
        &self.0.url
    }

    /// Names and values of the header fields; `Authorization` is among them.
    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.0.headers.iter().collect()
    }

    /// The body; empty for GET.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.body)
    }

    /// The time limit for the whole answer, in seconds.
    #[getter]
    fn timeout(&self) -> f64 {
        std::time::Duration::from_millis(self.0.timeout_ms).as_secs_f64()
    }

    /// The request as a `curl` command line for a POSIX shell; secrets and the middle of phone numbers are masked.
    fn curl(&self) -> String {
        self.0.to_curl()
    }

    fn __repr__(&self) -> String {
        let url = self.0.url.split('?').next().unwrap_or_default();
        format!("<Request {} {url}, {} bytes>", self.0.method.as_str(), self.0.body.len())
    }
}
