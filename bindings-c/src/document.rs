//! JSON that is read and built by JSON pointer (RFC 6901), so that the caller needs no JSON library.

use std::{borrow::Cow, collections::BTreeMap};

use airudder_core::{Error, ErrorCode, json};
use serde::{
    Serialize, Serializer,
    de::IgnoredAny,
    ser::{Error as _, SerializeMap, SerializeSeq},
};
use serde_json::{Number, value::RawValue};

use crate::{
    ffi::argument,
    text::{Terminated, airudder_text},
};

/// The readers stop at 128 levels.
const DEEPEST: usize = 100;
const TOO_DEEP: usize = 128;

/// A JSON value whose texts are ready for C.
#[derive(Clone)]
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

/// A JSON text that is parsed when something is first asked of it.
pub(crate) struct Document {
    text: Terminated,
    root: Option<Node>,
    /// The texts of the parts that were asked for.
    parts: BTreeMap<String, Terminated>,
}

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
        let segments: Vec<_> = rest.split('/').take(DEEPEST + 1).map(unescape).collect();
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

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') { segment.replace("~1", "/").replace("~0", "~").into() } else { segment.into() }
}

/// Whether what is made for this part of a pointer is a list.
fn begins_list(segment: &str) -> bool {
    segment == "-" || index(segment).is_some()
}

/// The number of an element, as a pointer writes it.
fn index(segment: &str) -> Option<usize> {
    let plain = segment == "0" || !segment.starts_with('0');
    (plain && segment.bytes().all(|byte| byte.is_ascii_digit())).then(|| segment.parse().ok()).flatten()
}

impl Node {
    /// Reads JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let not_json = |why| Error::new(ErrorCode::InvalidJson, format!("this is not JSON: {why}"));
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
            // The error's own text may quote what it read.
            not_json(format!("the reader stopped at line {}, column {}", error.line(), error.column()))
        })?;
        let unreadable = || not_json(format!("a text in it is no Unicode, or it has {TOO_DEEP} levels"));
        read(&mut &*text, 1).ok_or_else(unreadable)
    }

    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Terminated::new(text))
    }

    /// A number, which must be finite.
    pub(crate) fn double(value: f64) -> Result<Self, Error> {
        let number = Number::from_f64(value).map(|number| Self::Number(number.to_string()));
        number.ok_or_else(|| argument("JSON has no infinity and no NaN"))
    }

    /// Writes JSON.
    pub(crate) fn json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))
    }

    /// What the pointer leads to.
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

    /// The same place with nothing else around it, with indices made 0, as JSON: what a check of this place
    /// alone needs. Beside it, the place's pointer with `-` replaced.
    pub(crate) fn alone(&self, pointer: &Pointer<'_>, value: &Self) -> Result<(String, Vec<String>), Error> {
        let mut segments = Vec::new();
        let (mut open, mut close) = (String::new(), Vec::new());
        let mut here = Some(self);
        for segment in &pointer.0 {
            let list = match here {
                Some(Self::Array(_)) => true,
                Some(Self::Object(_)) => false,
                _ => begins_list(segment),
            };
            let next = here.and_then(|node| node.child(segment));
            if list {
                open.push('[');
                close.push(']');
                let end = match here {
                    Some(Self::Array(elements)) => elements.len(),
                    _ => 0,
                };
                segments.push(if segment == "-" { end.to_string() } else { segment.to_string() });
            } else {
                open.push('{');
                open.push_str(&Self::text(segment).json()?);
                open.push(':');
                close.push('}');
                segments.push(segment.to_string());
            }
            here = next;
        }
        let json = open + &value.json()? + &close.iter().rev().collect::<String>();
        Ok((json, segments))
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
                            elements.push(Self::Null);
                            elements.last_mut()
                        }
                        Some(at) => elements.get_mut(at),
                        None => None,
                    }
                }
                Self::Object(fields) => {
                    let at = fields.iter().rposition(|(name, _)| name.bytes() == segment.as_bytes());
                    let at = at.unwrap_or_else(|| {
                        fields.push((Terminated::new(segment.as_ref()), Self::Null));
                        fields.len() - 1
                    });
                    fields.get_mut(at).map(|(_, value)| value)
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

/// The pointer of an error about a place that was checked alone, in the whole.
pub(crate) fn in_whole(alone: &str, place: &[String]) -> String {
    let parts: Vec<_> = alone.split('/').skip(1).map(unescape).collect();
    Pointer::write(parts.iter().enumerate().map(|(depth, part)| place.get(depth).map_or(part.as_ref(), String::as_str)))
}

impl Document {
    /// Takes a text over, which need not be JSON until it is asked for something.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: Terminated::new(text.into()), root: None, parts: BTreeMap::new() }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> airudder_text {
        self.text.view()
    }

    /// What the pointer leads to.
    pub(crate) fn get(&mut self, pointer: &str) -> Result<&Node, Error> {
        if self.root.is_none() {
            self.root = Some(Node::parse(&whole_pairs(&String::from_utf8_lossy(self.text.bytes())))?);
        }
        self.root.as_ref().unwrap_or(&Node::Null).get(pointer)
    }

    /// The JSON text of what the pointer leads to. It is kept, so asking again costs nothing.
    pub(crate) fn json(&mut self, pointer: &str) -> Result<airudder_text, Error> {
        if let Some(part) = self.parts.get(pointer) {
            return Ok(part.view());
        }
        let part = Terminated::new(self.get(pointer)?.json()?);
        Ok(self.parts.entry(pointer.to_owned()).or_insert(part).view())
    }
}

