//! The catalog as data for generators: `operations.json` and an `OpenAPI` 3.1 document.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    api::{
        catalog,
        confidence::Confidence,
        envelope::Envelope,
        event::{EventInfo, Signature},
        operation::{Auth, DEFAULT_BASE_URL, OperationInfo, Replay},
    },
    http::Method,
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

/// The same with its descriptions as plain text.
fn plain(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("description", Value::String(text)) => (name, unfold(&text).into()),
                (_, value) => (name, plain(value)),
            })
            .collect(),
        other => other,
    }
}

/// Documentation as one line: Rust breaks it, and escapes the brackets of confidence marks.
fn unfold(docs: &str) -> String {
    docs.replace("\\[", "[").split_whitespace().collect::<Vec<_>>().join(" ")
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

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Assumed => "assumed",
    }
}

/// The API as an `OpenAPI` 3.1 document, events as webhooks. It describes plain requests: encryption is beyond it.
#[must_use]
pub fn openapi() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for row in catalog::operations() {
        let described = describe(row, &mut generator);
        let path = paths.entry(row.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(row.method.as_str().to_lowercase(), described);
        }
    }
    let webhooks: Map<String, Value> = catalog::events()
        .map(|row| {
            let schema = (row.schema)(&mut generator);
            let delivery = json!({
                "operationId": row.name,
                "summary": summary(&unfold(row.docs)),
                "description": unfold(row.docs),
                // Not the security of operations: a delivery carries no token.
                "security": [],
                "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"description": "Taken. Anything else is delivered again."}},
            });
            (row.name.to_owned(), json!({"post": delivery}))
        })
        .collect();
    plain(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "AI Rudder, as far as it is public",
            "description": "Unofficial, and not made or endorsed by AI Rudder. `x-confidence` says where each operation is from.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": DEFAULT_BASE_URL}],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token <token>`"},
                "sign": {"type": "apiKey", "in": "header", "name": "X-AIRudder-Sign", "description": "How it is computed is not published."},
            },
        },
    }))
}

fn describe(row: &OperationInfo, generator: &mut SchemaGenerator) -> Value {
    let (params, result) = (row.schemas)(generator);
    let mut described = json!({
        "operationId": row.name,
        "tags": [row.name.split('.').next()],
        "summary": summary(&unfold(row.docs)),
        "description": unfold(row.docs),
        "x-confidence": confidence(row.confidence),
        "x-replay": if row.replay == Replay::Safe { "safe" } else { "never" },
        "security": match row.auth {
            Auth::Token => json!([{"token": []}]),
            Auth::Sign => json!([{"sign": []}]),
            Auth::None | Auth::CallerHeaders => json!([]),
        },
        "responses": responses(row, &result),
    });
    if let Some(described) = described.as_object_mut() {
        if row.method == Method::Get {
            described.insert("parameters".into(), query(&params, generator));
        } else {
            let body = json!({"required": true, "content": {"application/json": {"schema": params}}});
            described.insert("requestBody".into(), body);
        }
    }
    described
}

fn responses(row: &OperationInfo, result: &Schema) -> Value {
    let (code, message, data) = match row.envelope {
        Envelope::Cloud | Envelope::Chat => ("code", "message", "data"),
        Envelope::Sms => ("code", "message", "body"),
        Envelope::Process => ("retcode", "msg", "data"),
    };
    let envelope = |data_schema: Value| {
        let properties = json!({code: {"type": "integer"}, message: {"type": "string"}, data: data_schema});
        json!({"application/json": {"schema": {"type": "object", "properties": properties}}})
    };
    // Generators take `{}` for any value, null included; of `true`, which means the same, many make nothing.
    let any = result.as_bool() == Some(true);
    // A refusal has no result.
    let mut content = envelope(if any { json!({}) } else { json!({"anyOf": [result, {"type": "null"}]}) });
    if let (true, Some(content)) = (row.file, content.as_object_mut()) {
        // Which types recordings have is not published.
        content.insert("*/*".into(), json!({"schema": {"type": "string", "format": "binary"}}));
    }
    let mut responses =
        json!({"200": {"description": "The envelope; its own code says whether it succeeded.", "content": content}});
    if let (false, Some(responses)) = (row.auth == Auth::None, responses.as_object_mut()) {
        let description =
            "What authorizes the request is missing, wrong, or has expired; the code may say so in a 200, too.";
        responses.insert("401".into(), json!({"description": description, "content": envelope(json!({}))}));
    }
    responses
}

/// The properties of a flat schema as query parameters.
fn query(params: &Schema, generator: &SchemaGenerator) -> Value {
    let name = params.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let schema = name.and_then(|name| generator.definitions().get(name)).unwrap_or(params.as_value());
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| {
            let needed = required.iter().any(|field| field == name.as_str());
            json!({"name": name, "in": "query", "required": needed, "schema": schema})
        })
        .collect()
}

/// The first sentence.
fn summary(docs: &str) -> &str {
    docs.split_inclusive(". ").next().unwrap_or_default().trim_end()
}
