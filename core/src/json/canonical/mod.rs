//! One text for all JSON texts that say the same: fields in order, no white space, one way to write a string.
//!
//! It is written in two passes. Neither recurses, and both are linear in the text, however deeply it is nested. The first
//! pass writes a draft with the fields as they come, and notes the objects that must be written otherwise; the second one,
//! where there are such objects, copies the draft and writes them.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use super::token::{Token, tokens};

#[cfg(test)]
mod tests;

/// The canonical text of a text that was read as JSON before.
///
/// Numbers stay as they are written, since rounding them could make different ones equal. Of equal names the last one
/// counts. A string with a lone surrogate is no text and must not be lost: it stays as it is written, and so does
/// the whole of an object with such a name.
pub(crate) fn write(text: &str) -> String {
    let mut draft = Draft { source: text, ..Draft::default() };
    for token in tokens(text) {
        match token.first() {
            b'"' => draft.string(token),
            b'{' | b'[' => draft.open(token),
            b'}' | b']' => draft.close(token),
            b',' => draft.comma(),
            _ => draft.text.push_str(token.text),
        }
    }
    draft.finish()
}

/// The text as the first pass writes it.
#[derive(Default)]
struct Draft<'a> {
    source: &'a str,
    text: String,
    /// The arrays and objects that are not closed yet.
    open: Vec<Open>,
    /// The fields so far of all open objects, the innermost one's last.
    fields: Vec<Field<'a>>,
    /// The next string is the name of a field.
    expects_name: bool,
    /// The objects that differ from the draft or contain one that does, and those that are open, as they begin.
    objects: Vec<Object>,
    /// The sorted fields of all objects, as ranges of `text`.
    sorted: Vec<Range<usize>>,
}

/// An array or object that is not closed yet.
struct Open {
    is_object: bool,
    /// Where it begins in the source.
    source: usize,
    /// Which of `Draft::objects` it is, or the next one would be.
    number: usize,
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

/// An object in the draft.
struct Object {
    start: usize,
    end: usize,
    content: Content,
}

/// The form in which an object is written.
enum Content {
    AsDrafted,
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
    fn open(&mut self, token: Token<'_>) {
        let is_object = token.text == "{";
        self.open.push(Open {
            is_object,
            source: token.start,
            number: self.objects.len(),
            first_field: self.fields.len(),
            in_order: true,
            has_unpaired_name: false,
        });
        if is_object {
            self.objects.push(Object { start: self.text.len(), end: 0, content: Content::AsDrafted });
        }
        self.expects_name = is_object;
        self.text.push_str(token.text);
    }

    fn comma(&mut self) {
        self.end_field();
        self.expects_name = self.open.last().is_some_and(|open| open.is_object);
        self.text.push(',');
    }

    fn close(&mut self, token: Token<'_>) {
        self.end_field();
        self.expects_name = false;
        self.text.push_str(token.text);
        let Some(open) = self.open.pop() else { return };
        let fields = self.fields.drain(open.first_field..);
        if !open.is_object {
            return;
        }
        if open.in_order && !open.has_unpaired_name && open.number + 1 == self.objects.len() {
            self.objects.pop(); // nothing in it is written otherwise
            return;
        }
        let Some(object) = self.objects.get_mut(open.number) else { return };
        object.end = self.text.len();
        if open.has_unpaired_name {
            object.content = Content::Source(open.source..token.end());
        } else if !open.in_order {
            let first = self.sorted.len();
            self.sorted.extend(sort(fields));
            object.content = Content::Fields(first..self.sorted.len());
        }
    }

    /// Notes where the field ends, if any, whose value was read last.
    fn end_field(&mut self) {
        let Some(open) = self.open.last().filter(|open| open.is_object) else { return };
        if let Some(field) = self.fields.get_mut(open.first_field..).and_then(<[_]>::last_mut) {
            field.span.end = self.text.len();
        }
    }

    fn string(&mut self, token: Token<'a>) {
        let start = self.text.len();
        let string = read_string(token.text);
        match &string {
            Some(Cow::Owned(string)) => self.text.push_str(&serde_json::to_string(string).unwrap_or_default()),
            _ => self.text.push_str(token.text),
        }
        if std::mem::take(&mut self.expects_name) {
            self.name(string, start);
        }
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

    /// The second pass.
    fn finish(self) -> String {
        if self.objects.is_empty() {
            return self.text;
        }
        let mut out = String::with_capacity(self.text.len());
        let mut pieces = vec![Piece { span: 0..self.text.len(), behind_comma: false }];
        while let Some(Piece { span, behind_comma }) = pieces.pop() {
            if behind_comma {
                out.push(',');
            }
            let next = self.objects.partition_point(|object| object.start < span.start);
            let Some(object) = self.objects.get(next).filter(|object| object.start < span.end) else {
                out.push_str(self.text.get(span).unwrap_or_default());
                continue;
            };
            out.push_str(self.text.get(span.start..object.start).unwrap_or_default());
            match &object.content {
                Content::AsDrafted => {
                    out.push('{');
                    pieces.push(Piece { span: object.start + 1..span.end, behind_comma: false });
                }
                Content::Source(source) => {
                    out.push_str(self.source.get(source.clone()).unwrap_or_default());
                    pieces.push(Piece { span: object.end..span.end, behind_comma: false });
                }
                Content::Fields(fields) => {
                    out.push('{');
                    // The closing brace, and what is behind it.
                    pieces.push(Piece { span: object.end - 1..span.end, behind_comma: false });
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
fn sort<'a>(fields: impl Iterator<Item = Field<'a>>) -> impl Iterator<Item = Range<usize>> {
    let mut sorted = BTreeMap::new();
    for Field { name, span } in fields {
        sorted.insert(name, span);
    }
    sorted.into_values()
}

/// The value of a string, owned where it is written with escapes; `None` where a surrogate in it is unpaired.
fn read_string(written: &str) -> Option<Cow<'_, str>> {
    if written.contains('\\') {
        return serde_json::from_str(written).map(Cow::Owned).ok();
    }
    Some(Cow::Borrowed(written.get(1..written.len().saturating_sub(1)).unwrap_or_default()))
}
