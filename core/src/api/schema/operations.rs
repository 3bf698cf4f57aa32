//! The catalog as data for this project's own generators.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::text::{confidence, plain, unfold};
use crate::api::{
    catalog,
    envelope::Envelope,
    event::{EventInfo, Signature},
    operation::{Auth, OperationInfo, Replay},
};

/// Every operation and event with its properties and schemas: what the typed faces of all languages are made from.
#[must_use]
pub fn operations() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let operations: Vec<Value> = catalog::operations().map(|row| operation(row, &mut generator)).collect();
    let events: Vec<Value> = catalog::events().map(|row| event(row, &mut generator)).collect();
    let types = plain(Value::Object(generator.take_definitions(true)));
    json!({"operations": operations, "events": events, "types": types})
}

fn operation(row: &OperationInfo, generator: &mut SchemaGenerator) -> Value {
    let (params, result) = (row.schemas)(generator);
    json!({
        "number": row.number,
        "name": row.name,
        "method": row.method.as_str(),
        "path": row.path,
        "auth": auth(row.auth),
        "envelope": envelope(row.envelope),
        "file": row.file,
        "replay": if row.replay == Replay::Safe { "safe" } else { "never" },
        "confidence": confidence(row.confidence),
        "docs": unfold(row.docs),
        "params": plain(params.into()),
        "result": plain(result.into()),
    })
}

fn event(row: &EventInfo, generator: &mut SchemaGenerator) -> Value {
    json!({
        "number": row.number,
        "name": row.name,
        "signature": if row.signature == Signature::Documented { "documented" } else { "undocumented" },
        "confidence": confidence(row.confidence),
        "docs": unfold(row.docs),
        "body": plain((row.schema)(generator).into()),
    })
}

const fn auth(auth: Auth) -> &'static str {
    match auth {
        Auth::None => "none",
        Auth::Token => "token",
        Auth::Sign => "sign",
        Auth::CallerHeaders => "headers",
    }
}

const fn envelope(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Cloud => "cloud",
        Envelope::Chat => "chat",
        Envelope::Sms => "sms",
        Envelope::Process => "process",
    }
}
