//! One text for all JSON texts that say the same: fields in order, no white space, one way to write a string.
//!
//! It is written in two passes. Neither recurses, and both are linear in the text, however deeply it is nested. The first
//! pass writes a draft with the fields as they come, and notes the objects that differ from it; the second one, where
//! there are such objects, copies the draft and writes them.

use std::{borrow::Cow, ops::Range};

use crate::json::string_length;

#[cfg(test)]
mod tests;

/// The canonical text of a text that was read as JSON before.
///
/// Numbers stay as they are written, since rounding them could make different ones equal. Of equal names the last one
/// counts. A string with an unpaired surrogate is no text and must not be lost: it stays as it is written, and so does
/// the whole of an object with such a name.
pub(crate) fn write(text: &str) -> String {
    let mut draft = Draft { source: text, ..Draft::default() };
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at + 1,
            b'"' => draft.string(at),
            b'{' | b'[' => draft.open(at, *byte == b'{'),
            b'}' | b']' => draft.close(at),
            b',' => draft.comma(at),
            b':' => draft.copy(at, at + 1),
            _ => draft.scalar(at),
        };
    }
    draft.finish()
}

/// What the first pass wrote. Its methods take a position in the source, and give the one behind what they read.
#[derive(Default)]
struct Draft<'a> {
    source: &'a str,
    text: String,
    /// The arrays and objects that are not closed yet.
    open: Vec<Open>,
    /// The fields so far of all open objects, the innermost one's last.
    fields: Vec<Field<'a>>,
    /// Whether the next string is the name of a field.
    expects_name: bool,
    differing: Vec<Differing>,
    /// The sorted fields of all objects in `differing`, as ranges of `text`.
    sorted: Vec<Range<usize>>,
}

/// An array or object that is not closed yet.
struct Open {
    is_object: bool,
    /// Where it begins in the source.
    source: usize,
    /// Where it begins in the draft.
    start: usize,
    /// Its first field in `Draft::fields`.
    first_field: usize,
    in_order: bool,
    has_unpaired_name: bool,
}

struct Field<'a> {
    name: Cow<'a, str>,
    /// `"name":value` in the draft.
    span: Range<usize>,
}

/// An object that must not be written as it stands in the draft.
struct Differing {
    span: Range<usize>,
    content: Content,
}

enum Content {
    /// These of `Draft::sorted`.
    Fields(Range<usize>),
    /// This part of the source, as it is.
    Source(Range<usize>),
}

/// A part of the draft that the second pass has to copy.
struct Piece {
    span: Range<usize>,
    behind_comma: bool,
}

impl<'a> Draft<'a> {
    fn open(&mut self, at: usize, is_object: bool) -> usize {
        self.open.push(Open {
            is_object,
            source: at,
            start: self.text.len(),
            first_field: self.fields.len(),
            in_order: true,
            has_unpaired_name: false,
        });
        self.expects_name = is_object;
        self.copy(at, at + 1)
    }

    fn comma(&mut self, at: usize) -> usize {
        self.end_field();
        self.expects_name = self.open.last().is_some_and(|open| open.is_object);
        self.copy(at, at + 1)
    }

    fn close(&mut self, at: usize) -> usize {
        self.end_field();
        self.expects_name = false;
        let next = self.copy(at, at + 1);
        let Some(open) = self.open.pop() else { return next };
        let fields = self.fields.drain(open.first_field..);
        let content = if open.has_unpaired_name {
            Content::Source(open.source..next)
        } else if open.in_order {
            return next;
        } else {
            let first = self.sorted.len();
            self.sorted.extend(sort(fields.collect()));
            Content::Fields(first..self.sorted.len())
        };
        self.differing.push(Differing { span: open.start..self.text.len(), content });
        next
    }

    /// Notes where the field ends, if any, whose value was read last.
    fn end_field(&mut self) {
        let Some(open) = self.open.last().filter(|open| open.is_object) else { return };
        if let Some(field) = self.fields.get_mut(open.first_field..).and_then(<[_]>::last_mut) {
            field.span.end = self.text.len();
        }
    }

