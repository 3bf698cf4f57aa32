//! The rules of an operation's parameters, as data: the check of a JSON text follows them, and so does a writer that checks
//! the objects of its language while it writes them.

use std::borrow::Cow;

/// The fault of a text, with the remedy, and without the text: it may be personal.
pub type Fault = Cow<'static, str>;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Anything.
    Any,
    /// A text in which this finds no fault.
    Text(fn(&str) -> Option<Fault>),
    /// A whole number of 64 bits.
    Integer,
    /// An array.
    List(&'static List),
    /// An object with these fields.
    Object(&'static Object),
    /// An object whose values are texts.
    Texts,
    /// An object with any fields.
    AnyObject,
}

/// The rule of an array.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// The rule of each element.
    pub each: Rule,
    /// The largest number of elements.
    pub max: usize,
}

/// The rule of an object.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// The fields that are known, 64 at most.
    pub fields: &'static [Field],
    /// Other fields are taken, too, with any value.
    pub open: bool,
    /// Of these fields at least one must be there.
    pub any_of: Option<AnyOf>,
}

/// Fields of which at least one must be there.
#[derive(Clone, Copy, Debug)]
pub struct AnyOf {
    /// Their names.
    pub names: &'static [&'static str],
    /// What is said where there is none.
    pub remedy: &'static str,
}

/// The rule of a field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// The rule of its value.
    pub rule: Rule,
    /// It may be missing, or `null`.
    pub optional: bool,
}

/// How a rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such field.
    UnknownField,
    /// A required field is missing.
    MissingField,
    /// The value has another type.
    WrongType,
    /// The value has the type, and is not allowed.
    InvalidValue,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// How.
    pub kind: Kind,
    /// Which, and the remedy. It never quotes a value.
    pub message: String,
    /// The field in the object, where the fault is a field's and not the object's own.
    pub field: Option<String>,
}

/// What of an object's fields has been seen, a bit a field.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    present: u64,
    null: u64,
    /// Where the next field is looked for first: they mostly come in one order.
    next: usize,
}

/// A text, whatever it says.
pub const ANY_TEXT: Rule = Rule::Text(|_| None);

impl Rule {
    /// Refuses a text that breaks this rule.
    #[inline]
    pub fn check_text(&self, text: &str) -> Result<(), Broken> {
        match self {
            Self::Text(fault) => fault(text).map_or(Ok(()), |fault| Err(Broken::invalid(fault))),
            Self::Any => Ok(()),
            _ => Err(self.wrong_type("string")),
        }
    }

    /// Refuses a whole number that breaks this rule; `None` is one that takes more than 64 bits.
    pub fn check_integer(&self, integer: Option<i64>) -> Result<(), Broken> {
        match (self, integer) {
            (Self::Integer, Some(_)) | (Self::Any, _) => Ok(()),
            (Self::Integer, None) => {
                Err(Broken::invalid(format!("invalid value: integer, expected {}", self.expected())))
            }
            _ => Err(self.wrong_type("integer")),
        }
    }

    /// Refuses a value of a kind that has no rule but [`Rule::Any`]: `boolean`, `floating point`, `null`.
    pub fn check_other(&self, found: &str) -> Result<(), Broken> {
        if matches!(self, Self::Any) { Ok(()) } else { Err(self.wrong_type(found)) }
    }

    /// The rules of an object's fields, for a value that is an object.
    #[inline]
    pub fn fields(&self) -> Result<Fields<'_>, Broken> {
        match self {
            Self::Object(object) => Ok(Fields::Of(object)),
            Self::Texts => Ok(Fields::All(&ANY_TEXT)),
            Self::AnyObject | Self::Any => Ok(Fields::All(&Self::Any)),
            _ => Err(self.wrong_type("map")),
        }
    }

    /// The rule of an array, for a value that is one.
    pub fn list(&self) -> Result<&List, Broken> {
        match self {
            Self::List(list) => Ok(list),
            Self::Any => Ok(&List { each: Self::Any, max: usize::MAX }),
            _ => Err(self.wrong_type("sequence")),
        }
    }

    /// The rule of a field's value, where this one knows the field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Self> {
        match self.fields().ok()? {
            Fields::All(rule) => Some(*rule),
            Fields::Of(object) => match object.fields.iter().find(|field| field.name == name) {
                Some(field) => Some(field.rule),
                None => object.open.then_some(Self::Any),
            },
        }
    }

    #[cold]
    fn wrong_type(&self, found: &str) -> Broken {
        let message = format!("invalid type: {found}, expected {}", self.expected());
        Broken { kind: Kind::WrongType, message, field: None }
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text(_) => "a string",
            Self::Integer => "a whole number of 64 bits",
            Self::List(_) => "an array",
            Self::Object(_) | Self::AnyObject => "an object",
            Self::Texts => "an object with text values (write numbers as text)",
        }
    }
}

