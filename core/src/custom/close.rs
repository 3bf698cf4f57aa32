//! One schema of the file with all that it refers to, as a document of its own.
//!
//! A schema of parameters is closed on the way: an object takes no other fields than those that are named, unless its schema
//! says `additionalProperties`. What is one part of an object, within `allOf` and the like, cannot be closed by itself; there
//! the whole is. A schema to which both kinds of places refer is therefore copied twice.

use std::collections::BTreeMap;

use airudder_json::push_segment;
use serde_json::{Map, Value};

use super::resolve::{self, Scope};
use crate::error::{Error, ErrorCode};

/// How a schema is copied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// It describes a whole value.
    Closed,
    /// It describes a part of an object; the values in it are closed.
    Part,
    /// As it is: a condition, or a schema that checks no parameters.
    Open,
}

/// A document, and where its parts stand in the file.
pub(super) struct Document {
    pub(super) schema: Value,
    at: String,
    copies: Vec<String>,
}

impl Document {
    /// The pointer into the file of a place in the document.
    pub(super) fn place(&self, pointer: &str) -> String {
        let in_copy = pointer.strip_prefix("/$defs/").and_then(|rest| {
            let (number, behind) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            Some(format!("{}{behind}", self.copies.get(number.parse::<usize>().ok()?)?))
        });
        in_copy.unwrap_or_else(|| format!("{}{pointer}", self.at))
    }
}

/// Copies a schema with all that it refers to.
pub(super) fn document(scope: Scope<'_>, mode: Mode) -> Result<Document, Error> {
    let mut copier = Copier { scope, numbers: BTreeMap::new(), waiting: Vec::new(), copies: Vec::new() };
    let mut schema = copier.copy(scope.schema, mode, scope.at)?;
    let mut defs = Map::new();
    while let Some((number, source, mode)) = copier.waiting.pop() {
        let at = copier.copies.get(number).cloned().unwrap_or_default();
        defs.insert(number.to_string(), copier.copy(source, mode, &at)?);
    }
    if let (Some(object), false) = (schema.as_object_mut(), defs.is_empty()) {
        object.insert("$defs".to_owned(), defs.into());
    }
    Ok(Document { schema, at: scope.at.to_owned(), copies: copier.copies })
}

struct Copier<'a> {
    scope: Scope<'a>,
    numbers: BTreeMap<(String, Mode), usize>,
    waiting: Vec<(usize, &'a Value, Mode)>,
    copies: Vec<String>,
}

