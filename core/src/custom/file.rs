//! Reading the file of a catalog of one's own, strictly.

use airudder_json::push_segment;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, error::Category, value::RawValue};

use super::{
    names::{fault_of_event, fault_of_operation},
    resolve::Scope,
    row::{CatalogEvent, CatalogOperation},
    schema::{self, Params},
    strict::{self, DEEPEST},
    template::Template,
    when,
};
use crate::{
    api::{catalog, envelope::Envelope, operation, operation::Replay},
    error::{Error, ErrorCode},
    http::Method,
    locate::{self, is_deeper},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    airudder_catalog: u32,
    #[serde(borrow, default)]
    operations: Vec<OperationRow<'a>>,
    #[serde(borrow, default)]
    events: Vec<EventRow<'a>>,
    #[serde(borrow, default, rename = "$defs")]
    defs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationRow<'a> {
    name: String,
    method: Verb,
    path: String,
    #[serde(default)]
    auth: Auth,
    envelope: Option<Family>,
    #[serde(default)]
    replay: Repeating,
    #[serde(default)]
    find_out: String,
    #[serde(default)]
    file: bool,
    #[serde(default)]
    query: Vec<String>,
    #[serde(default)]
    docs: String,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRow<'a> {
    name: String,
    #[serde(default)]
    docs: String,
    #[serde(borrow)]
    when: &'a RawValue,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Auth {
    None,
    #[default]
    Token,
    Sign,
    Headers,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Family {
    Cloud,
    Chat,
    Sms,
    Process,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Repeating {
    Safe,
    #[default]
    Never,
}

/// What a file says.
pub(super) struct Rows {
    pub(super) operations: Vec<CatalogOperation>,
    pub(super) events: Vec<CatalogEvent>,
    pub(super) defs: Value,
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> Result<Rows, Error> {
    if is_deeper(text, DEEPEST) {
        return Err(invalid(format!("the file is nested more than {DEEPEST} levels deep"), ""));
    }
    let file: File<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => invalid(strict::message(&error), &locate::of_error(text, &error)),
        // What stands where a word is expected and is none stops the reader as no JSON does.
        _ if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
            invalid("this is a text with one of a few words", &locate::of_error(text, &error))
        }
        _ => invalid(format!("the file is not JSON: {error}"), ""),
    })?;
    if file.airudder_catalog != 1 {
        return Err(invalid("this version of the library reads files of version 1", "/airudder_catalog"));
    }
    let defs = file
        .defs
        .map_or_else(|| Ok(Value::Object(serde_json::Map::new())), |defs| schema::read(Some(defs), "/$defs"))?;
    schema::check_defs(&defs)?;
    let mut operations = Vec::new();
    for (index, row) in file.operations.into_iter().enumerate() {
        let operation = row.read(&format!("/operations/{index}"), &defs, &operations)?;
        operations.push(operation);
    }
    let is_known = |name: &str| catalog::operation(name).is_some() || operations.iter().any(|row| row.name == name);
    if let Some(index) = operations.iter().position(|row| !row.find_out.is_empty() && !is_known(&row.find_out)) {
        return Err(invalid("there is no such operation", &format!("/operations/{index}/find_out")));
    }
    let mut events = Vec::new();
    for (index, row) in file.events.into_iter().enumerate() {
        let event = row.read(&format!("/events/{index}"), &defs, &events)?;
        events.push(event);
    }
    Ok(Rows { operations, events, defs })
}

