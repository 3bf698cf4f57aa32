//! Files, and what is made of them.

use airudder_core::{Catalog, Envelope, ErrorCode};
use serde_json::{Value, json};

use crate::{extend, vendor};

/// A place in the vendor's file, what is put there, and the pointer of the error.
type Odd = (String, Value, String);

fn faults_of_operations() -> Vec<Odd> {
    let mut odd = Vec::new();
    let mut case =
        |pointer: &str, value: Value, expected: &str| odd.push((pointer.to_owned(), value, expected.to_owned()));
    case("/airudder_catalog", json!(2), "/airudder_catalog");
    case("/airudder_catalog", json!("1"), "/airudder_catalog");
    case("/operations/0/metod", json!("POST"), "/operations/0/metod");
    case("/operations/0/method", json!("HEAD"), "/operations/0/method");
    case("/operations/0/auth", json!("basic"), "/operations/0/auth");
    case("/operations/0/replay", json!(true), "/operations/0/replay");
    for name in
        ["workflow.upload_details", "plans.list", "plans", "Plans.run", "plans.run.now", "call.now", "plans.then"]
    {
        case(
            "/operations/0/name",
            json!(name),
            if name == "plans.list" { "/operations/1/name" } else { "/operations/0/name" },
        );
    }
    for path in ["x", "/a?b", "/a b", "/a//b", "/a/../b", "/{plan_id", "/{}", "/{other}", "/{note}", "/{}}"] {
        case("/operations/0/path", json!(path), "/operations/0/path");
    }
    case("/operations/0/find_out", json!("plans.nowhere"), "/operations/0/find_out");
    case("/operations/0/query/0", json!("other"), "/operations/0/query/0");
    case("/operations/0/query/0", json!("plan_id"), "/operations/0/query/0");
    case("/operations/0/params/properties/note/type", json!("text"), "/operations/0/params/properties/note/type");
    case("/operations/0/params/properties/note/pattern", json!("("), "/operations/0/params/properties/note/pattern");
    case(
        "/operations/0/params/$schema",
        json!("http://json-schema.org/draft-07/schema#"),
        "/operations/0/params/$schema",
    );
    odd
}

fn faults_of_the_rest() -> Vec<Odd> {
    let mut odd = Vec::new();
    let mut case =
        |pointer: &str, value: Value, expected: &str| odd.push((pointer.to_owned(), value, expected.to_owned()));
    case("/operations/0/result/$ref", json!("https://example.com/x.json"), "/operations/0/result/$ref");
    case("/operations/0/result/$ref", json!("#/$defs/Nothing"), "/operations/0/result/$ref");
    case("/operations/0/params/$id", json!("https://example.com/"), "/operations/0/params/$id");
    case("/events/0/name", json!("call.finished"), "/events/0/name");
    case("/events/0/name", json!("unknown"), "/events/0/name");
    case("/events/0/when", json!({}), "/events/0/when");
    case("/events/0/when", json!({"event": 1}), "/events/0/when/event");
    case("/events/0/when/~1event", json!([1]), "/events/0/when/~1event");
    case("/events/0/body", json!({"minimum": "1"}), "/events/0/body/minimum");
    case("/$defs/Run/properties/run_id/type", json!(1), "/$defs/Run/properties/run_id/type");
    case("/$defs/Run/properties/run_id/pattern", json!("["), "/$defs/Run/properties/run_id/pattern");
    odd
}

#[test]
fn every_fault_of_a_file_has_its_pointer() {
    for (pointer, value, expected) in faults_of_operations().into_iter().chain(faults_of_the_rest()) {
        let mut file = vendor();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match file.pointer_mut(parent).unwrap() {
            Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value.clone(),
            object => object[name.replace("~1", "/")] = value.clone(),
        }
        let error = extend(&file).expect_err(&format!("{pointer} {value}"));
        let details = error.details();
        assert_eq!(
            (details.code, details.pointer.as_deref()),
            (ErrorCode::InvalidCatalog, Some(&*expected)),
            "{error}"
        );
    }
    for (text, pointer) in [
        ("", ""),
        ("[]", ""),
        (
            r#"{"airudder_catalog":1,"operations":[{"name":"a.b","method":"GET","path":"/","params":{"a":1,"a":2}}]}"#,
            "/operations/0/params/a",
        ),
        (&format!(r#"{{"airudder_catalog":1,"$defs":{}{}}}"#, "[".repeat(200), "]".repeat(200)), ""),
    ] {
        let error = Catalog::extend(text).unwrap_err();
        assert_eq!(
            (error.code(), error.details().pointer.as_deref()),
            (ErrorCode::InvalidCatalog, Some(pointer)),
            "{error}"
        );
    }
}

#[test]
fn envelopes_are_as_the_file_says_or_as_the_path_does() {
    let catalog = extend(&vendor()).unwrap();
    let envelope = |name: &str| catalog.operation(name).unwrap().envelope;
    assert_eq!(envelope("plans.run"), Envelope::Cloud);
    assert_eq!(envelope("plans.list"), Envelope::Chat);
    assert_eq!(envelope("plans.drop"), Envelope::Process);
    let listing: Value = serde_json::from_str(&catalog.to_json()).unwrap();
    assert_eq!(listing["operations"][0]["result"], json!({"$ref": "#/$defs/Run"}));
    assert_eq!(listing["operations"][2]["auth"], "sign");
    assert_eq!(listing["events"][1]["when"], json!({"/plan/step": true, "/kind": 7}));
}

#[test]
fn examples_keep_their_schemas() {
    for (schema, expected) in [
        (json!(true), json!({})),
        (json!({"type": "string", "minLength": 6}), json!("textxx")),
        (json!({"type": ["null", "integer"], "minimum": 3, "multipleOf": 2}), json!(4)),
        (json!({"type": "array", "items": {"format": "date", "type": "string"}}), json!(["2026-01-31"])),
        (
            json!({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"default": "x"}}}]}),
            json!({"a": 1, "b": "x"}),
        ),
        (json!({"oneOf": [{"type": "boolean"}, {"type": "null"}]}), json!(true)),
        (json!({"type": "string", "pattern": "^a+$", "examples": ["aa"]}), json!("aa")),
    ] {
        let row = json!({"name": "plans.get", "method": "GET", "path": "/x", "result": schema});
        let catalog = extend(&json!({"airudder_catalog": 1, "operations": [row]})).unwrap();
        let example: Value = serde_json::from_str(&catalog.example("plans.get").unwrap()).unwrap();
        assert_eq!(example, expected);
        assert!(jsonschema::draft202012::is_valid(&schema, &example), "{schema} {example}");
    }
    let row =
        json!({"name": "plans.get", "method": "GET", "path": "/x", "result": {"type": "string", "pattern": "^a+$"}});
    let error = extend(&json!({"airudder_catalog": 1, "operations": [row]})).unwrap().example("plans.get").unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidCatalog);
    let catalog = extend(&vendor()).unwrap();
    assert!(catalog.example("plans.run").unwrap().contains("run_id"));
    for event in catalog.events() {
        let body = catalog.example_event(&event.name).unwrap();
        assert_eq!(catalog.recognize(&body).map(|found| &found.name), Some(&event.name), "{body}");
    }
}
