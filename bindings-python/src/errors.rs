//! The core's errors as Python exceptions. The classes are Python's (`airudder._errors`), so that they can be
//! documented, subclassed and pickled there.

use airudder_core::{Error, ErrorCode, RetryAdvice};
use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyDict};

/// The error of a function of this module.
pub(crate) enum Failed {
    /// An error of the core.
    Core(Error),
    /// An exception that Python raised, passed on.
    Python(PyErr),
}

/// A result that becomes a Python exception at the FFI boundary.
pub(crate) type Fallible<T> = Result<T, Failed>;

impl Failed {
    /// The same, with more said about an error of the core.
    pub(crate) fn map(self, change: impl FnOnce(Error) -> Error) -> Self {
        match self {
            Self::Core(error) => Self::Core(change(error)),
            Self::Python(error) => Self::Python(error),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failed {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Failed> for PyErr {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Python(error) => error,
            Failed::Core(error) => Python::attach(|py| to_exception(py, &error).unwrap_or_else(|error| error)),
        }
    }
}

/// The exception of an error. What makes it is looked up each time: its module may have been loaded again.
pub(crate) fn to_exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let details = error.details();
    let build = py.import("airudder._errors")?.getattr("build")?;
    let fields = PyDict::new(py);
    fields.set_item("text", error.to_string())?;
    fields.set_item("message", &details.message)?;
    fields.set_item("remedy", details.code.remedy())?;
    fields.set_item("operation", &details.operation)?;
    fields.set_item("http_status", details.http_status)?;
    fields.set_item("api_code", details.api_code)?;
    fields.set_item("api_message", &details.api_message)?;
    fields.set_item("request_id", &details.request_id)?;
    fields.set_item("pointer", &details.pointer)?;
    let retry_after_ms = match details.retry {
        RetryAdvice::AfterMs(ms) => Some(ms),
        _ => None,
    };
    fields.set_item("retry_after_ms", retry_after_ms)?;
    fields.set_item("outcome", details.outcome.map(airudder_core::Outcome::as_str))?;
    Ok(PyErr::from_value(build.call1((details.code.number(), fields))?))
}

/// A lock that a panic poisoned: nothing here panics, so this is only for completeness.
pub(crate) fn poisoned<T>(_: T) -> Failed {
    Failed::Python(PyRuntimeError::new_err("the library's state was damaged by an earlier error"))
}

/// Number, name, cause and remedy of every error code.
#[pyfunction]
pub(crate) fn error_codes() -> Vec<(u16, &'static str, &'static str, &'static str)> {
    ErrorCode::ALL.iter().map(|code| (code.number(), code.name(), code.cause(), code.remedy())).collect()
}
