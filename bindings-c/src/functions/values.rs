//! Values

use std::ffi::c_int;

use airudder_core::{Error, ErrorCode};

use crate::{
    ffi::pointers::Text,
    objects::{
        answer::{Out, output},
        document::Document,
        node::Node,
    },
    types::{text::airudder_text, values::airudder_type},
};

/// A value to set, and where; the error of a bad one names the place.
pub(crate) fn given(pointer: Text<'_>, value: impl FnOnce() -> Result<Node, Error>) -> Result<(&str, Node), Error> {
    let pointer = pointer.get("pointer")?;
    Ok((pointer, value().map_err(|error| error.at(pointer))?))
}

/// A text.
pub(crate) fn text(from: &mut Document, pointer: Text<'_>, value: Out<'_, airudder_text>) -> Result<(), Error> {
    read(from, pointer, value, airudder_text::NONE, "a text", |node| match node {
        Node::Text(text) => Some(text.view()),
        _ => None,
    })
}

/// A whole number of 64 bits.
pub(crate) fn int(from: &mut Document, pointer: Text<'_>, value: Out<'_, i64>) -> Result<(), Error> {
    read(from, pointer, value, 0, "a whole number of 64 bits", |node| match node {
        Node::Number(number) => number.parse().ok(),
        _ => None,
    })
}

/// A number.
pub(crate) fn double(from: &mut Document, pointer: Text<'_>, value: Out<'_, f64>) -> Result<(), Error> {
    read(from, pointer, value, 0.0, "a number", |node| match node {
        // What is beyond a double becomes infinite.
        Node::Number(number) => number.parse().ok().filter(|value: &f64| value.is_finite()),
        _ => None,
    })
}

/// true or false.
pub(crate) fn bool(from: &mut Document, pointer: Text<'_>, value: Out<'_, c_int>) -> Result<(), Error> {
    read(from, pointer, value, 0, "true or false", |node| match node {
        Node::Bool(value) => Some((*value).into()),
        _ => None,
    })
}

/// The number of elements or fields.
pub(crate) fn count(from: &mut Document, pointer: Text<'_>, value: Out<'_, usize>) -> Result<(), Error> {
    read(from, pointer, value, 0, "a list or an object", |node| match node {
        Node::Array(elements) => Some(elements.len()),
        Node::Object(fields) => Some(fields.len()),
        _ => None,
    })
}

/// The name of a field.
pub(crate) fn name(
    from: &mut Document,
    pointer: Text<'_>,
    index: usize,
    value: Out<'_, airudder_text>,
) -> Result<(), Error> {
    read(from, pointer, value, airudder_text::NONE, "an object with so many fields", |node| match node {
        Node::Object(fields) => fields.get(index).map(|(name, _)| name.view()),
        _ => None,
    })
}

/// The type.
pub(crate) fn kind(from: &mut Document, pointer: Text<'_>, value: Out<'_, airudder_type>) -> Result<(), Error> {
    let value = output(value, "value", airudder_type::AIRUDDER_TYPE_NONE)?;
    *value = match from.get(pointer.get("pointer")?) {
        Ok(Node::Null) => airudder_type::AIRUDDER_TYPE_NULL,
        Ok(Node::Bool(_)) => airudder_type::AIRUDDER_TYPE_BOOL,
        Ok(Node::Number(_)) => airudder_type::AIRUDDER_TYPE_NUMBER,
        Ok(Node::Text(_)) => airudder_type::AIRUDDER_TYPE_STRING,
        Ok(Node::Array(_)) => airudder_type::AIRUDDER_TYPE_ARRAY,
        Ok(Node::Object(_)) => airudder_type::AIRUDDER_TYPE_OBJECT,
        Err(error) if error.code() == ErrorCode::NoValue => airudder_type::AIRUDDER_TYPE_NONE,
        Err(error) => return Err(error),
    };
    Ok(())
}

/// The JSON text.
pub(crate) fn json(from: &mut Document, pointer: Text<'_>, value: Out<'_, airudder_text>) -> Result<(), Error> {
    let value = output(value, "value", airudder_text::NONE)?;
    *value = from.json(pointer.get("pointer")?)?;
    Ok(())
}

fn read<T>(
    from: &mut Document,
    pointer: Text<'_>,
    value: Out<'_, T>,
    failed: T,
    expected: &str,
    convert: impl FnOnce(&Node) -> Option<T>,
) -> Result<(), Error> {
    let value = output(value, "value", failed)?;
    let pointer = pointer.get("pointer")?;
    let wrong = || Error::new(ErrorCode::WrongType, format!("this is not {expected}")).at(pointer);
    *value = convert(from.get(pointer)?).ok_or_else(wrong)?;
    Ok(())
}
