//! Examples made from schemas, for a service that stands in for the vendor's.

use serde_json::{Map, Value, json};

use super::{catalog::Catalog, resolve::Scope, schema, strict::DEEPEST};
use crate::{
    error::{Error, ErrorCode},
    members,
};

/// Deeper than this, only what must be there is made.
const FULL_DEPTH: usize = 6;
/// An example has at most so many values.
const LARGEST: usize = 2000;

impl Catalog {
    /// An example of an operation's result, as JSON text: what the schema has as `examples`, `example`, `default`, `const` or
    /// `enum`, else a small value of its type. The same schema gives the same example.
    ///
    /// Errors: E1002 no such operation; E1027 where a value that keeps the schema needs to be given, for instance for a `pattern`.
    pub fn example(&self, name: &str) -> Result<String, Error> {
        let row = self.required(name)?;
        self.made(&row.result_schema, name, |value| value).map_err(|error| error.in_operation(name))
    }

    /// An example of an event's body, made in the same way, by which the event is recognized.
    ///
    /// Errors: E1001 no such event; E1027 as of [`example`](Self::example).
    pub fn example_event(&self, name: &str) -> Result<String, Error> {
        let row = self.event(name).ok_or_else(|| {
            let message = format!("there is no event `{name}` in this catalog");
            Error::new(ErrorCode::InvalidConfig, message).at("/kind")
        })?;
        self.made(&row.body_schema, name, |mut body| {
            for (pointer, value) in &row.when {
                put(&mut body, pointer, value.as_ref());
            }
            body
        })
    }

    fn made(&self, schema: &Value, name: &str, finish: impl Fn(Value) -> Value) -> Result<String, Error> {
        let scope = Scope { schema, at: "", defs: &self.defs };
        let example = finish(Maker { scope, left: LARGEST }.value(schema, 0));
        schema::keeps(scope, &example).map_err(|place| {
            let why = format!("no example of `{name}` can be made: give `examples` in its schema for {place}");
            Error::new(ErrorCode::InvalidCatalog, why)
        })?;
        Ok(example.to_string())
    }
}

/// Puts a value where an event has it.
fn put(body: &mut Value, pointer: &str, value: Option<&Value>) {
    let mut place = body;
    for name in members::segments(pointer) {
        let index = name.parse::<usize>().ok();
        let has_place = match &*place {
            Value::Array(elements) => index.is_some_and(|index| index < elements.len()),
            other => other.is_object(),
        };
        if !has_place {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Array(elements) => match index.and_then(|index| elements.get_mut(index)) {
                Some(element) => element,
                None => return,
            },
            Value::Object(fields) => fields.entry(name).or_insert(Value::Null),
            _ => return,
        };
    }
    match value {
        Some(value) => *place = value.clone(),
        None if place.is_null() => *place = Value::Bool(true),
        None => {}
    }
}

struct Maker<'a> {
    scope: Scope<'a>,
    left: usize,
}

