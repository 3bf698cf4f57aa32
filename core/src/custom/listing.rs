//! A catalog as JSON, for hosts that make methods, stubs and lists of it.

use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    catalog::Catalog,
    row::{CatalogEvent, CatalogOperation},
};
use crate::api::{
    envelope::Envelope,
    operation::{Auth, Replay},
};

#[derive(Serialize)]
struct Listing<'a> {
    operations: Vec<OperationRow<'a>>,
    events: Vec<EventRow<'a>>,
}

#[derive(Serialize)]
struct OperationRow<'a> {
    name: &'a str,
    method: &'static str,
    path: &'a str,
    auth: &'static str,
    envelope: &'static str,
    replay: &'static str,
    find_out: &'a str,
    file: bool,
    query: &'a [String],
    docs: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct EventRow<'a> {
    name: &'a str,
    docs: &'a str,
    when: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

impl Catalog {
    /// The catalog as one JSON object: `operations` and `events` with the fields of the file, defaults filled in, schemas as they
    /// stand there, in the order of the file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let listing = Listing {
            operations: self.operations.iter().map(OperationRow::of).collect(),
            events: self.events.iter().map(EventRow::of).collect(),
        };
        serde_json::to_string(&listing).unwrap_or_default()
    }
}

impl<'a> OperationRow<'a> {
    fn of(row: &'a CatalogOperation) -> Self {
        Self {
            name: &row.name,
            method: row.method.as_str(),
            path: &row.path,
            auth: match row.auth {
                Auth::None => "none",
                Auth::Token => "token",
                Auth::Sign => "sign",
                Auth::CallerHeaders => "headers",
            },
            envelope: match row.envelope {
                Envelope::Cloud => "cloud",
                Envelope::Chat => "chat",
                Envelope::Sms => "sms",
                Envelope::Process => "process",
            },
            replay: if row.replay == Replay::Safe { "safe" } else { "never" },
            find_out: &row.find_out,
            file: row.file,
            query: &row.query,
            docs: &row.docs,
            params: row.params.as_deref(),
            result: row.result.as_deref(),
        }
    }
}

impl<'a> EventRow<'a> {
    fn of(row: &'a CatalogEvent) -> Self {
        let when =
            row.when.iter().map(|(pointer, value)| (pointer.clone(), value.clone().unwrap_or(Value::Bool(true))));
        Self { name: &row.name, docs: &row.docs, when: when.collect(), body: row.body.as_deref() }
    }
}
