//! JSON values that are read and built by JSON pointer (RFC 6901), so that the caller needs no JSON library.
//!
//! Nothing here calls itself for what is nested: the caller's thread may have a small stack.

use std::{borrow::Cow, mem, slice};

use airudder_core::{
    Error, ErrorCode,
    json::{self, rules::Rule},
};
use serde_json::Number;

use crate::ffi::{
    memory::{self, Sink},
    pointers::argument,
    terminated::Terminated,
};

/// The longest pointer, in parts.
const DEEPEST: usize = 100;

/// A JSON value whose texts are ready for C.
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// As it was written, since it may fit no type of C.
    Number(String),
    Text(Terminated),
    Array(Vec<Node>),
    Object(Vec<(Terminated, Node)>),
}

/// A JSON pointer, taken apart.
pub(crate) struct Pointer<'a>(Vec<Cow<'a, str>>);

impl<'a> Pointer<'a> {
    /// Takes a pointer apart.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Error> {
        let Some(rest) = text.strip_prefix('/') else {
            let why = "a JSON pointer begins with /, as in /details/0/callee; the empty one is the whole";
            return if text.is_empty() { Ok(Self(Vec::new())) } else { Err(argument(why)) };
        };
        // Left as it is, a stray ~ would name another field than its writer meant.
        if rest.split('~').skip(1).any(|behind| !behind.starts_with(['0', '1'])) {
            return Err(argument("in a JSON pointer a ~ is written ~0, and a / in a name ~1"));
        }
        let segments: Vec<_> = rest.split('/').take(DEEPEST + 1).map(json::read_segment).collect();
        if segments.len() > DEEPEST {
            return Err(argument(format!("a JSON pointer has at most {DEEPEST} parts")));
        }
        Ok(Self(segments))
    }

    fn write<'s>(segments: impl IntoIterator<Item = &'s str>) -> String {
        let mut pointer = String::new();
        segments.into_iter().for_each(|segment| json::push_segment(&mut pointer, segment));
        pointer
    }
}

/// Returns whether what is made for this part of a pointer is a list.
fn begins_list(segment: &str) -> bool {
    segment == "-" || index(segment).is_some()
}

/// Returns whether this part of a pointer names an element of what is there, or would be made.
fn is_list(here: Option<&Node>, segment: &str) -> bool {
    match here {
        Some(Node::Array(_)) => true,
        Some(Node::Object(_)) => false,
        _ => begins_list(segment),
    }
}

/// The number of an element, as a pointer writes it.
fn index(segment: &str) -> Option<usize> {
    let plain = segment == "0" || !segment.starts_with('0');
    (plain && segment.bytes().all(|byte| byte.is_ascii_digit())).then(|| segment.parse().ok()).flatten()
}

impl Node {
    /// A text.
    pub(crate) fn text(text: &str) -> Result<Self, Error> {
        Terminated::copy(text).map(Self::Text)
    }

    /// A number, which must be finite.
    pub(crate) fn double(value: f64) -> Result<Self, Error> {
        let number = Number::from_f64(value).map(|number| Self::Number(number.to_string()));
        number.ok_or_else(|| argument("JSON has no infinity and no NaN"))
    }

    /// Writes JSON.
    pub(crate) fn json(&self) -> Result<String, Error> {
        let mut out = Sink::default();
        self.write(&mut out)?;
        out.text()
    }

    fn write(&self, out: &mut Sink) -> Result<(), Error> {
        let mut open = Vec::new();
        let mut next = Some(self);
        while let Some(node) = next {
            match node {
                Self::Null => out.put(b"null")?,
                Self::Bool(true) => out.put(b"true")?,
                Self::Bool(false) => out.put(b"false")?,
                Self::Number(number) => out.put(number.as_bytes())?,
                Self::Text(text) => out.put_string(&text.text())?,
                Self::Array(elements) => {
                    out.put(b"[")?;
                    memory::push(&mut open, Rest { first: true, inside: Inside::Array(elements.iter()) })?;
                }
                Self::Object(fields) => {
                    out.put(b"{")?;
                    memory::push(&mut open, Rest { first: true, inside: Inside::Object(fields.iter()) })?;
                }
            }
            next = None;
            while next.is_none()
                && let Some(rest) = open.last_mut()
            {
                next = rest.next(out)?;
                if next.is_none() {
                    open.pop();
                }
            }
        }
        Ok(())
    }

    /// The value that the pointer leads to.
    pub(crate) fn get(&self, pointer: &str) -> Result<&Self, Error> {
        let nothing = || Error::new(ErrorCode::NoValue, "there is nothing at this JSON pointer").at(pointer);
        Pointer::parse(pointer)?.0.iter().try_fold(self, |node, segment| node.child(segment)).ok_or_else(nothing)
    }