impl List {
    /// Refuses an array of so many elements.
    #[inline]
    pub fn check_length(&self, length: usize) -> Result<(), Broken> {
        if length <= self.max {
            return Ok(());
        }
        let max = self.max;
        Err(Broken::invalid(format!("at most {max} elements are allowed; a campaign splits longer lists")))
    }
}

/// The rules of an object's fields.
#[derive(Clone, Copy, Debug)]
pub enum Fields<'a> {
    /// Each field has its own.
    Of(&'a Object),
    /// All fields have this one.
    All(&'a Rule),
}

impl Fields<'_> {
    /// The rule of the next field's value, and whether the value may be `null`.
    #[inline]
    pub fn next(&self, name: &str, seen: &mut Seen) -> Result<(&Rule, bool), Broken> {
        match self {
            Self::Of(object) => object.next(name, seen),
            Self::All(rule) => Ok((rule, false)),
        }
    }

    /// Refuses an object that lacks a field.
    #[inline]
    pub fn end(&self, seen: Seen) -> Result<(), Broken> {
        match self {
            Self::Of(object) => object.end(seen),
            Self::All(_) => Ok(()),
        }
    }
}

impl Object {
    #[inline]
    fn next(&self, name: &str, seen: &mut Seen) -> Result<(&Rule, bool), Broken> {
        let (before, behind) = self.fields.split_at_checked(seen.next).unwrap_or((self.fields, &[]));
        let among = |fields: &[Field]| fields.iter().position(|field| field.name == name);
        let Some(index) = among(behind).map(|index| index + before.len()).or_else(|| among(before)) else {
            return if self.open { Ok((&Rule::Any, false)) } else { Err(self.unknown(name)) };
        };
        let Some(field) = self.fields.get(index) else { return Err(self.unknown(name)) };
        if seen.present & (1 << index) != 0 {
            let message = format!("duplicate field `{name}`");
            return Err(Broken { kind: Kind::InvalidValue, message, field: Some(name.to_owned()) });
        }
        seen.present |= 1 << index;
        seen.next = index + 1;
        Ok((&field.rule, field.optional))
    }

    #[inline]
    fn end(&self, seen: Seen) -> Result<(), Broken> {
        for (index, field) in self.fields.iter().enumerate() {
            if seen.present & (1 << index) == 0 && !field.optional {
                return Err(missing(field.name));
            }
        }
        let Some(AnyOf { names, remedy }) = self.any_of else { return Ok(()) };
        let given = seen.present & !seen.null;
        let is_given = |(index, field): (usize, &Field)| given & (1 << index) != 0 && names.contains(&field.name);
        if self.fields.iter().enumerate().any(is_given) {
            return Ok(());
        }
        Err(Broken { kind: Kind::MissingField, message: remedy.to_owned(), field: None })
    }

    #[cold]
    fn unknown(&self, name: &str) -> Broken {
        let names: Vec<_> = self.fields.iter().map(|field| format!("`{}`", field.name)).collect();
        let expected = match &names[..] {
            [] => "there are no fields".to_owned(),
            [one] => format!("expected {one}"),
            [one, other] => format!("expected {one} or {other}"),
            _ => format!("expected one of {}", names.join(", ")),
        };
        let message = format!("unknown field `{name}`, {expected}");
        Broken { kind: Kind::UnknownField, message, field: Some(name.to_owned()) }
    }
}

impl Seen {
    /// Notes that the value of the field that was found last is `null`.
    pub const fn note_null(&mut self) {
        self.null |= 1 << self.next.saturating_sub(1);
    }
}

impl Broken {
    #[cold]
    fn invalid(message: impl Into<String>) -> Self {
        Self { kind: Kind::InvalidValue, message: message.into(), field: None }
    }
}

#[cold]
fn missing(name: &str) -> Broken {
    let message = format!("missing field `{name}`");
    Broken { kind: Kind::MissingField, message, field: Some(name.to_owned()) }
}
