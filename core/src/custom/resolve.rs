//! What a reference in a schema points to.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The schemas that one schema of the file may refer to: `#` is itself, to whose `$defs` those of the file are added.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) schema: &'a Value,
    /// The JSON pointer of the schema in the file.
    pub(super) at: &'a str,
    /// The `$defs` of the file.
    pub(super) defs: &'a Value,
}

impl<'a> Scope<'a> {
    /// The schema at a reference's pointer, and its own pointer in the file.
    pub(super) fn find(&self, pointer: &str) -> Option<(&'a Value, String)> {
        if let Some(found) = self.schema.pointer(pointer) {
            return Some((found, format!("{}{pointer}", self.at)));
        }
        let of_file = pointer.strip_prefix("/$defs").filter(|rest| rest.starts_with('/'))?;
        Some((self.defs.pointer(of_file)?, pointer.to_owned()))
    }
}

/// The JSON pointer of a reference within the file; `None` for any other.
pub(super) fn pointer(reference: &str) -> Option<Cow<'_, str>> {
    let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    (pointer.is_empty() || pointer.starts_with('/')).then_some(pointer)
}

impl<'a> Scope<'a> {
    /// The schema of a field of the object, also where a part of the object's schema names it.
    pub(super) fn field(&self, name: &str) -> Option<&'a Value> {
        self.parts(self.schema).into_iter().find_map(|part| part.get("properties")?.get(name))
    }

    /// Returns whether a field of the object is required.
    pub(super) fn requires(&self, name: &str) -> bool {
        let lists = self.parts(self.schema).into_iter().filter_map(|part| part.get("required")?.as_array());
        lists.flatten().any(|required| required == name)
    }

    /// Returns whether a schema is for texts, numbers and truth values alone.
    pub(super) fn is_scalar(&self, schema: &'a Value) -> bool {
        let is_scalar =
            |name: &Value| name.as_str().is_some_and(|name| ["string", "number", "integer", "boolean"].contains(&name));
        let is_value = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        self.parts(schema).into_iter().any(|part| match (part.get("type"), part.get("enum"), part.get("const")) {
            (Some(Value::Array(several)), ..) => !several.is_empty() && several.iter().all(is_scalar),
            (Some(one), ..) => is_scalar(one),
            (_, Some(Value::Array(values)), _) => !values.is_empty() && values.iter().all(is_value),
            (.., Some(value)) => is_value(value),
            _ => false,
        })
    }

    /// The schema with all that holds together with it, each once.
    pub(super) fn parts<'b>(&self, schema: &'b Value) -> Vec<&'b Value>
    where
        'a: 'b,
    {
        let mut parts: Vec<&Value> = Vec::new();
        let mut waiting = vec![schema];
        while let Some(part) = waiting.pop() {
            if parts.iter().any(|known| std::ptr::eq(*known, part)) {
                continue;
            }
            parts.push(part);
            let all = part.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            waiting.extend(
                all.iter()
                    .rev()
                    .chain(part.get("$ref").and_then(Value::as_str).and_then(|reference| self.follow(reference))),
            );
        }
        parts
    }

    /// The schema to which a reference points.
    pub(super) fn follow(&self, reference: &str) -> Option<&'a Value> {
        self.find(&pointer(reference)?).map(|(found, _)| found)
    }
}
