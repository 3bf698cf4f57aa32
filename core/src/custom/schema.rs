//! Schemas of the file: checked, compiled, and what they check.

use airudder_json::push_segment;
use jsonschema::{Validator, draft202012};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json, value::RawValue};

use super::{
    close::{Document, Mode, document},
    fault,
    resolve::Scope,
    strict::{self, DEEPEST},
};
use crate::{
    api::params::invalid_json,
    error::{Error, ErrorCode},
    locate::{self, is_deeper},
};

/// The schema of an operation's parameters.
pub(super) struct Params {
    /// The closed schema, for what errors tell.
    document: Document,
    validator: Validator,
}

impl Params {
    pub(super) fn compile(scope: Scope<'_>) -> Result<Self, Error> {
        let document = document(scope, Mode::Closed)?;
        let validator = compile(&document)?;
        Ok(Self { document, validator })
    }

    /// Checks that a text keeps the schema. Of several faults it tells the first in the text.
    pub(super) fn check(&self, text: &str) -> Result<(), Error> {
        if is_deeper(text, DEEPEST) {
            let message = format!("the parameters are nested more than {DEEPEST} levels deep");
            return Err(Error::new(ErrorCode::InvalidValue, message).at(""));
        }
        let value = strict::read(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                Error::new(ErrorCode::InvalidValue, strict::message(&error)).at(locate::of_error(text, &error))
            }
            _ => invalid_json(text),
        })?;
        if !value.is_object() {
            let message = format!("invalid type: {}, expected an object", fault::type_of(&value));
            return Err(Error::new(ErrorCode::WrongType, message).at(""));
        }
        if self.validator.is_valid(&value) {
            return Ok(());
        }
        Err(fault::first(text, &self.document.schema, self.validator.iter_errors(&value)))
    }
}

/// Reads a schema of the file; a missing one allows everything.
pub(super) fn read(raw: Option<&RawValue>, at: &str) -> Result<Value, Error> {
    let Some(raw) = raw else { return Ok(Value::Bool(true)) };
    let text = raw.get();
    strict::read(text).map_err(|error| {
        let place = format!("{at}{}", locate::of_error(text, &error));
        Error::new(ErrorCode::InvalidCatalog, strict::message(&error)).at(place)
    })
}

/// Checks that a value is a schema.
pub(super) fn check(schema: &Value, at: &str) -> Result<(), Error> {
    let Err(error) = draft202012::meta::validate(schema) else { return Ok(()) };
    Err(Error::new(ErrorCode::InvalidCatalog, format!("no JSON Schema: {}", fault::message(&error)))
        .at(format!("{at}{}", error.instance_path().as_str())))
}

/// Checks that a schema that checks no parameters compiles, with all that it refers to.
pub(super) fn check_open(scope: Scope<'_>) -> Result<(), Error> {
    compile(&document(scope, Mode::Open)?).map(drop)
}

/// Checks the file's `$defs`, also those to which nothing refers.
pub(super) fn check_defs(defs: &Value) -> Result<(), Error> {
    let Some(object) = defs.as_object() else {
        return Err(Error::new(ErrorCode::InvalidCatalog, "`$defs` is an object of schemas").at("/$defs"));
    };
    let mut references = serde_json::Map::new();
    for (name, schema) in object {
        let mut at = String::new();
        push_segment(&mut at, name);
        check(schema, &format!("/$defs{at}"))?;
        let reference = format!("#/$defs{}", utf8_percent_encode(&at, NON_ALPHANUMERIC));
        references.insert(name.clone(), json!({"$ref": reference}));
    }
    check_open(Scope { schema: &json!({"properties": references}), at: "", defs })
}

/// Checks a value against a schema that checks no parameters; the error is the pointer of a value that does not keep it.
pub(super) fn keeps(scope: Scope<'_>, value: &Value) -> Result<(), String> {
    let compiled = document(scope, Mode::Open).and_then(|document| compile(&document));
    let validator = compiled.map_err(|error| error.to_string())?;
    validator.validate(value).map_err(|error| match error.instance_path().as_str() {
        "" => "the whole".to_owned(),
        pointer => format!("`{pointer}`"),
    })
}

fn compile(document: &Document) -> Result<Validator, Error> {
    draft202012::options().offline().build(&document.schema).map_err(|error| {
        let place = document.place(error.instance_path().as_str());
        Error::new(ErrorCode::InvalidCatalog, format!("the schema does not compile: {}", fault::message(&error)))
            .at(place)
    })
}
