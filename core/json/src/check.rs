//! The check of a JSON text by rules, in one pass that keeps nothing.

use crate::{
    pointer::push_segment,
    rules::{Broken, Rule, Seen},
    scan::{self, Escapes},
    unescape,
};

/// The reason why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON text, or holds half of a surrogate pair where a text is read.
    Malformed,
    /// It breaks a rule, at this JSON pointer.
    Broken(Broken, String),
}

/// Checks that a text is one JSON value that keeps a rule. Of several faults it tells the first in the text; that a field is
/// missing shows at the end of its object.
pub fn check(text: &str, rule: &Rule) -> Result<(), Fault> {
    let mut reader = Reader { text, at: 0 };
    let found = reader.value(rule, false).and_then(|_| {
        reader.skip_space();
        if reader.at == text.len() { Ok(()) } else { Err(Stop::Malformed) }
    });
    match found {
        Ok(()) => Ok(()),
        Err(Stop::Malformed) => Err(Fault::Malformed),
        Err(Stop::Broken(broken, mut path)) => {
            path.reverse();
            let mut pointer = String::new();
            for segment in &path {
                push_segment(&mut pointer, segment);
            }
            Err(Fault::Broken(*broken, pointer))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

enum Stop {
    Malformed,
    /// With the way to the place, its last part first.
    Broken(Box<Broken>, Vec<String>),
}

type Read<T> = Result<T, Stop>;

impl From<Broken> for Stop {
    #[cold]
    fn from(mut broken: Broken) -> Self {
        let path = broken.field.take().into_iter().collect();
        Self::Broken(Box::new(broken), path)
    }
}

impl Stop {
    #[cold]
    fn within(mut self, segment: &dyn ToString) -> Self {
        if let Self::Broken(_, path) = &mut self {
            path.push(segment.to_string());
        }
        self
    }
}

/// What a JSON text has in this place.
#[inline]
fn found<T>(part: Option<T>) -> Read<T> {
    match part {
        Some(part) => Ok(part),
        None => Err(Stop::Malformed),
    }
}

impl<'a> Reader<'a> {
    /// Reads a value; returns whether it is a `null` that may stand there.
    ///
    /// It recurses as deeply as the rules do, and no further.
    fn value(&mut self, rule: &Rule, nullable: bool) -> Read<bool> {
        self.skip_space();
        match self.peek()? {
            _ if matches!(rule, Rule::Any) => self.anything()?,
            b'"' => self.text(rule)?,
            b'{' => self.object(rule)?,
            b'[' => self.array(rule)?,
            b'n' if nullable => {
                self.literal("null")?;
                return Ok(true);
            }
            b'n' => self.other(rule, "null", "null")?,
            b't' => self.other(rule, "true", "boolean")?,
            b'f' => self.other(rule, "false", "boolean")?,
            _ => self.number(rule)?,
        }
        Ok(false)
    }

    fn text(&mut self, rule: &Rule) -> Read<()> {
        let (written, escapes) = self.string()?;
        if escapes == Escapes::None {
            return Ok(rule.check_text(written)?);
        }
        Ok(rule.check_text(&found(unescape::decode(written))?)?)
    }

    fn object(&mut self, rule: &Rule) -> Read<()> {
        let fields = rule.fields()?;
        let mut seen = Seen::default();
        self.at += 1;
        self.skip_space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(fields.end(seen)?);
        }
        loop {
            let (written, escapes) = self.string()?;
            let decoded;
            let name = if escapes == Escapes::None {
                written
            } else {
                decoded = found(unescape::decode(written))?;
                &decoded
            };
            let (rule, nullable) = fields.next(name, &mut seen)?;
            self.skip_space();
            self.byte(b':')?;
            if self.value(rule, nullable).map_err(|stop| stop.within(&name))? {
                seen.note_null();
            }
            if self.is_last(b'}')? {
                return Ok(fields.end(seen)?);
            }
            self.skip_space();
        }
    }

    fn array(&mut self, rule: &Rule) -> Read<()> {
        let list = rule.list()?;
        self.at += 1;
        self.skip_space();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        let mut length = 0;
        loop {
            list.check_length(length + 1)?;
            self.value(&list.each, false).map_err(|stop| stop.within(&length))?;
            length += 1;
            if self.is_last(b']')? {
                return Ok(());
            }
        }
    }

    /// Reads what is behind an element; returns whether it was the last one.
    #[inline]
    fn is_last(&mut self, end: u8) -> Read<bool> {
        self.skip_space();
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Ok(false),
            _ if byte == end => Ok(true),
            _ => Err(Stop::Malformed),
        }
    }

    /// Reads a value of which nothing is asked, however deeply it is nested.
    fn anything(&mut self) -> Read<()> {
        let mut ends = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                open @ (b'{' | b'[') => {
                    let end = if open == b'{' { b'}' } else { b']' };
                    self.at += 1;
                    self.skip_space();
                    if self.peek()? != end {
                        ends.push(end);
                        self.any_name(end)?;
                        continue;
                    }
                    self.at += 1;
                }
                b'"' => drop(self.string()?),
                b'n' => self.literal("null")?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                _ => drop(self.digits()?),
            }
            loop {
                let Some(end) = ends.last().copied() else { return Ok(()) };
                if !self.is_last(end)? {
                    self.skip_space();
                    self.any_name(end)?;
                    break;
                }
                ends.pop();
            }
        }
    }

    /// Reads the name before the next value of something that ends so: in arrays there is none.
    fn any_name(&mut self, end: u8) -> Read<()> {
        if end == b'}' {
            self.string()?;
            self.skip_space();
            self.byte(b':')?;
        }
        Ok(())
    }

    fn other(&mut self, rule: &Rule, literal: &str, found: &str) -> Read<()> {
        self.literal(literal)?;
        Ok(rule.check_other(found)?)
    }

    fn number(&mut self, rule: &Rule) -> Read<()> {
        let written = self.digits()?;
        if written.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
            return Ok(rule.check_other("floating point")?);
        }
        Ok(rule.check_integer(written.parse().ok())?)
    }

    #[inline]
    fn string(&mut self) -> Read<(&'a str, Escapes)> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.first() != Some(&b'"') {
            return Err(Stop::Malformed);
        }
        let (length, escapes) = found(scan::string(rest))?;
        let written = found(self.text.get(self.at + 1..self.at + 1 + length))?;
        self.at += length + 2;
        Ok((written, escapes))
    }

    fn digits(&mut self) -> Read<&'a str> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (length, _) = found(scan::number(rest.as_bytes()))?;
        self.at += length;
        found(rest.get(..length))
    }

    fn literal(&mut self, literal: &str) -> Read<()> {
        if !self.text.get(self.at..).unwrap_or_default().starts_with(literal) {
            return Err(Stop::Malformed);
        }
        self.at += literal.len();
        Ok(())
    }

    #[inline]
    fn byte(&mut self, byte: u8) -> Read<()> {
        if self.peek()? != byte {
            return Err(Stop::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn peek(&self) -> Read<u8> {
        found(self.text.as_bytes().get(self.at).copied())
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}
