//! One pass over a JSON text, which checks it, and finds all that its canonical form and its top level need.

use std::{borrow::Cow, ops::Range};

use super::{
    canonical::{self, Object, Place, Sorted, place},
    scan::{self, Escapes},
    unescape,
};

/// The length of the longest text that is read, in bytes.
pub const LONGEST: usize = Place::MAX as usize;

/// A JSON text that was checked.
pub struct Document<'a> {
    text: &'a str,
    draft: Cow<'a, str>,
    objects: Vec<Object>,
    sorted: Vec<Sorted>,
    fields: Vec<Field<'a>>,
    inner: Vec<Inner<'a>>,
    has_simple_numbers: bool,
}

/// The value of a field.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// The text from the value on.
    pub text: &'a str,
    /// Where it begins in the text.
    at: Place,
}

/// The reason why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no JSON text.
    Malformed,
    /// It is nested too deeply, whatever follows.
    TooDeep,
}

impl<'a> Document<'a> {
    /// Reads a text that is one JSON value, with white space around it, and has at most [`LONGEST`] bytes.
    ///
    /// It does not recurse, and takes a time and a memory that are linear in the text, however deeply it is nested.
    pub fn read(text: &'a str, max_depth: usize) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::Malformed);
        }
        let mut reader = Reader::new(text, max_depth);
        match reader.value() {
            Some(()) if reader.at_end() => Ok(reader.finish()),
            _ if reader.open.len() > max_depth => Err(Refused::TooDeep),
            _ => Err(Refused::Malformed),
        }
    }

    /// The value of a field of the object that the text is; of equal names the last one counts. A name with a lone surrogate is
    /// no text, and finds nothing.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value<'a>> {
        let order = (prefix(name), name);
        let behind = self.fields.partition_point(|field| field.order() <= order);
        let field = self.fields.get(..behind)?.last().filter(|field| field.order() == order)?;
        let text = self.text.get(field.value as usize..)?.trim_start();
        Some(Value { text, at: place(self.text.len() - text.len()) })
    }

    /// The names in the object that a value is, or in the one that is the first element of the array that it is.
    pub fn names_in(&self, value: Value<'_>) -> impl Iterator<Item = &str> {
        let first = self.inner.partition_point(|inner| inner.value < value.at);
        let behind = self.inner.get(first..).unwrap_or_default();
        behind.iter().take_while(move |inner| inner.value == value.at).map(|inner| &*inner.name)
    }

    /// Returns whether each number is short and without an exponent, so that any reader holds it.
    #[must_use]
    pub const fn has_simple_numbers(&self) -> bool {
        self.has_simple_numbers
    }

    /// The text in its canonical form.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        if self.objects.is_empty() {
            return Cow::Borrowed(&self.draft);
        }
        Cow::Owned(canonical::write(self.text, &self.draft, &self.objects, &self.sorted))
    }
}

/// The reader. It writes a draft of the canonical text, with the fields as they come, and notes the objects that must be
/// written otherwise.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
    /// The draft but for the part of the text from `run` to `at`, which is canonical as it is.
    draft: String,
    run: usize,
    /// The arrays and objects that are not closed yet.
    open: Vec<Open>,
    /// The fields so far of all open objects, the innermost one's last; in the end those of the outermost one, sorted.
    fields: Vec<Field<'a>>,
    /// The fields one level down.
    inner: Vec<Inner<'a>>,
    /// The objects that differ from the draft or contain one that does, and those that are open, as they begin.
    objects: Vec<Object>,
    /// The sorted fields of those objects.
    sorted: Vec<Sorted>,
    has_simple_numbers: bool,
}

/// An array or object that is not closed yet.
struct Open {
    is_object: bool,
    /// Where it begins in the text.
    start: Place,
    /// The array has a second element.
    has_second: bool,
    /// Which of `Reader::objects` it is, or the next one would be.
    number: Place,
    /// Its first field in `Reader::fields`.
    first_field: usize,
    names: Names,
}

/// The names of an object so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    InOrder,
    OutOfOrder,
    /// One has a lone surrogate.
    Unpaired,
}

