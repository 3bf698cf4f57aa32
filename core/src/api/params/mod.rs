//! The parameters of operations: what they must be, as types and as the [`Rule`]s that their JSON text is checked by. The
//! text is sent as it is.

pub(crate) mod checked;
mod phone;
mod text;

use airudder_json::{Fault, check as check_text, rules::Kind};
use serde::de::IgnoredAny;

pub use checked::{AnyOf, Checked, Field, Object, Rule};
pub(crate) use checked::{field, params};
pub(crate) use phone::fault_of_callee;
pub(crate) use text::fault_of_id;
pub use text::{Callee, CaseId, Id, LocalTime, Phone, Platform, Text, ZonedTime};

use crate::error::{Error, ErrorCode};

impl From<Kind> for ErrorCode {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::UnknownField => Self::UnknownField,
            Kind::MissingField => Self::MissingField,
            Kind::WrongType => Self::WrongType,
            Kind::InvalidValue => Self::InvalidValue,
        }
    }
}

/// Checks that `text` keeps a rule. Collects nothing.
pub(crate) fn check(text: &str, rule: &Rule) -> Result<(), Error> {
    match check_text(text, rule) {
        Ok(()) => Ok(()),
        Err(Fault::Malformed) => Err(invalid_json(text)),
        Err(Fault::Broken(broken, pointer)) => Err(Error::new(broken.kind.into(), broken.message).at(pointer)),
    }
}

/// Gives back a text that keeps a rule.
pub(crate) fn checked(text: String, rule: &Rule) -> Result<String, Error> {
    check(&text, rule)?;
    Ok(text)
}

/// The error of a text that is no JSON, with the place, and without a quotation.
pub(crate) fn invalid_json(text: &str) -> Error {
    let why = match serde_json::from_str::<IgnoredAny>(text) {
        Err(error) => format!("the parameters are not valid JSON (line {}, column {})", error.line(), error.column()),
        // The one thing that it overlooks.
        Ok(_) => "the parameters are not valid JSON: a text holds half of a surrogate pair".to_owned(),
    };
    Error::new(ErrorCode::InvalidJson, why)
}
