//! One text for all JSON texts that say the same: fields in order, no white space, one way to write a string.
//!
//! Numbers stay as they are written, since rounding them could make different ones equal. Of equal names the last one
//! counts. A string with a lone surrogate is no text and must not be lost: it stays as it is written, and so does the whole
//! of an object with such a name.

use std::ops::Range;

/// A place in a text of at most 4 GiB, or the number of something in it. Half the memory of a `usize` makes large texts
/// faster.
pub(super) type Place = u32;

/// The place of a byte.
pub(super) fn place(at: usize) -> Place {
    Place::try_from(at).unwrap_or(Place::MAX)
}

/// An object in the draft, which has the fields of all objects as they came.
pub(super) struct Object {
    span: Range<Place>,
    /// The number of the first object behind it.
    next: Place,
    content: Content,
}

/// The form in which an object is written.
enum Content {
    AsDrafted,
    /// These of the sorted fields.
    Fields(Range<Place>),
    /// This part of the text, as it is.
    Copy(Range<Place>),
}

/// A field in its place among the sorted ones.
#[derive(Clone)]
pub(super) struct Sorted {
    /// `"name":value` in the draft.
    pub(super) span: Range<Place>,
    /// The number of the first object in it, or else behind it.
    pub(super) first_object: Place,
}

impl Object {
    /// An object that begins here in the draft.
    pub(super) const fn new(start: Place) -> Self {
        Self { span: start..start, next: 0, content: Content::AsDrafted }
    }

    pub(super) const fn close(&mut self, end: Place, next: Place) {
        self.span.end = end;
        self.next = next;
    }

    /// Has it written with these of the sorted fields.
    pub(super) fn sort(&mut self, fields: Range<Place>) {
        self.content = Content::Fields(fields);
    }

    /// Has it written as this part of the text.
    pub(super) fn copy(&mut self, source: Range<Place>) {
        self.content = Content::Copy(source);
    }
}

/// A part of the draft that is to be copied.
struct Piece {
    span: Range<Place>,
    /// The number of the first object in it, or else behind it.
    first_object: Place,
}

/// The fields of an object that are still to be written, and the part of the draft from its closing brace on.
struct Rest {
    fields: Range<Place>,
    behind: Piece,
}

/// Copies the draft, and writes the objects otherwise that are to be.
pub(super) fn write(text: &str, draft: &str, objects: &[Object], sorted: &[Sorted]) -> String {
    let mut out = String::with_capacity(draft.len());
    let mut stack: Vec<Rest> = Vec::new();
    let mut piece = Piece { span: 0..place(draft.len()), first_object: 0 };
    loop {
        let Piece { span, first_object } = piece;
        let Some(object) = objects.get(first_object as usize).filter(|object| object.span.start < span.end) else {
            out.push_str(part(draft, span));
            let Some(next) = next(&mut stack, sorted, &mut out) else { return out };
            piece = next;
            continue;
        };
        out.push_str(part(draft, span.start..object.span.start));
        let behind = |start| Piece { span: start..span.end, first_object: object.next };
        piece = match &object.content {
            Content::AsDrafted => {
                out.push('{');
                Piece { first_object: first_object + 1, ..behind(object.span.start + 1) }
            }
            Content::Copy(source) => {
                out.push_str(part(text, source.clone()));
                behind(object.span.end)
            }
            Content::Fields(fields) => {
                out.push('{');
                stack.push(Rest { fields: fields.clone(), behind: behind(object.span.end - 1) });
                Piece { span: 0..0, first_object: Place::MAX }
            }
        };
    }
}

/// The next field of the innermost object, or what is behind it.
fn next(stack: &mut Vec<Rest>, sorted: &[Sorted], out: &mut String) -> Option<Piece> {
    let rest = stack.last_mut()?;
    let Some(field) = rest.fields.next().and_then(|number| sorted.get(number as usize)) else {
        return stack.pop().map(|rest| rest.behind);
    };
    // What is written before is a value, or the opening brace.
    if !out.ends_with('{') {
        out.push(',');
    }
    Some(Piece { span: field.span.clone(), first_object: field.first_object })
}

fn part(text: &str, span: Range<Place>) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}
