//! Settings from Python: seconds become milliseconds, and a wrong setting becomes an error that names it.

use airudder_core::{CallOptions, Error, ErrorCode, Headers};
use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::errors::Fallible;

const NAMES: &str = "timeout, deadline, max_retries, strict, base_url, headers";

/// Half a century: longer time-outs are mistakes, and still fit into every type.
const MAX_SECONDS: f64 = 1.6e9;

/// Seconds as milliseconds, at least 1.
pub(crate) fn millis(seconds: f64, name: &str) -> Result<u64, Error> {
    if !(seconds > 0.0 && seconds < MAX_SECONDS) {
        return Err(invalid(name, format!("{name} is a number of seconds, more than 0")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    Ok(((seconds * 1000.0) as u64).max(1))
}

/// The dict `CallOptions` of `airudder._types`.
pub(crate) fn call_options(options: Option<&Bound<'_, PyDict>>, seed: u64) -> Fallible<CallOptions> {
    let mut call = CallOptions { seed, ..CallOptions::default() };
    for (name, value) in options.iter().flat_map(|options| options.iter()) {
        let name = name.extract::<String>().unwrap_or_default();
        if value.is_none() {
            continue;
        }
        match name.as_str() {
            "timeout" => call.timeout_ms = Some(millis(typed(&value, &name, "a number of seconds")?, &name)?),
            "deadline" => call.deadline_ms = Some(millis(typed(&value, &name, "a number of seconds")?, &name)?),
            "max_retries" => call.max_retries = Some(typed(&value, &name, "a whole number from 0")?),
            "strict" => call.strict = Some(typed(&value, &name, "True or False")?),
            "base_url" => call.base_url = Some(typed(&value, &name, "a str")?),
            "headers" => call.headers = headers(&value)?,
            _ => return Err(invalid(&name, format!("there is no option `{name}`; there are {NAMES}")).into()),
        }
    }
    Ok(call)
}

fn typed<'py, T: for<'a> FromPyObject<'a, 'py>>(value: &Bound<'py, PyAny>, name: &str, what: &str) -> Result<T, Error> {
    value.extract::<T>().map_err(|_| invalid(name, format!("{name} is {what}")))
}

fn headers(value: &Bound<'_, PyAny>) -> Result<Headers, Error> {
    let bad = || invalid("headers", "headers is a dict of str to str");
    let dict = value.cast::<PyDict>().map_err(|_| bad())?;
    let mut headers = Headers::new();
    for (name, value) in dict.iter() {
        match (name.cast::<PyString>(), value.cast::<PyString>()) {
            (Ok(name), Ok(value)) => headers.set(name.to_string(), value.to_string()),
            _ => return Err(bad()),
        }
    }
    Ok(headers)
}

/// An error about one setting.
pub(crate) fn invalid(name: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidConfig, message).at(format!("/{name}"))
}