impl Copier<'_> {
    fn copy(&mut self, schema: &Value, mode: Mode, at: &str) -> Result<Value, Error> {
        let Value::Object(source) = schema else { return Ok(schema.clone()) };
        let closing = if mode == Mode::Closed { closing(self.scope, source) } else { None };
        let mut copy = Map::new();
        for (keyword, value) in source {
            let mut at = at.to_owned();
            push_segment(&mut at, keyword);
            if let Some(value) = self.keyword(keyword, value, mode, closing.is_some(), &at)? {
                copy.insert(keyword.clone(), value);
            }
        }
        if let Some(keyword) = closing {
            copy.insert(keyword.to_owned(), false.into());
        }
        Ok(copy.into())
    }

    fn keyword(
        &mut self,
        keyword: &str,
        value: &Value,
        mode: Mode,
        is_whole: bool,
        at: &str,
    ) -> Result<Option<Value>, Error> {
        let or_open = |wanted: Mode| if mode == Mode::Open { Mode::Open } else { wanted };
        let copy = match keyword {
            "$defs" | "definitions" => return Ok(None),
            "$id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveAnchor" | "$recursiveRef"
            | "$vocabulary" => {
                let why = format!("`{keyword}` is not supported: refer to schemas by `#/$defs/NAME`");
                return Err(Error::new(ErrorCode::InvalidCatalog, why).at(at));
            }
            "$schema" if !value.as_str().is_some_and(|draft| draft.contains("/draft/2020-12/schema")) => {
                let why = "schemas are of the draft 2020-12: leave `$schema` out, or name that one";
                return Err(Error::new(ErrorCode::InvalidCatalog, why).at(at));
            }
            "$ref" => {
                let mode = if mode == Mode::Closed && is_whole { Mode::Part } else { mode };
                self.reference(value, mode, at)?
            }
            "not" | "if" | "contains" | "propertyNames" | "contentSchema" => self.copy(value, Mode::Open, at)?,
            "then" | "else" => self.copy(value, or_open(Mode::Part), at)?,
            "allOf" | "anyOf" | "oneOf" | "dependentSchemas" => self.each(value, or_open(Mode::Part), at)?,
            "items" | "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => {
                self.copy(value, or_open(Mode::Closed), at)?
            }
            "properties" | "patternProperties" | "prefixItems" => self.each(value, or_open(Mode::Closed), at)?,
            _ => value.clone(),
        };
        Ok(Some(copy))
    }

    /// Copies the schemas in an array or an object.
    fn each(&mut self, schemas: &Value, mode: Mode, at: &str) -> Result<Value, Error> {
        let below = |segment: &str| {
            let mut at = at.to_owned();
            push_segment(&mut at, segment);
            at
        };
        match schemas {
            Value::Array(schemas) => {
                let copies = schemas.iter().enumerate();
                copies.map(|(index, schema)| self.copy(schema, mode, &below(&index.to_string()))).collect()
            }
            Value::Object(schemas) => {
                let mut copies = Map::new();
                for (name, schema) in schemas {
                    copies.insert(name.clone(), self.copy(schema, mode, &below(name))?);
                }
                Ok(copies.into())
            }
            other => Ok(other.clone()),
        }
    }

    /// A reference to the copy of what this one points to.
    fn reference(&mut self, reference: &Value, mode: Mode, at: &str) -> Result<Value, Error> {
        let bad = |why: &str| Error::new(ErrorCode::InvalidCatalog, why).at(at);
        let pointer = reference.as_str().and_then(resolve::pointer);
        let pointer =
            pointer.ok_or_else(|| bad("a reference is into the file: `#/$defs/NAME`; no other is followed"))?;
        let found = self.scope.find(&pointer).filter(|(found, _)| found.is_object() || found.is_boolean());
        let (source, place) = found.ok_or_else(|| bad("the reference points to no schema"))?;
        let next = self.copies.len();
        let number = *self.numbers.entry((pointer.into_owned(), mode)).or_insert(next);
        if number == next {
            self.copies.push(place);
            self.waiting.push((number, source, mode));
        }
        Ok(format!("#/$defs/{number}").into())
    }
}

/// The keyword by which the object is closed; `None` where it is open, or is closed by what it refers to.
fn closing(scope: Scope<'_>, schema: &Map<String, Value>) -> Option<&'static str> {
    const PARTS: [&str; 6] = ["allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"];
    let has = |keyword: &str| schema.contains_key(keyword);
    if has("additionalProperties") || has("unevaluatedProperties") {
        return None;
    }
    let is_composed = PARTS.into_iter().any(has);
    if !is_composed && !has("$ref") {
        return has("properties").then_some("additionalProperties");
    }
    let is_mere_reference = !is_composed && !has("properties");
    (!is_mere_reference && Naming { scope, left: 1000 }.names(schema)).then_some("unevaluatedProperties")
}

/// Finds out whether all objects that a schema describes have their fields named somewhere in it.
struct Naming<'a> {
    scope: Scope<'a>,
    /// As many schemas are looked at: references may go in circles.
    left: usize,
}

impl Naming<'_> {
    fn names(&mut self, schema: &Map<String, Value>) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if schema.contains_key("properties") {
            return true;
        }
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|reference| self.scope.follow(reference));
        let branches = ["then", "else"].iter().filter_map(|keyword| schema.get(*keyword));
        if referred.into_iter().chain(list("allOf")).chain(branches).any(|part| self.names_of(part)) {
            return true;
        }
        ["anyOf", "oneOf"].into_iter().any(|keyword| {
            let objects: Vec<_> = list(keyword).iter().filter(|schema| self.may_be_object(schema)).collect();
            !objects.is_empty() && objects.into_iter().all(|schema| self.names_of(schema))
        })
    }

    fn names_of(&mut self, schema: &Value) -> bool {
        schema.as_object().is_some_and(|schema| self.names(schema))
    }

    fn may_be_object(&self, schema: &Value) -> bool {
        let is_not =
            |part: &&Value| match (part.get("type"), part.get("const"), part.get("enum").and_then(Value::as_array)) {
                (Some(Value::String(one)), ..) => one != "object",
                (Some(Value::Array(several)), ..) => !several.iter().any(|one| one == "object"),
                (_, Some(value), _) => !value.is_object(),
                (.., Some(values)) => !values.iter().any(Value::is_object),
                _ => **part == Value::Bool(false),
            };
        !self.scope.parts(schema).iter().any(is_not)
    }
}
