//! Reads JSON into nodes. Nothing here calls itself for what is nested.

use std::borrow::Cow;

use airudder_core::{Error, ErrorCode, json};
use serde::de::IgnoredAny;

use super::node::Node;
use crate::ffi::{memory, terminated::Terminated};

/// The depth at which the JSON readers of most languages stop.
const TOO_DEEP: usize = 128;

/// Reads JSON.
pub(crate) fn parse(text: &str) -> Result<Node, Error> {
    let not_json = |why| Error::new(ErrorCode::InvalidJson, format!("this is not JSON: {why}"));
    // For the reader's list of what is open.
    memory::room(text.len().saturating_mul(3))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        // The error's own text may quote what it read.
        not_json(format!("the reader stopped at line {}, column {}", error.line(), error.column()))
    })?;
    read(text)?.ok_or_else(|| not_json(format!("a text in it is no Unicode, or it has {TOO_DEEP} levels")))
}

/// JSON with U+FFFD for each half of a surrogate pair whose other half is missing: a text that was cut inside an emoji
/// must not take the rest of the document with it.
pub(crate) fn whole_pairs(json: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let here = at + next;
        at = match (unit(json, here), unit(json, here + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => here + 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.push_str(json.get(copied..here).unwrap_or_default());
                whole.push_str("\\ufffd");
                copied = here + 6;
                copied
            }
            _ => here + 2,
        };
    }
    if whole.is_empty() {
        return json.into();
    }
    (whole + json.get(copied..).unwrap_or_default()).into()
}

/// The UTF-16 unit that is escaped there.
fn unit(json: &str, at: usize) -> Option<u16> {
    u16::from_str_radix(json.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok()
}

/// Reads a text that is known to be JSON; `None` where it is nested too deeply, or a text in it is no Unicode.
fn read(mut text: &str) -> Result<Option<Node>, Error> {
    let rest = &mut text;
    let mut open = Vec::new();
    loop {
        let mut value = match first(rest) {
            Some(b'[' | b'{') if open.len() + 1 >= TOO_DEEP => return Ok(None),
            Some(bracket @ (b'[' | b'{')) => {
                take(rest, 1);
                let mut container = if bracket == b'[' { Node::Array(Vec::new()) } else { Node::Object(Vec::new()) };
                if !matches!(first(rest), Some(b']' | b'}')) {
                    if !read_name(rest, &mut container)? {
                        return Ok(None);
                    }
                    memory::push(&mut open, container)?;
                    continue;
                }
                take(rest, 1);
                container
            }
            Some(b'"') => match read_text(rest)? {
                Some(text) => Node::Text(text),
                None => return Ok(None),
            },
            _ => read_word(rest)?,
        };
        // The value is whole, and perhaps it is the last one of what it is in.
        loop {
            let Some(container) = open.last_mut() else { return Ok(Some(value)) };
            match container {
                Node::Array(elements) => memory::push(elements, value)?,
                Node::Object(fields) => {
                    if let Some((_, place)) = fields.last_mut() {
                        *place = value;
                    }
                }
                _ => {}
            }
            first(rest);
            if take(rest, 1) == "," {
                if !read_name(rest, container)? {
                    return Ok(None);
                }
                break;
            }
            value = open.pop().unwrap_or(Node::Null);
        }
    }
}

/// In an object, reads the name of the next field; false where it is no Unicode.
fn read_name(rest: &mut &str, container: &mut Node) -> Result<bool, Error> {
    if let Node::Object(fields) = container {
        first(rest);
        let Some(name) = read_text(rest)? else { return Ok(false) };
        first(rest);
        take(rest, 1);
        memory::push(fields, (name, Node::Null))?;
    }
    Ok(true)
}

fn read_text(rest: &mut &str) -> Result<Option<Terminated>, Error> {
    let quoted = take(rest, json::string_length(rest));
    match quoted.get(1..quoted.len().saturating_sub(1)) {
        Some(plain) if !plain.contains('\\') => Terminated::copy(plain).map(Some),
        _ => {
            memory::room(quoted.len().saturating_mul(3))?;
            serde_json::from_str::<String>(quoted).ok().map(Terminated::new).transpose()
        }
    }
}

fn read_word(rest: &mut &str) -> Result<Node, Error> {
    let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
    Ok(match take(rest, end) {
        "null" => Node::Null,
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        number => Node::Number(memory::text(number)?),
    })
}

/// The first byte behind white space.
fn first(rest: &mut &str) -> Option<u8> {
    *rest = rest.trim_start();
    rest.bytes().next()
}

/// Takes so many bytes off the front; nothing where there are less.
fn take<'t>(rest: &mut &'t str, len: usize) -> &'t str {
    let (front, back) = rest.split_at_checked(len).unwrap_or_default();
    *rest = back;
    front
}
