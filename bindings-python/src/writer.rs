//! From Python objects to JSON text, in one pass that checks them by the operation's rules and makes no tree.

use std::fmt::Write;

use airudder_core::{
    Error, ErrorCode,
    json::{
        plain_length, push_segment,
        rules::{Broken, Rule, Seen},
    },
};
use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple},
};

use crate::errors::{Failed, Fallible};

/// The depth at which the core's own reader stops, too.
const MAX_DEPTH: usize = 128;

/// Where in the object the writer is. A list through the stack: it costs nothing until an error needs it.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root(&'a str),
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root(prefix) => (*prefix).to_owned(),
            Self::Key(parent, key) => {
                let mut pointer = parent.pointer();
                push_segment(&mut pointer, key);
                pointer
            }
            Self::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }

    fn fail<T>(&self, code: ErrorCode, message: impl Into<String>) -> Fallible<T> {
        Err(Failed::Core(Error::new(code, message).at(self.pointer())))
    }

    /// Passes on what keeps its rule.
    #[inline]
    fn keep<T>(&self, checked: Result<T, Broken>) -> Fallible<T> {
        match checked {
            Ok(value) => Ok(value),
            Err(broken) => self.refuse(broken),
        }
    }

    #[cold]
    fn refuse<T>(&self, broken: Broken) -> Fallible<T> {
        let code = ErrorCode::from(broken.kind);
        match &broken.field {
            Some(name) => Place::Key(self, name).fail(code, broken.message),
            None => self.fail(code, broken.message),
        }
    }
}

/// The JSON text of a Python object that keeps a rule. `prefix` begins the JSON pointer of an error.
pub(crate) fn write(object: &Bound<'_, PyAny>, rule: &Rule, prefix: &str) -> Fallible<String> {
    let mut out = String::with_capacity(256);
    write_value(object, rule, &mut out, 0, &Place::Root(prefix))?;
    Ok(out)
}

fn write_value(
    object: &Bound<'_, PyAny>,
    rule: &Rule,
    out: &mut String,
    depth: usize,
    place: &Place<'_>,
) -> Fallible<()> {
    // Most values are of these two types themselves, which is told faster than that they are of a class of theirs.
    if let Ok(text) = object.cast_exact::<PyString>() {
        write_text(text, rule, out, place)
    } else if let Ok(dict) = object.cast_exact::<PyDict>() {
        write_dict(dict, rule, out, depth, place)
    } else if let Ok(text) = object.cast::<PyString>() {
        write_text(text, rule, out, place)
    } else if let Ok(dict) = object.cast::<PyDict>() {
        write_dict(dict, rule, out, depth, place)
    } else if let Ok(list) = object.cast::<PyList>() {
        write_array(list.iter(), rule, out, depth, place)
    } else if let Ok(truth) = object.cast::<PyBool>() {
        place.keep(rule.check_other("boolean"))?;
        out.push_str(if truth.is_true() { "true" } else { "false" });
        Ok(())
    } else if let Ok(integer) = object.cast::<PyInt>() {
        write_integer(integer, rule, out, place)
    } else if let Ok(float) = object.cast::<PyFloat>() {
        place.keep(rule.check_other("floating point"))?;
        write_float(float.value(), out, place)
    } else if object.is_none() {
        place.keep(rule.check_other("null"))?;
        out.push_str("null");
        Ok(())
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        write_array(tuple.iter(), rule, out, depth, place)
    } else if let Ok(mapping) = object.cast::<PyMapping>() {
        let dict = PyDict::new(object.py());
        dict.update(mapping)?;
        write_dict(&dict, rule, out, depth, place)
    } else {
        not_json(object, place)
    }
}

fn deeper(depth: usize, place: &Place<'_>) -> Fallible<usize> {
    if depth == MAX_DEPTH {
        return place.fail(
            ErrorCode::InvalidValue,
            format!("the object is nested more than {MAX_DEPTH} levels deep, or contains itself"),
        );
    }
    Ok(depth + 1)
}