/// JSON with U+FFFD for each half of a surrogate pair whose other half is missing: a text that was cut inside an emoji
/// must not take the rest of the document with it.
fn whole_pairs(json: &str) -> Cow<'_, str> {
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

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => {
                serde_json::from_str::<&RawValue>(number).map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::Text(text) => serializer.serialize_str(&String::from_utf8_lossy(text.bytes())),
            Self::Array(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                elements.iter().try_for_each(|element| list.serialize_element(element))?;
                list.end()
            }
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                fields
                    .iter()
                    .try_for_each(|(name, value)| map.serialize_entry(&String::from_utf8_lossy(name.bytes()), value))?;
                map.end()
            }
        }
    }
}

/// Reads a value off the front of a text that is known to be JSON.
fn read(rest: &mut &str, depth: usize) -> Option<Node> {
    *rest = rest.trim_start();
    match rest.bytes().next()? {
        b'[' | b'{' if depth >= TOO_DEEP => None,
        b'[' => {
            let mut elements = Vec::new();
            each(rest, |rest| {
                elements.push(read(rest, depth + 1)?);
                Some(())
            })?;
            Some(Node::Array(elements))
        }
        b'{' => {
            let mut fields = Vec::new();
            each(rest, |rest| {
                let name = read_text(rest)?;
                *rest = rest.trim_start().strip_prefix(':')?;
                fields.push((name, read(rest, depth + 1)?));
                Some(())
            })?;
            Some(Node::Object(fields))
        }
        b'"' => read_text(rest).map(Node::Text),
        _ => {
            let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
            Some(match take(rest, end)? {
                "null" => Node::Null,
                "true" => Node::Bool(true),
                "false" => Node::Bool(false),
                number => Node::Number(number.to_owned()),
            })
        }
    }
}

/// Reads what is between brackets.
fn each(rest: &mut &str, mut one: impl FnMut(&mut &str) -> Option<()>) -> Option<()> {
    take(rest, 1)?;
    *rest = rest.trim_start();
    if rest.starts_with([']', '}']) {
        return take(rest, 1).map(|_| ());
    }
    loop {
        *rest = rest.trim_start();
        one(rest)?;
        *rest = rest.trim_start();
        if take(rest, 1)? != "," {
            return Some(());
        }
    }
}

fn read_text(rest: &mut &str) -> Option<Terminated> {
    serde_json::from_str::<String>(take(rest, json::string_length(rest))?).ok().map(Terminated::new)
}

fn take<'t>(rest: &mut &'t str, len: usize) -> Option<&'t str> {
    let (front, back) = rest.split_at_checked(len)?;
    *rest = back;
    Some(front)
}