    fn string(&mut self, at: usize) -> usize {
        let source = self.source.get(at..).unwrap_or_default();
        let (written, _) = source.split_at_checked(string_length(source)).unwrap_or((source, ""));
        let start = self.text.len();
        let string = read_string(written);
        match &string {
            Some(Cow::Owned(string)) => self.text.push_str(&write_string(string)),
            _ => self.text.push_str(written),
        }
        if std::mem::take(&mut self.expects_name) {
            self.name(string, start);
        }
        at + written.len()
    }

    fn name(&mut self, name: Option<Cow<'a, str>>, start: usize) {
        let Some(open) = self.open.last_mut() else { return };
        let Some(name) = name else {
            open.has_unpaired_name = true;
            return;
        };
        let before = self.fields.get(open.first_field..).and_then(<[_]>::last);
        open.in_order &= before.is_none_or(|before| before.name < name);
        self.fields.push(Field { name, span: start..start });
    }

    /// A number, `true`, `false` or `null`, as it is written.
    fn scalar(&mut self, at: usize) -> usize {
        let source = self.source.get(at..).unwrap_or_default();
        let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
        self.copy(at, at + source.bytes().position(ends).unwrap_or(source.len()).max(1))
    }

    fn copy(&mut self, from: usize, to: usize) -> usize {
        self.text.push_str(self.source.get(from..to).unwrap_or_default());
        to
    }

    /// The second pass.
    fn finish(mut self) -> String {
        if self.differing.is_empty() {
            return self.text;
        }
        self.differing.sort_unstable_by_key(|object| object.span.start);
        let mut out = String::with_capacity(self.text.len());
        let mut pieces = vec![Piece { span: 0..self.text.len(), behind_comma: false }];
        while let Some(Piece { span, behind_comma }) = pieces.pop() {
            if behind_comma {
                out.push(',');
            }
            let next = self.differing.partition_point(|object| object.span.start < span.start);
            let Some(object) = self.differing.get(next).filter(|object| object.span.start < span.end) else {
                out.push_str(self.text.get(span).unwrap_or_default());
                continue;
            };
            out.push_str(self.text.get(span.start..object.span.start).unwrap_or_default());
            match &object.content {
                Content::Source(source) => {
                    out.push_str(self.source.get(source.clone()).unwrap_or_default());
                    pieces.push(Piece { span: object.span.end..span.end, behind_comma: false });
                }
                Content::Fields(fields) => {
                    out.push('{');
                    // The closing brace, and what is behind it.
                    pieces.push(Piece { span: object.span.end - 1..span.end, behind_comma: false });
                    let fields = self.sorted.get(fields.clone()).unwrap_or_default();
                    let pieces_of =
                        |(index, span): (usize, &Range<usize>)| Piece { span: span.clone(), behind_comma: index > 0 };
                    pieces.extend(fields.iter().enumerate().map(pieces_of).rev());
                }
            }
        }
        out
    }
}

/// The spans of the fields in the order of their names; of equal names the last one's.
fn sort(mut fields: Vec<Field<'_>>) -> impl Iterator<Item = Range<usize>> {
    fields.sort_by(|one, other| one.name.cmp(&other.name));
    fields.dedup_by(|later, earlier| {
        let same = later.name == earlier.name;
        if same {
            earlier.span = later.span.clone();
        }
        same
    });
    fields.into_iter().map(|field| field.span)
}

/// What a string says, owned where it is written with escapes; `None` where a surrogate in it is unpaired.
fn read_string(written: &str) -> Option<Cow<'_, str>> {
    if written.contains('\\') {
        return serde_json::from_str(written).map(Cow::Owned).ok();
    }
    Some(Cow::Borrowed(written.get(1..written.len().saturating_sub(1)).unwrap_or_default()))
}

fn write_string(string: &str) -> String {
    serde_json::Value::from(string).to_string()
}
