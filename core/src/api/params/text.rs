//! Texts of parameters, and the rules that some of them keep.

use std::{borrow::Cow, collections::BTreeMap, fmt, ops::Deref};

use airudder_json::rules::ANY_TEXT;
use serde::{Deserialize, Deserializer, Serialize, de::Visitor};

use super::{
    checked::{Checked, Rule},
    phone::{self, Fault},
};
use crate::{
    calendar::{is_local, is_zoned},
    odd::Odd,
};

/// A text that borrows from the JSON it was read from, wherever it stands (`Cow` does so only in a struct's own field).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<'a>(pub Cow<'a, str>);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Text<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string"})
    }
}

impl Checked for Text<'_> {
    const RULE: Rule = ANY_TEXT;
}

impl Checked for BTreeMap<Text<'_>, Text<'_>> {
    const RULE: Rule = Rule::Texts;
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor { fault: |_| None })
    }
}

/// Reads a text that keeps a rule.
struct TextVisitor {
    /// The fault of a string, and the remedy.
    fault: fn(&str) -> Option<Fault>,
}

impl TextVisitor {
    fn check<'a, E: serde::de::Error>(&self, text: Cow<'a, str>) -> Result<Text<'a>, E> {
        match (self.fault)(&text) {
            Some(fault) => Err(E::custom(fault)),
            None => Ok(Text(text)),
        }
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        self.check(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.check(Cow::Owned(text.to_owned()))
    }
}

/// Declares a text with a rule that is checked when it is read from JSON, that is, before anything is sent.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $fault:path, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name<'a>(Text<'a>);

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(TextVisitor { fault: $fault }).map(Self)
            }
        }

        impl Checked for $name<'_> {
            const RULE: Rule = Rule::Text($fault);
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name<'_> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern})
            }
        }

        impl<'a, T: Into<Cow<'a, str>>> From<T> for $name<'a> {
            fn from(text: T) -> Self {
                Self(Text(text.into()))
            }
        }

        impl Deref for $name<'_> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Text<'a> {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

checked_text! {
    /// A phone number: `+`, country code, digits, for instance `+6212345678` \[documented].
    Phone, phone::fault, "^\\+[0-9]+$"
}
checked_text! {
    /// A phone number that is to be called: a [`Phone`] without a 0 behind its country code that is dialled only within the
    /// country.
    Callee, phone::fault_of_callee, "^\\+[0-9]+$"
}
checked_text! {
    /// An id that was copied from somewhere: without spaces around it, and without characters that cannot be seen.
    Id, fault_of_id, "^(\\S(.*\\S)?)?$"
}
checked_text! {
    /// The customer's own id of a contact, as an [`Id`]: what compares differently in another place would be lost there.
    CaseId, fault_of_id, "^(\\S(.*\\S)?)?$"
}
checked_text! {
    /// A platform's name, from the list that AI Rudder gives: 1 to 40 characters \[documented].
    Platform, fault_of_platform, "^.{1,40}$"
}
checked_text! {
    /// A time with its zone: `2023-09-01 00:00:00+08:00` \[documented for query bounds].
    ZonedTime, fault_of_zoned, "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}[+-]\\d{2}:\\d{2}$"
}
checked_text! {
    /// A time of the account, whose zone is not stated: `2022-12-19 15:14:52` \[documented by example].
    LocalTime, fault_of_local, "^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$"
}

/// The fault of an id: a service that stores it otherwise than it is sent would not find it again.
pub(crate) fn fault_of_id(text: &str) -> Option<Fault> {
    if let Some(odd) = Odd::invisible(text) {
        return Some(format!("an id holds {odd}: remove it").into());
    }
    (text.trim() != text).then_some("an id has spaces around it: remove them".into())
}

fn fault_of_platform(text: &str) -> Option<Fault> {
    if let Some(odd) = Odd::invisible(text) {
        return Some(format!("a platform name holds {odd}: remove it").into());
    }
    (!(1..=40).contains(&text.chars().count())).then_some("a platform name has 1 to 40 characters".into())
}

fn fault_of_zoned(text: &str) -> Option<Fault> {
    (!is_zoned(text)).then_some("a time is written with its zone as `2023-09-01 00:00:00+08:00`".into())
}

fn fault_of_local(text: &str) -> Option<Fault> {
    (!is_local(text)).then_some("a time is written without a zone as `2022-12-19 15:14:52`".into())
}