fn write_dict(
    dict: &Bound<'_, PyDict>,
    rule: &Rule,
    out: &mut String,
    depth: usize,
    place: &Place<'_>,
) -> Fallible<()> {
    let fields = place.keep(rule.fields())?;
    let depth = deeper(depth, place)?;
    let mut seen = Seen::default();
    let count = dict.len();
    let mut items = dict.iter();
    out.push('{');
    for index in 0..count {
        // The iterator of a dict that changed its size would panic. Only another thread's or a finalizer's code can do it.
        if dict.len() != count {
            return place.fail(ErrorCode::InvalidValue, "the dict was changed while it was read");
        }
        let Some((key, value)) = items.next() else { break };
        let Ok(key) = key.cast::<PyString>() else {
            return place.fail(ErrorCode::WrongType, "a dict has a key that is not a str: JSON has only text keys");
        };
        if index > 0 {
            out.push(',');
        }
        let Ok(name) = key.to_str() else { return lone_surrogate(place) };
        let (rule, nullable) = place.keep(fields.next(name, &mut seen))?;
        write_quoted(name, out);
        out.push(':');
        if nullable && value.is_none() {
            seen.note_null();
            out.push_str("null");
        } else {
            write_value(&value, rule, out, depth, &Place::Key(place, name))?;
        }
    }
    place.keep(fields.end(seen))?;
    out.push('}');
    Ok(())
}

fn write_array<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    rule: &Rule,
    out: &mut String,
    depth: usize,
    place: &Place<'_>,
) -> Fallible<()> {
    let list = place.keep(rule.list())?;
    let depth = deeper(depth, place)?;
    out.push('[');
    for (index, item) in items.enumerate() {
        place.keep(list.check_length(index + 1))?;
        if index > 0 {
            out.push(',');
        }
        write_value(&item, &list.each, out, depth, &Place::Index(place, index))?;
    }
    out.push(']');
    Ok(())
}

fn write_text(text: &Bound<'_, PyString>, rule: &Rule, out: &mut String, place: &Place<'_>) -> Fallible<()> {
    let Ok(text) = text.to_str() else { return lone_surrogate(place) };
    place.keep(rule.check_text(text))?;
    write_quoted(text, out);
    Ok(())
}

fn write_quoted(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    loop {
        let (clean, tail) = rest.split_at(plain_length(rest.as_bytes()));
        out.push_str(clean);
        if tail.is_empty() {
            break;
        }
        let mut tail = tail.chars();
        match tail.next() {
            Some('\n') => out.push_str("\\n"),
            Some('\t') => out.push_str("\\t"),
            Some(special @ ('"' | '\\')) => out.extend(['\\', special]),
            Some(control) => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = tail.as_str();
    }
    out.push('"');
}

fn lone_surrogate<T>(place: &Place<'_>) -> Fallible<T> {
    place.fail(
        ErrorCode::InvalidValue,
        "a text holds half of a surrogate pair, which is no character: it was probably decoded with `surrogateescape`",
    )
}

fn write_integer(integer: &Bound<'_, PyInt>, rule: &Rule, out: &mut String, place: &Place<'_>) -> Fallible<()> {
    let small = integer.extract::<i64>().ok();
    place.keep(rule.check_integer(small))?;
    if let Some(small) = small {
        let _ = write!(out, "{small}");
        return Ok(());
    }
    // `int.__repr__` itself, since a subclass may have another (an `IntEnum` shows its name).
    let text = integer.py().get_type::<PyInt>().call_method1("__repr__", (integer,));
    let Ok(text) = text.and_then(|text| text.extract::<String>()) else {
        return place.fail(ErrorCode::InvalidValue, "an integer has more digits than Python writes");
    };
    out.push_str(&text);
    Ok(())
}

fn write_float(float: f64, out: &mut String, place: &Place<'_>) -> Fallible<()> {
    if !float.is_finite() {
        return place.fail(ErrorCode::InvalidValue, "JSON has neither NaN nor infinity");
    }
    let _ = write!(out, "{float:?}");
    Ok(())
}

fn not_json(object: &Bound<'_, PyAny>, place: &Place<'_>) -> Fallible<()> {
    let name = object.get_type().name().and_then(|name| name.extract::<String>()).unwrap_or_default();
    let remedy = match name.as_str() {
        "datetime" => "; write the time as text with its zone, for instance 2026-12-01 18:00:00+08:00",
        "date" | "time" => "; write it as text",
        "bytes" | "bytearray" | "memoryview" => "; decode it to str",
        "Decimal" | "UUID" => "; pass str(value)",
        "set" | "frozenset" | "generator" | "dict_keys" | "dict_values" => "; pass a list",
        _ => "; JSON has dict, list, tuple, str, int, float, bool and None",
    };
    place.fail(ErrorCode::WrongType, format!("a value of type `{name}` cannot be written as JSON{remedy}"))
}

/// The JSON text of an object, as the calls write it.
#[pyfunction]
#[pyo3(signature = (object, /))]
pub(crate) fn to_json(object: &Bound<'_, PyAny>) -> Fallible<String> {
    write(object, &Rule::Any, "")
}