impl OperationRow<'_> {
    fn read(self, at: &str, defs: &Value, before: &[CatalogOperation]) -> Result<CatalogOperation, Error> {
        if let Some(fault) = fault_of_operation(&self.name, before) {
            return Err(invalid(fault, &format!("{at}/name")));
        }
        let template = Template::read(&self.path).map_err(|why| invalid(why, &format!("{at}/path")))?;
        let params_at = format!("{at}/params");
        let source = match self.params {
            Some(params) => schema::read(Some(params), &params_at)?,
            None => serde_json::json!({"properties": {}}),
        };
        schema::check(&source, &params_at)?;
        let scope = Scope { schema: &source, at: &params_at, defs };
        check_places(&template, &self.query, scope, at)?;
        let result_at = format!("{at}/result");
        let result_schema = schema::read(self.result, &result_at)?;
        schema::check(&result_schema, &result_at)?;
        let compiled = Params::compile(scope)?;
        schema::check_open(Scope { schema: &result_schema, at: &result_at, defs })?;
        Ok(CatalogOperation {
            envelope: self.envelope.map_or_else(|| Envelope::of_path(&self.path), Into::into),
            name: self.name,
            method: self.method.into(),
            path: self.path,
            auth: self.auth.into(),
            replay: self.replay.into(),
            find_out: self.find_out,
            file: self.file,
            query: self.query,
            docs: self.docs,
            params: self.params.map(ToOwned::to_owned),
            result: self.result.map(ToOwned::to_owned),
            template,
            schema: compiled,
            result_schema,
        })
    }
}

impl EventRow<'_> {
    fn read(self, at: &str, defs: &Value, before: &[CatalogEvent]) -> Result<CatalogEvent, Error> {
        if let Some(fault) = fault_of_event(&self.name, before) {
            return Err(invalid(fault, &format!("{at}/name")));
        }
        let when_at = format!("{at}/when");
        let when = when::read(&schema::read(Some(self.when), &when_at)?).map_err(|(pointer, why)| {
            let mut place = when_at.clone();
            if let Some(pointer) = pointer {
                push_segment(&mut place, &pointer);
            }
            invalid(why, &place)
        })?;
        let body_at = format!("{at}/body");
        let body_schema = schema::read(self.body, &body_at)?;
        schema::check(&body_schema, &body_at)?;
        schema::check_open(Scope { schema: &body_schema, at: &body_at, defs })?;
        let body = self.body.map(ToOwned::to_owned);
        Ok(CatalogEvent { name: self.name, docs: self.docs, when, body, body_schema })
    }
}

/// Checks that what goes into path and query is known: a part of the path that might be missing would change the whole.
fn check_places(template: &Template, query: &[String], scope: Scope<'_>, at: &str) -> Result<(), Error> {
    for name in template.params() {
        let field = scope.field(name);
        let is_required = scope.requires(name);
        if !field.is_some_and(|field| scope.is_scalar(field)) || !is_required {
            let why =
                format!("`{{{name}}}` needs a required parameter `{name}` that is a text, a number or a truth value");
            return Err(invalid(why, &format!("{at}/path")));
        }
    }
    for (index, name) in query.iter().enumerate() {
        let place = format!("{at}/query/{index}");
        if template.params().any(|param| param == name) {
            return Err(invalid(format!("`{name}` is in the path already"), &place));
        }
        if scope.field(name).is_none() {
            return Err(invalid(format!("there is no parameter `{name}`"), &place));
        }
    }
    Ok(())
}

fn invalid(message: impl Into<String>, pointer: &str) -> Error {
    Error::new(ErrorCode::InvalidCatalog, message).at(pointer)
}

impl From<Verb> for Method {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Get => Self::Get,
            Verb::Post => Self::Post,
            Verb::Put => Self::Put,
            Verb::Patch => Self::Patch,
            Verb::Delete => Self::Delete,
        }
    }
}

impl From<Auth> for operation::Auth {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::None => Self::None,
            Auth::Token => Self::Token,
            Auth::Sign => Self::Sign,
            Auth::Headers => Self::CallerHeaders,
        }
    }
}

impl From<Family> for Envelope {
    fn from(family: Family) -> Self {
        match family {
            Family::Cloud => Self::Cloud,
            Family::Chat => Self::Chat,
            Family::Sms => Self::Sms,
            Family::Process => Self::Process,
        }
    }
}

impl From<Repeating> for Replay {
    fn from(replay: Repeating) -> Self {
        match replay {
            Repeating::Safe => Self::Safe,
            Repeating::Never => Self::Never,
        }
    }
}
