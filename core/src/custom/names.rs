//! Which names a catalog of one's own may use.

use super::row::{CatalogEvent, CatalogOperation};
use crate::api::catalog;

/// Families that are something else on a client of Python or JavaScript: a method, or what a language looks for on every object.
const RESERVED: [&str; 16] = [
    "aclose",
    "call",
    "campaign",
    "campaigns",
    "catalog",
    "close",
    "constructor",
    "from_env",
    "has_own_property",
    "operations",
    "prepare",
    "raw",
    "request",
    "then",
    "to_string",
    "value_of",
];

/// The fault of an operation's name, where it has one.
pub(super) fn fault_of_operation(name: &str, before: &[CatalogOperation]) -> Option<String> {
    let is_word = |word: &str| {
        word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let Some((family, operation)) = name.split_once('.').filter(|(one, other)| is_word(one) && is_word(other)) else {
        return Some("a name is two words of a-z, 0-9 and `_` with a dot between, such as `plans.create`".to_owned());
    };
    if RESERVED.contains(&family) || ["constructor", "then"].contains(&operation) {
        return Some(format!("`{name}` has a word that clients use otherwise: take another one"));
    }
    if catalog::operation(name).is_some() {
        return Some(format!("`{name}` is an operation of the library: take another name"));
    }
    before.iter().any(|row| row.name == name).then(|| format!("`{name}` stands twice"))
}

/// The fault of an event's name, where it has one.
pub(super) fn fault_of_event(name: &str, before: &[CatalogEvent]) -> Option<String> {
    if name.is_empty() || name.len() > 200 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("a name is 1 to 200 characters of ASCII without spaces, such as `plan.finished`".to_owned());
    }
    if name == "unknown" || catalog::event(name).is_some() {
        return Some(format!("`{name}` is an event of the library: take another name"));
    }
    before.iter().any(|row| row.name == name).then(|| format!("`{name}` stands twice"))
}
