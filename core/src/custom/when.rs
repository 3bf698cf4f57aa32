//! Telling an event by what stands at some places of its body.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    row::CatalogEvent,
    walk::{Edge, walk},
};

/// The first event of which all holds.
pub(super) fn recognize<'a>(events: &'a [CatalogEvent], text: &str) -> Option<&'a CatalogEvent> {
    let wanted = events.iter().flat_map(|event| &event.when);
    let mut found: BTreeMap<&str, Option<&str>> = wanted.map(|(pointer, _)| (pointer.as_str(), None)).collect();
    if found.is_empty() {
        return None;
    }
    // Of equal names the last one counts.
    walk(text, |pointer, edge| {
        if let (Edge::Start(token), Some(value)) = (edge, found.get_mut(pointer)) {
            *value = Some(token);
        }
    });
    let holds = |(pointer, value): &(String, Option<Value>)| {
        let token = found.get(pointer.as_str()).copied().flatten();
        token.is_some_and(|token| value.as_ref().is_none_or(|value| is(token, value)))
    };
    events.iter().find(|event| event.when.iter().all(holds))
}

/// Returns whether a token is a text, number or literal of this value.
fn is(token: &str, value: &Value) -> bool {
    let Ok(found) = serde_json::from_str::<Value>(token) else { return false };
    match (found.as_f64(), value.as_f64()) {
        (Some(_), Some(_)) if found == *value => true,
        #[expect(clippy::float_cmp, reason = "1 and 1.0 are one number, and no other is near enough")]
        (Some(found), Some(value)) => found == value && found.abs() < 9_007_199_254_740_992.0,
        _ => found == *value,
    }
}

/// A fault, with the JSON pointer of the place where it stands; without one it is the whole.
pub(super) type Fault = (Option<String>, &'static str);

/// Reads the places of an event.
pub(super) fn read(when: &Value) -> Result<Vec<(String, Option<Value>)>, Fault> {
    let object = when.as_object().filter(|object| !object.is_empty());
    let object = object.ok_or((None, "`when` is an object of JSON pointers, with one at least"))?;
    let each = object.iter().map(|(pointer, value)| {
        let bad = |why| Err((Some(pointer.clone()), why));
        if !is_pointer(pointer) {
            return bad("this is no JSON pointer: write `/` before each name, such as `/event`");
        }
        match value {
            Value::Array(_) | Value::Object(_) => {
                bad("a text, a number, `false` or `null` can stand there, or `true` for any value")
            }
            Value::Bool(true) => Ok((pointer.clone(), None)),
            value => Ok((pointer.clone(), Some(value.clone()))),
        }
    });
    each.collect()
}

fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1);
    text.starts_with('/') && escapes.into_iter().all(|behind| behind.starts_with(['0', '1']))
}