    fn child(&self, segment: &str) -> Option<&Self> {
        match self {
            Self::Array(elements) => elements.get(index(segment)?),
            // Of fields with the same name the last one counts, as for other readers.
            Self::Object(fields) => {
                fields.iter().rev().find(|(name, _)| name.bytes() == segment.as_bytes()).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Returns whether the place surely takes a text by the rule of the whole, so that nothing more needs to be looked at.
    pub(crate) fn takes_text(&self, pointer: &Pointer<'_>, value: &Self, rule: Rule) -> bool {
        let Self::Text(text) = value else { return false };
        let (mut here, mut rule) = (Some(self), Some(rule));
        for segment in &pointer.0 {
            rule = if is_list(here, segment) {
                rule.and_then(|rule| rule.list().ok().map(|list| list.each))
            } else {
                rule.and_then(|rule| rule.field(segment))
            };
            here = here.and_then(|node| node.child(segment));
        }
        rule.is_some_and(|rule| rule.check_text(&text.text()).is_ok())
    }

    /// The same place with nothing else around it, with indices made 0, as JSON: what a check of this place
    /// alone needs. Beside it, the place's pointer with `-` replaced.
    pub(crate) fn alone(&self, pointer: &Pointer<'_>, value: &Self) -> Result<(String, Vec<String>), Error> {
        let mut segments = Vec::new();
        let (mut json, mut close) = (Sink::default(), Vec::new());
        let mut here = Some(self);
        for segment in &pointer.0 {
            let next = here.and_then(|node| node.child(segment));
            if is_list(here, segment) {
                json.put(b"[")?;
                close.push(b']');
                let end = match here {
                    Some(Self::Array(elements)) => elements.len(),
                    _ => 0,
                };
                segments.push(if segment == "-" { end.to_string() } else { segment.to_string() });
            } else {
                json.put(b"{")?;
                json.put_string(segment)?;
                json.put(b":")?;
                close.push(b'}');
                segments.push(segment.to_string());
            }
            here = next;
        }
        value.write(&mut json)?;
        close.reverse();
        json.put(&close)?;
        Ok((json.text()?, segments))
    }

    /// Puts the value there. Objects and lists on the way are made; a list takes its next element at its
    /// length, or at `-`.
    pub(crate) fn set(&mut self, pointer: &Pointer<'_>, value: Self) -> Result<(), Error> {
        let mut here = self;
        for (depth, segment) in pointer.0.iter().enumerate() {
            if matches!(here, Self::Null) {
                *here = if begins_list(segment) { Self::Array(Vec::new()) } else { Self::Object(Vec::new()) };
            }
            let place = match here {
                Self::Array(elements) => {
                    let at = if segment == "-" { Some(elements.len()) } else { index(segment) };
                    match at {
                        Some(at) if at == elements.len() => {
                            memory::push(elements, Self::Null)?;
                            elements.last_mut()
                        }
                        Some(at) => elements.get_mut(at),
                        None => None,
                    }
                }
                Self::Object(fields) => {
                    let at = fields.iter().rposition(|(name, _)| name.bytes() == segment.as_bytes());
                    let field = if let Some(at) = at {
                        fields.get_mut(at)
                    } else {
                        memory::push(fields, (Terminated::copy(segment.as_ref())?, Self::Null))?;
                        fields.last_mut()
                    };
                    field.map(|(_, value)| value)
                }
                _ => None,
            };
            here = place.ok_or_else(|| {
                let why = "nothing can be put here: a list takes the number of an element, its length or -; other values have no parts";
                argument(why).at(Pointer::write(pointer.0.iter().take(depth + 1).map(AsRef::as_ref)))
            })?;
        }
        *here = value;
        Ok(())
    }
}

/// Takes what is nested apart, level by level.
impl Drop for Node {
    fn drop(&mut self) {
        if !self.has_parts() {
            return;
        }
        let mut open = vec![mem::replace(self, Self::Null)];
        while let Some(node) = open.last_mut() {
            match node.pop() {
                Some(part) if part.has_parts() => open.push(part),
                Some(_) => {}
                None => drop(open.pop()),
            }
        }
    }
}

impl Node {
    fn has_parts(&self) -> bool {
        match self {
            Self::Array(elements) => !elements.is_empty(),
            Self::Object(fields) => !fields.is_empty(),
            _ => false,
        }
    }

    /// Takes the last part out.
    fn pop(&mut self) -> Option<Self> {
        match self {
            Self::Array(elements) => elements.pop(),
            Self::Object(fields) => fields.pop().map(|(_, value)| value),
            _ => None,
        }
    }
}

/// The part of a list or an object that is still to be written.
struct Rest<'a> {
    first: bool,
    inside: Inside<'a>,
}

enum Inside<'a> {
    Array(slice::Iter<'a, Node>),
    Object(slice::Iter<'a, (Terminated, Node)>),
}

impl<'a> Rest<'a> {
    /// Writes what stands before the next value, or the end.
    fn next(&mut self, out: &mut Sink) -> Result<Option<&'a Node>, Error> {
        let comma: &[u8] = if mem::take(&mut self.first) { b"" } else { b"," };
        match &mut self.inside {
            Inside::Array(elements) => {
                let next = elements.next();
                out.put(if next.is_some() { comma } else { b"]" })?;
                Ok(next)
            }
            Inside::Object(fields) => {
                let Some((name, value)) = fields.next() else {
                    out.put(b"}")?;
                    return Ok(None);
                };
                out.put(comma)?;
                out.put_string(&name.text())?;
                out.put(b":")?;
                Ok(Some(value))
            }
        }
    }
}

/// The pointer of an error about a place that was checked alone, in the whole.
pub(crate) fn in_whole(alone: &str, place: &[String]) -> String {
    let parts: Vec<_> = alone.split('/').skip(1).map(json::read_segment).collect();
    Pointer::write(parts.iter().enumerate().map(|(depth, part)| place.get(depth).map_or(part.as_ref(), String::as_str)))
}
