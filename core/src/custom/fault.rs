//! The faults that a schema finds, as the library's errors. None of them quotes a value.

use std::borrow::Cow;

use airudder_json::push_segment;
use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

use super::{
    hint::unknown_field,
    place::{Place, places},
};
use crate::error::{Error, ErrorCode};

/// A fault, and the value by whose place it is ordered.
struct Fault {
    error: Error,
    pointer: String,
    order: fn(Place) -> usize,
    /// It may only be so because of another fault in the same value.
    is_doubtful: bool,
}

/// The first fault in the text; a missing field shows at the end of its object.
pub(super) fn first<'a>(text: &str, document: &Value, errors: impl Iterator<Item = ValidationError<'a>>) -> Error {
    let mut faults = Vec::new();
    for error in errors {
        collect(document, &error, &mut faults);
    }
    if faults.iter().any(|fault| !fault.is_doubtful) {
        faults.retain(|fault| !fault.is_doubtful);
    }
    let pointers: Vec<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
    let places = places(text, pointers.iter().map(String::as_str));
    let order = |fault: &Fault| places.get(fault.pointer.as_str()).map_or(usize::MAX, |place| (fault.order)(*place));
    let first = faults.into_iter().min_by_key(order).map(|fault| fault.error);
    first.unwrap_or_else(|| Error::new(ErrorCode::InvalidValue, "the parameters do not keep their schema"))
}

fn collect(document: &Value, error: &ValidationError<'_>, faults: &mut Vec<Fault>) {
    use ValidationErrorKind as Kind;
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let keyword = error.schema_path().as_str();
            let schema = keyword.get(..keyword.rfind('/').unwrap_or(0)).unwrap_or_default();
            for name in unexpected {
                let mut pointer = at.to_owned();
                push_segment(&mut pointer, name);
                faults.push(Fault {
                    error: Error::new(ErrorCode::UnknownField, unknown_field(document, schema, name))
                        .at(pointer.as_str()),
                    pointer,
                    order: |place| place.start,
                    is_doubtful: matches!(error.kind(), Kind::UnevaluatedProperties { .. }),
                });
            }
        }
        Kind::Required { property } => {
            let mut pointer = at.to_owned();
            push_segment(&mut pointer, property.as_str().unwrap_or_default());
            faults.push(Fault {
                error: Error::new(ErrorCode::MissingField, message(error)).at(pointer),
                pointer: at.to_owned(),
                order: |place| place.end,
                is_doubtful: false,
            });
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match alternative(error, context) {
            Alternative::One(errors) => errors.iter().for_each(|error| collect(document, error, faults)),
            Alternative::OtherTypes => faults.push(plain(error, ErrorCode::WrongType)),
            Alternative::Several => faults.push(plain(error, ErrorCode::InvalidValue)),
        },
        Kind::Type { .. } => faults.push(plain(error, ErrorCode::WrongType)),
        _ => faults.push(plain(error, ErrorCode::InvalidValue)),
    }
}

fn plain(error: &ValidationError<'_>, code: ErrorCode) -> Fault {
    let pointer = error.instance_path().as_str().to_owned();
    Fault {
        error: Error::new(code, message(error)).at(pointer.as_str()),
        pointer,
        order: |place| place.start,
        is_doubtful: false,
    }
}

/// What is told of a value that fits no alternative.
enum Alternative<'a> {
    /// One alone is for a value of this type: what it finds.
    One(&'a [ValidationError<'static>]),
    /// All are for other types.
    OtherTypes,
    Several,
}

fn alternative<'a>(error: &ValidationError<'_>, context: &'a [Vec<ValidationError<'static>>]) -> Alternative<'a> {
    let is_of_type = |errors: &&Vec<ValidationError<'static>>| {
        !errors.iter().any(|inner| {
            matches!(inner.kind(), ValidationErrorKind::Type { .. }) && inner.instance_path() == error.instance_path()
        })
    };
    let mut fitting = context.iter().filter(is_of_type);
    match (fitting.next(), fitting.next()) {
        (None, _) => Alternative::OtherTypes,
        (Some(errors), None) => Alternative::One(errors),
        _ => Alternative::Several,
    }
}

/// The name of a value's type, as all errors about parameters tell it.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "floating point",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "sequence",
        Value::Object(_) => "map",
    }
}

fn named(json_type: &str) -> &'static str {
    match json_type {
        "array" => "an array",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "null" => "null",
        "number" => "a number",
        "object" => "an object",
        _ => "a string",
    }
}

/// The fault in a sentence. It quotes the schema, and never the value.
pub(super) fn message(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => named(one.as_str()).to_owned(),
                TypeKind::Multiple(several) => {
                    several.iter().map(|one| named(one.as_str())).collect::<Vec<_>>().join(" or ")
                }
            };
            format!("invalid type: {}, expected {expected}", type_of(error.instance()))
        }
        Kind::Required { property } => format!("missing field `{}`", property.as_str().unwrap_or_default()),
        Kind::Enum { options } => format!("invalid value, expected one of {}", shown(options)),
        Kind::Constant { expected_value } => format!("invalid value, expected {}", shown(expected_value)),
        Kind::Pattern { pattern } => format!("the text does not match the pattern {pattern}"),
        Kind::BacktrackLimitExceeded { .. } => "the schema's pattern takes too long for this text".to_owned(),
        Kind::MinLength { limit } => format!("the text must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("the text must have at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} elements are needed"),
        Kind::MaxItems { limit } => format!("at most {limit} elements are allowed"),
        Kind::AdditionalItems { limit } => format!("at most {limit} elements are allowed"),
        Kind::MinProperties { limit } => format!("at least {limit} fields are needed"),
        Kind::MaxProperties { limit } => format!("at most {limit} fields are allowed"),
        Kind::Minimum { limit } => format!("the number must be at least {limit}"),
        Kind::Maximum { limit } => format!("the number must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("the number must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("the number must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("the number must be a multiple of {multiple_of}"),
        Kind::UniqueItems => "two elements are the same".to_owned(),
        Kind::Contains => "no element is one that must be there".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "the value fits none of the schema's alternatives".to_owned()
        }
        Kind::OneOfMultipleValid { .. } => "the value fits more than one of the schema's alternatives".to_owned(),
        Kind::PropertyNames { error } => format!("a field's name is not allowed: {}", message(error)),
        Kind::FalseSchema => "nothing may stand here".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => "a field is not known".to_owned(),
        other => format!("the value breaks the schema's `{}`", other.keyword()),
    }
}

/// A value of the schema, cut where it is long.
fn shown(value: &Value) -> Cow<'static, str> {
    const LONGEST: usize = 400;
    let text = match value {
        Value::Array(options) => options.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}
