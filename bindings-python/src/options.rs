//! Settings from Python: seconds become milliseconds, and a wrong setting becomes an error that names it.

use std::path::PathBuf;

use airudder_core::{CallOptions, Error, ErrorCode, Headers};
use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyString},
};

use crate::errors::Fallible;

const NAMES: &str = "timeout, deadline, max_retries, strict, base_url, headers, save_to";

/// Half a century: longer time-outs are mistakes, and still fit into every type.
const MAX_SECONDS: f64 = 1.6e9;

pub(crate) const TEXT: &str = "a str, without lone surrogates";
pub(crate) const COUNT: &str = "a whole number, not negative";
pub(crate) const SWITCH: &str = "True or False";

/// Seconds as milliseconds, at least 1.
pub(crate) fn millis(value: &Bound<'_, PyAny>, name: &str) -> Result<u64, Error> {
    let seconds: f64 = typed(value, name, "a number of seconds, more than 0")?;
    if !(seconds > 0.0 && seconds < MAX_SECONDS) {
        return Err(invalid(name, format!("{name} is a number of seconds, more than 0")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    Ok(((seconds * 1000.0) as u64).max(1))
}

/// Seconds as milliseconds, of which there may be none.
pub(crate) fn millis_or_none(value: &Bound<'_, PyAny>, name: &str) -> Result<u64, Error> {
    let seconds: f64 = typed(value, name, "a number of seconds, 0 or more")?;
    if seconds == 0.0 { Ok(0) } else { millis(value, name) }
}

/// The dict `CallOptions` of `airudder.types`.
pub(crate) fn call_options(options: Option<&Bound<'_, PyDict>>, seed: u64) -> Fallible<CallOptions> {
    let mut call = CallOptions { seed, ..CallOptions::default() };
    for (name, value) in options.iter().flat_map(|options| options.iter()) {
        let name = name.extract::<String>().unwrap_or_default();
        if value.is_none() {
            continue;
        }
        match name.as_str() {
            "timeout" => call.timeout_ms = Some(millis(&value, &name)?),
            "deadline" => call.deadline_ms = Some(millis(&value, &name)?),
            "max_retries" => call.max_retries = Some(typed(&value, &name, COUNT)?),
            "strict" => call.strict = Some(typed(&value, &name, SWITCH)?),
            "base_url" => call.base_url = Some(typed(&value, &name, TEXT)?),
            "headers" => call.headers = headers(&value)?,
            // Python saves files itself: only the type is looked at.
            "save_to" => drop(typed::<PathBuf>(&value, &name, "a path")?),
            _ => return Err(invalid(&name, format!("there is no option `{name}`; there are {NAMES}")).into()),
        }
    }
    Ok(call)
}

/// A value of the type that a setting has. To Python, `True` is a 1: nobody means that by it.
/// Python's own exception is dropped: it may hold the value, which may be secret.
pub(crate) fn typed<'py, T: for<'a> FromPyObject<'a, 'py>>(
    value: &Bound<'py, PyAny>,
    name: &str,
    what: &str,
) -> Result<T, Error> {
    let extracted = if value.is_instance_of::<PyBool>() && what != SWITCH { None } else { value.extract::<T>().ok() };
    extracted.ok_or_else(|| invalid(name, format!("{name} is {what}")))
}

/// The text of a setting that may be absent.
pub(crate) fn text(value: Option<&Bound<'_, PyAny>>, name: &str) -> Result<Option<String>, Error> {
    value.map(|value| typed(value, name, TEXT)).transpose()
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