struct Field<'a> {
    /// The first eight bytes of the name, which mostly tell the order.
    prefix: u64,
    name: Cow<'a, str>,
    /// Where the value begins in the text.
    value: Place,
    sorted: Sorted,
}

/// The name of a field of an object that is the value of a field of the outermost one, or the first element of such an array.
struct Inner<'a> {
    /// Where the value begins in the text.
    value: Place,
    name: Cow<'a, str>,
}

impl Field<'_> {
    fn order(&self) -> (u64, &str) {
        (self.prefix, &self.name)
    }
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            at: 0,
            max_depth,
            draft: String::new(),
            run: 0,
            // As many as a usual event needs.
            open: Vec::with_capacity(8),
            fields: Vec::with_capacity(48),
            inner: Vec::with_capacity(32),
            objects: Vec::with_capacity(16),
            sorted: Vec::with_capacity(64),
            has_simple_numbers: true,
        }
    }

    fn value(&mut self) -> Option<()> {
        loop {
            self.skip_space();
            match self.peek()? {
                b'{' => {
                    self.open_up(true)?;
                    if self.peek()? != b'}' {
                        self.name()?;
                        continue;
                    }
                }
                b'[' => {
                    self.open_up(false)?;
                    if self.peek()? != b']' {
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            if self.end_of_value()? {
                return Some(());
            }
        }
    }

    /// Reads what is behind a value, up to the next one; returns whether there is none.
    fn end_of_value(&mut self) -> Option<bool> {
        loop {
            self.skip_space();
            let Some(open) = self.open.last_mut() else { return Some(true) };
            match (self.text.as_bytes().get(self.at)?, open.is_object) {
                (b',', true) => {
                    let first_field = open.first_field;
                    self.end_field(first_field);
                    self.at += 1;
                    self.skip_space();
                    self.name()?;
                    return Some(false);
                }
                (b',', false) => {
                    open.has_second = true;
                    self.at += 1;
                    return Some(false);
                }
                (b'}', true) | (b']', false) => self.close(),
                _ => return None,
            }
        }
    }

    #[inline]
    fn scalar(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = match rest.first()? {
            b'"' => {
                let (length, escapes) = scan::string(rest)?;
                self.string(length, escapes);
                return Some(());
            }
            b't' if rest.starts_with(b"true") => 4,
            b'f' if rest.starts_with(b"false") => 5,
            b'n' if rest.starts_with(b"null") => 4,
            _ => {
                let (length, is_simple) = scan::number(rest)?;
                self.has_simple_numbers &= is_simple;
                length
            }
        };
        self.at += length;
        Some(())
    }

    /// Takes a string of this length into the draft. One with a lone surrogate stays as it is written.
    #[inline]
    fn string(&mut self, length: usize, escapes: Escapes) {
        let start = self.at;
        self.at += length + 2;
        if escapes == Escapes::Others {
            self.rewrite(start);
        }
    }

    #[cold]
    fn rewrite(&mut self, start: usize) {
        self.draft.push_str(self.text.get(self.run..start).unwrap_or_default());
        self.run = start;
        let drafted = self.draft.len();
        self.draft.push('"');
        let written = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        if unescape::write_canonical(written, &mut self.draft).is_some() {
            self.draft.push('"');
            self.run = self.at;
        } else {
            self.draft.truncate(drafted);
        }
    }

    fn open_up(&mut self, is_object: bool) -> Option<()> {
        let number = place(self.objects.len());
        if is_object {
            self.objects.push(Object::new(self.drafted()));
        }
        self.open.push(Open {
            is_object,
            start: place(self.at),
            has_second: false,
            number,
            first_field: self.fields.len(),
            names: Names::InOrder,
        });
        if self.open.len() > self.max_depth {
            return None;
        }
        self.at += 1;
        self.skip_space();
        Some(())
    }

    fn name(&mut self) -> Option<()> {
        let start = self.drafted();
        let rest = self.text.as_bytes().get(self.at..)?;
        let (length, escapes) = if rest.first()? == &b'"' { scan::string(rest)? } else { return None };
        let written = self.text.get(self.at + 1..self.at + 1 + length)?;
        self.string(length, escapes);
        self.skip_space();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        let name = match escapes {
            Escapes::None => Some(Cow::Borrowed(written)),
            _ => unescape::decode(written).map(Cow::Owned),
        };
        let open = self.open.last_mut()?;
        let Some(name) = name else {
            open.names = Names::Unpaired;
            return Some(());
        };
        let sorted = Sorted { span: start..start, first_object: place(self.objects.len()) };
        let field = Field { prefix: prefix(&name), name, value: place(self.at), sorted };
        let before = self.fields.get(open.first_field..).and_then(<[_]>::last);
        if open.names == Names::InOrder && before.is_some_and(|before| before.order() >= field.order()) {
            open.names = Names::OutOfOrder;
        }
        self.fields.push(field);
        Some(())
    }

    /// Notes where the last field ends of the object whose first field this is.
    fn end_field(&mut self, first_field: usize) {
        let end = self.drafted();
        if let Some(field) = self.fields.get_mut(first_field..).and_then(<[_]>::last_mut) {
            field.sorted.span.end = end;
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if !open.is_object {
            self.at += 1;
            return;
        }
        self.end_field(open.first_field);
        self.at += 1;
        let in_order = open.names == Names::InOrder;
        if in_order && open.number as usize + 1 == self.objects.len() {
            self.objects.pop(); // nothing in it is written otherwise
        } else {
            let fields = if in_order { 0..0 } else { self.sort(open.first_field) };
            let (end, next) = (self.drafted(), place(self.objects.len()));
            if let Some(object) = self.objects.get_mut(open.number as usize) {
                object.close(end, next);
                match open.names {
                    Names::InOrder => {}
                    Names::OutOfOrder => object.sort(fields),
                    Names::Unpaired => object.copy(open.start..place(self.at)),
                }
            }
        }
        self.drop_fields(&open);
    }

    /// Forgets the fields of an object that was closed, but for the names by which events are told apart.
    fn drop_fields(&mut self, &Open { start, first_field, .. }: &Open) {
        let value = match &self.open[..] {
            [] => return,
            [outermost] if outermost.is_object => Some(start),
            [outermost, array] if outermost.is_object && !array.is_object && !array.has_second => Some(array.start),
            _ => None,
        };
        if let Some(value) = value {
            let fields = self.fields.drain(first_field..);
            self.inner.extend(fields.map(|field| Inner { value, name: field.name }));
        } else {
            self.fields.truncate(first_field);
        }
    }

    /// Sorts the fields from the first one on by their names, and keeps of equal names the last one.
    fn sort(&mut self, first_field: usize) -> Range<Place> {
        let first = place(self.sorted.len());
        let fields = self.fields.get_mut(first_field..).unwrap_or_default();
        fields.sort_unstable_by(|one, other| (one.order(), one.value).cmp(&(other.order(), other.value)));
        for equal in fields.chunk_by(|one, other| one.order() == other.order()) {
            self.sorted.extend(equal.last().map(|field| field.sorted.clone()));
        }
        first..place(self.sorted.len())
    }

    /// The length of the draft so far.
    #[inline]
    fn drafted(&self) -> Place {
        place(self.draft.len() + (self.at - self.run))
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        if matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.skip_some_space();
        }
    }

    fn skip_some_space(&mut self) {
        self.draft.push_str(self.text.get(self.run..self.at).unwrap_or_default());
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.run = self.at;
    }

    fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    #[cold]
    fn finish(mut self) -> Document<'a> {
        let rest = self.text.get(self.run..).unwrap_or_default();
        let draft = if self.draft.is_empty() {
            Cow::Borrowed(rest)
        } else {
            self.draft.push_str(rest);
            Cow::Owned(self.draft)
        };
        Document {
            text: self.text,
            draft,
            objects: self.objects,
            sorted: self.sorted,
            fields: self.fields,
            inner: self.inner,
            has_simple_numbers: self.has_simple_numbers,
        }
    }
}

/// The first eight bytes of a name, so that names are in the order of these numbers as far as they differ.
fn prefix(name: &str) -> u64 {
    let name = name.as_bytes();
    if let Some(first) = name.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let bytes = name.iter().fold(0, |bytes, byte| (bytes << 8) | u64::from(*byte));
    bytes.checked_shl(8 * (8 - u32::try_from(name.len()).unwrap_or(8))).unwrap_or_default()
}