impl<'a> Maker<'a> {
    fn value(&mut self, schema: &'a Value, depth: usize) -> Value {
        let Some(left) = self.left.checked_sub(1).filter(|_| depth < DEEPEST) else { return Value::Null };
        self.left = left;
        let parts = self.parts(schema);
        let find = |keyword: &str| parts.iter().find_map(|part| part.get(keyword));
        let first = |list: &'a Value| list.get(0);
        let given = find("const").or_else(|| find("examples").and_then(first)).or_else(|| find("example"));
        if let Some(given) = given.or_else(|| find("default")).or_else(|| find("enum").and_then(first)) {
            return given.clone();
        }
        match type_of(&parts) {
            "object" => self.object(&parts, depth),
            "array" => self.array(&parts, depth),
            "string" => text(&parts),
            "integer" | "number" => number(&parts),
            "boolean" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    /// The schema with all that holds together with it, and the first of each alternative.
    fn parts(&self, schema: &'a Value) -> Vec<&'a Value> {
        let mut parts = self.scope.parts(schema);
        let mut next = 0;
        while let Some(part) = parts.get(next).copied() {
            next += 1;
            for alternatives in ["oneOf", "anyOf"].iter().filter_map(|keyword| part.get(*keyword)) {
                for found in alternatives.get(0).map(|one| self.scope.parts(one)).unwrap_or_default() {
                    if !parts.iter().any(|known| std::ptr::eq(*known, found)) {
                        parts.push(found);
                    }
                }
            }
        }
        parts
    }

    fn object(&mut self, parts: &[&'a Value], depth: usize) -> Value {
        let required: Vec<&str> = lists(parts, "required").filter_map(Value::as_str).collect();
        let mut fields = Map::new();
        for part in parts {
            let properties = part.get("properties").and_then(Value::as_object).into_iter().flatten();
            for (name, schema) in properties {
                let is_wanted =
                    required.contains(&name.as_str()) || (depth < FULL_DEPTH && *schema != Value::Bool(false));
                if is_wanted && !fields.contains_key(name) {
                    let value = self.value(schema, depth + 1);
                    fields.insert(name.clone(), value);
                }
            }
        }
        for name in required {
            fields.entry(name).or_insert_with(|| "text".into());
        }
        fields.into()
    }

    fn array(&mut self, parts: &[&'a Value], depth: usize) -> Value {
        let limit = |keyword: &str| parts.iter().find_map(|part| part.get(keyword)?.as_u64());
        let wanted = u64::from(depth < FULL_DEPTH).max(limit("minItems").unwrap_or(0));
        let wanted = wanted.min(limit("maxItems").unwrap_or(u64::MAX)).min(100);
        let mut elements: Vec<Value> =
            lists(parts, "prefixItems").map(|schema| self.value(schema, depth + 1)).collect();
        let each = parts.iter().find_map(|part| part.get("items"));
        while u64::try_from(elements.len()).is_ok_and(|length| length < wanted) {
            elements.push(each.map_or(Value::Null, |schema| self.value(schema, depth + 1)));
        }
        elements.into()
    }
}

/// The elements of the lists that the parts have.
fn lists<'a>(parts: &[&'a Value], keyword: &str) -> impl Iterator<Item = &'a Value> {
    let lists: Vec<_> = parts.iter().filter_map(|part| part.get(keyword)?.as_array()).collect();
    lists.into_iter().flatten()
}

fn type_of<'a>(parts: &[&'a Value]) -> &'a str {
    let named = parts.iter().find_map(|part| match part.get("type")? {
        Value::Array(several) => several.iter().filter_map(Value::as_str).find(|one| *one != "null"),
        one => one.as_str(),
    });
    let has = |keyword: &str| parts.iter().any(|part| part.get(keyword).is_some());
    named.unwrap_or(if has("items") || has("prefixItems") { "array" } else { "object" })
}

fn text(parts: &[&Value]) -> Value {
    let find = |keyword: &str| parts.iter().find_map(|part| part.get(keyword));
    let text = match find("format").and_then(Value::as_str) {
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "12:00:00Z",
        Some("email") => "someone@example.com",
        Some("uri" | "url") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "text",
    };
    let limit = |keyword: &str| find(keyword).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let length =
        text.len().max(limit("minLength").unwrap_or(0).min(LARGEST)).min(limit("maxLength").unwrap_or(usize::MAX));
    text.chars().chain(std::iter::repeat('x')).take(length).collect::<String>().into()
}

#[expect(clippy::cast_possible_truncation, reason = "an example within the range of whole numbers")]
fn number(parts: &[&Value]) -> Value {
    let find = |keyword: &str| parts.iter().find_map(|part| part.get(keyword)?.as_f64());
    let step = find("multipleOf").filter(|step| *step > 0.0);
    let least = find("minimum").or_else(|| find("exclusiveMinimum").map(|limit| limit + step.unwrap_or(1.0)));
    let most = find("maximum").or_else(|| find("exclusiveMaximum").map(|limit| limit - step.unwrap_or(1.0)));
    let value = step.unwrap_or(1.0).max(least.unwrap_or(f64::MIN)).min(most.unwrap_or(f64::MAX));
    let value = step.map_or(value, |step| (value / step).ceil() * step);
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}
