//! The catalog as an `OpenAPI` 3.1 document, written so that the generators of many languages take it.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::text::{confidence, plain, unfold};
use crate::{
    api::{
        catalog,
        envelope::Envelope,
        event::EventInfo,
        operation::{Auth, DEFAULT_BASE_URL, OperationInfo, Replay},
    },
    http::Method,
};

const SCHEMAS: &str = "#/components/schemas/";

/// The API as an `OpenAPI` 3.1 document, events as webhooks. It describes plain requests: encryption is beyond it.
#[must_use]
pub fn openapi() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut envelopes = Map::new();
    let mut paths = Map::new();
    for row in catalog::operations() {
        let described = describe(row, &mut generator, &mut envelopes);
        let path = paths.entry(row.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(row.method.as_str().to_lowercase(), described);
        }
    }
    let deliveries: Map<String, Value> =
        catalog::events().map(|row| (row.name.to_owned(), delivery(row, &mut generator))).collect();
    // References, since openapi-generator makes requests to the API of webhooks that stand here themselves.
    let webhooks: Map<String, Value> =
        deliveries.keys().map(|name| (name.clone(), reference("#/components/pathItems/", name))).collect();
    let mut schemas = generator.take_definitions(true);
    schemas.extend(envelopes);
    plain(distinct(json!({
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
            "schemas": schemas,
            "pathItems": deliveries,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token <token>`"},
                "sign": {"type": "apiKey", "in": "header", "name": "X-AIRudder-Sign", "description": "How it is computed is not published."},
            },
        },
    })))
}

fn reference(path: &str, name: &str) -> Value {
    json!({"$ref": format!("{path}{name}")})
}

fn delivery(row: &EventInfo, generator: &mut SchemaGenerator) -> Value {
    let schema = (row.schema)(generator);
    json!({"post": {
        "operationId": row.name,
        "summary": summary(&unfold(row.docs)),
        "description": unfold(row.docs),
        // Not the security of operations: a delivery carries no token.
        "security": [],
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "Taken. Anything else is delivered again."}},
    }})
}

fn describe(row: &OperationInfo, generator: &mut SchemaGenerator, envelopes: &mut Map<String, Value>) -> Value {
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
        "responses": responses(row, &result, envelopes),
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

fn responses(row: &OperationInfo, result: &Schema, envelopes: &mut Map<String, Value>) -> Value {
    // Generators take `{}` for any value, null included; of `true`, which means the same, many make nothing.
    let (name, data) = if result.as_bool() == Some(true) {
        (any_envelope(row.envelope).to_owned(), json!({}))
    } else {
        // A refusal has no result.
        (pascal(row.name) + "Envelope", json!({"anyOf": [result, {"type": "null"}]}))
    };
    let mut content = Map::new();
    if row.file {
        // Which types recordings have is not published. Many generators take the first type alone: the file.
        content.insert("*/*".into(), json!({"schema": {"type": "string", "format": "binary"}}));
    }
    content.insert("application/json".into(), json!({"schema": reference(SCHEMAS, &name)}));
    envelopes.entry(name).or_insert_with(|| envelope(row.envelope, &data));
    let refusal = any_envelope(row.envelope);
    envelopes.entry(refusal).or_insert_with(|| envelope(row.envelope, &json!({})));
    json!({
        "200": {"description": "The envelope; its own code says whether it succeeded.", "content": content},
        "401": {
            "description": match row.auth {
                Auth::None => "The key or the secret is wrong; the code may say so in a 200, too.",
                _ => "What authorizes the request is missing, wrong, or has expired; the code may say so in a 200, too.",
            },
            "content": {"application/json": {"schema": reference(SCHEMAS, refusal)}},
        },
    })
}

/// The schema's name where the result may be any value.
const fn any_envelope(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Cloud | Envelope::Chat => "AnyEnvelope",
        Envelope::Sms => "AnySmsEnvelope",
        Envelope::Process => "AnyProcessEnvelope",
    }
}

fn envelope(envelope: Envelope, data: &Value) -> Value {
    let (code, message, result) = match envelope {
        Envelope::Cloud | Envelope::Chat => ("code", "message", "data"),
        Envelope::Sms => ("code", "message", "body"),
        Envelope::Process => ("retcode", "msg", "data"),
    };
    json!({"type": "object", "properties": {code: {"type": "integer"}, message: {"type": "string"}, result: data}})
}

/// The properties of a flat schema as query parameters; nothing else needs the schema, so it leaves the definitions.
fn query(params: &Schema, generator: &mut SchemaGenerator) -> Value {
    let name = params.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let defined = name.and_then(|name| generator.definitions_mut().remove(name));
    let schema = defined.as_ref().unwrap_or(params.as_value());
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| {
            let needed = required.iter().any(|field| field == name.as_str());
            json!({"name": name, "in": "query", "required": needed, "schema": schema})
        })
        .collect()
}

/// The document with another name for each schema that is named as one of its own properties, such as `TaskId` with
/// its `TaskID`: where a generator makes both names alike, its code has one variable for two things.
fn distinct(mut document: Value) -> Value {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return document };
    let renamed: Vec<(String, String)> = schemas
        .iter()
        .filter(|(name, schema)| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.is_some_and(|properties| properties.keys().any(|field| folded(field) == folded(name)))
        })
        .map(|(name, _)| (name.clone(), format!("{name}Object")))
        .collect();
    let named = std::mem::take(schemas).into_iter().map(|(name, schema)| {
        let new = renamed.iter().find(|(old, _)| *old == name).map(|(_, new)| new.clone());
        (new.unwrap_or(name), schema)
    });
    *schemas = named.collect();
    for (old, new) in &renamed {
        refer(&mut document, &format!("{SCHEMAS}{old}"), &format!("{SCHEMAS}{new}"));
    }
    document
}

/// A name as generators compare it at worst.
fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Lets every reference to `old` be one to `new`.
fn refer(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, old, new)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            if name == "$ref" && *value == old {
                *value = new.into();
            } else {
                refer(value, old, new);
            }
        }),
        _ => {}
    }
}

/// `workflow.upload_details` as the name of a type.
fn pascal(name: &str) -> String {
    let words = name.split(['.', '_']).map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    words.collect()
}

/// The first sentence.
fn summary(docs: &str) -> &str {
    docs.split_inclusive(". ").next().unwrap_or_default().trim_end()
}
