//! Catalogs of one's own: their files, checks, requests and events.

use std::sync::Arc;

use airudder_core::{
    Call, CallOptions, Catalog, ClientConfig, Delivery, Envelope, Error, ErrorCode, Failure, Outcome, Request, Secret,
    Session, Step, WebhookConfig, Webhooks,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn extend(file: &Value) -> Result<Catalog, Error> {
    Catalog::extend(&file.to_string())
}

/// A catalog of one operation with these parameters.
fn of_params(params: &Value) -> Catalog {
    let row = json!({"name": "plans.create", "method": "POST", "path": "/service/plans", "params": params});
    extend(&json!({"airudder_catalog": 1, "operations": [row]})).unwrap()
}

/// Number and pointer of the error, and its message.
fn fault(params: &Value, text: &str) -> (u16, String, String) {
    let error = of_params(params).check("plans.create", text).expect_err(text);
    let details = error.details();
    assert_eq!(details.operation.as_deref(), Some("plans.create"));
    (details.code.number(), details.pointer.clone().unwrap_or_default(), details.message.clone())
}

fn vendor() -> Value {
    json!({
        "airudder_catalog": 1,
        "operations": [
            {
                "name": "plans.run", "method": "POST", "path": "/service/plans/{plan_id}/runs", "query": ["dry_run"],
                "find_out": "plans.list", "docs": "Runs a plan.",
                "params": {
                    "properties": {
                        "plan_id": {"type": "string"}, "dry_run": {"type": "boolean"}, "limit": {"type": "number"},
                        "note": {"type": "string"}
                    },
                    "required": ["plan_id"]
                },
                "result": {"$ref": "#/$defs/Run"}
            },
            {
                "name": "plans.list", "method": "GET", "path": "/api/v1/plans", "replay": "safe",
                "params": {"properties": {"page": {"type": "integer"}, "name": {"type": "string"}}}
            },
            {
                "name": "plans.drop", "method": "DELETE", "path": "/service/sms/plans/{plan_id}", "envelope": "process",
                "auth": "sign",
                "params": {"properties": {"plan_id": {"$ref": "#/$defs/Id"}}, "required": ["plan_id"]}
            }
        ],
        "events": [
            {"name": "plan.finished", "when": {"/event": "plan.finished"}, "body": {"$ref": "#/$defs/Run"}},
            {"name": "plan.step", "when": {"/plan/step": true, "/kind": 7}}
        ],
        "$defs": {
            "Id": {"type": ["string", "integer"]},
            "Run": {
                "type": "object", "required": ["run_id"],
                "properties": {"run_id": {"type": "string"}, "next": {"$ref": "#/$defs/Run"}}
            }
        }
    })
}

fn config() -> ClientConfig {
    ClientConfig {
        app_key: Some(Secret::new("fake-app-key")),
        app_secret: Some(Secret::new("fake-app-secret")),
        sign_key: Some(Secret::new("fake-sign-key")),
        sign_secret: Some(Secret::new("fake-sign-secret")),
        max_retries: 2,
        catalog: Some(Arc::new(extend(&vendor()).unwrap())),
        ..ClientConfig::default()
    }
}

fn call(name: &str, params: &str) -> Result<Call, Error> {
    Call::new(&Session::new(config()).unwrap(), name, params, &CallOptions::default())
}

fn prepared(name: &str, params: &str) -> Request {
    call(name, params).unwrap().prepare().unwrap()
}

#[test]
fn every_fault_of_a_file_has_its_pointer() {
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
    for (pointer, value, expected) in odd {
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
fn the_first_fault_of_parameters_is_told_with_its_pointer_and_no_value() {
    let params = json!({
        "properties": {
            "title": {"type": "string", "maxLength": 5},
            "mode": {"enum": ["fast", "slow"]},
            "steps": {"type": "array", "items": {"properties": {"at": {"type": "integer"}}, "required": ["at"]}},
            "owner": {"anyOf": [{"$ref": "#/$defs/Owner"}, {"type": "null"}]},
            "count": {"minimum": 1}
        },
        "required": ["title"],
        "$defs": {"Owner": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}
    });
    for (text, code, pointer, says) in [
        (r#"{"title":"x","steps":[{"at":1},{"ta":9,"at":"secret"}]}"#, 1004, "/steps/1/ta", "did you mean `at`?"),
        (
            r#"{"title":"x","steps":[{"at":"secret"},{"ta":9}]}"#,
            1006,
            "/steps/0/at",
            "invalid type: string, expected a whole number",
        ),
        (r#"{"steps":[{}],"title":7}"#, 1005, "/steps/0/at", "missing field `at`"),
        (r#"{"count":5}"#, 1005, "/title", "missing field `title`"),
        (r#"{"title":"secret"}"#, 1007, "/title", "at most 5 characters"),
        (r#"{"title":"x","mode":"secret"}"#, 1007, "/mode", r#"expected one of "fast", "slow""#),
        (r#"{"title":"x","count":0}"#, 1007, "/count", "at least 1"),
        (r#"{"title":"x","owner":{"name":"a","nmae":"secret"}}"#, 1004, "/owner/nmae", "did you mean `name`?"),
        (r#"{"title":"x","owner":{}}"#, 1005, "/owner/name", "missing field `name`"),
        (r#"{"title":"x","owner":"secret"}"#, 1006, "/owner", "alternatives"),
        (r#"{"title":"x","title":"y"}"#, 1007, "/title", "duplicate field `title`"),
        (r#"["secret"]"#, 1006, "", "expected an object"),
        (r#"{"title":"x""#, 1003, "", "not valid JSON"),
        (r#"{"title":"\ud800"}"#, 1003, "", "surrogate"),
    ] {
        let (number, place, message) = fault(&params, text);
        assert_eq!((number, place.as_str()), (code, pointer), "{text}: {message}");
        assert!(message.contains(says) && !message.contains("secret"), "{text}: {message}");
    }
    let deep = format!(r#"{{"title":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(fault(&params, &deep).0, 1007);
    of_params(&params).check("plans.create", r#"{"title":"x","owner":{"name":"a"},"steps":[]}"#).unwrap();
    let unknown = of_params(&params).check("plans.drop", "{}").unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::UnknownOperation);
}

#[test]
fn objects_with_named_fields_are_closed_also_where_they_are_composed() {
    let base = json!({"properties": {"a": {"properties": {"in": {}}}}});
    let defs = json!({"Base": base, "Free": {"type": "object"}});
    for (schema, taken, refused) in [
        (json!({"properties": {"a": {}}}), json!({"a": 1}), json!({"b": 1})),
        (json!({"$ref": "#/$defs/Base"}), json!({"a": {"in": 1}}), json!({"b": 1})),
        (
            json!({"allOf": [{"$ref": "#/$defs/Base"}, {"properties": {"b": {}}}]}),
            json!({"a": {}, "b": 1}),
            json!({"c": 1}),
        ),
        (json!({"allOf": [{"$ref": "#/$defs/Base"}]}), json!({"a": {"in": 1}}), json!({"a": {"out": 1}})),
        (json!({"$ref": "#/$defs/Base", "properties": {"b": {}}}), json!({"a": {}, "b": 1}), json!({"c": 1})),
        (
            json!({"oneOf": [{"properties": {"x": {}}, "required": ["x"]}, {"properties": {"y": {}}, "required": ["y"]}]}),
            json!({"y": 1}),
            json!({"y": 1, "z": 1}),
        ),
        (
            json!({"properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}),
            json!({"a": 1}),
            json!({"a": 1, "c": 1}),
        ),
        (
            json!({"properties": {"k": {}}, "if": {"properties": {"k": {"const": 1}}}, "then": {"properties": {"l": {}}}}),
            json!({"k": 1, "l": 1}),
            json!({"k": 2, "l": 1}),
        ),
        (
            json!({"properties": {"list": {"prefixItems": [{"$ref": "#/$defs/Base"}]}}}),
            json!({"list": [{"a": {}}]}),
            json!({"list": [{"b": 1}]}),
        ),
    ] {
        let mut schema = schema;
        schema["$defs"] = defs.clone();
        let catalog = of_params(&schema);
        catalog.check("plans.create", &taken.to_string()).expect(&schema.to_string());
        let error = catalog.check("plans.create", &refused.to_string()).expect_err(&schema.to_string());
        assert_eq!(error.code(), ErrorCode::UnknownField, "{schema}: {error}");
    }
    for schema in [
        json!({"type": "object"}),
        json!({"properties": {"a": {}}, "additionalProperties": true}),
        json!({"allOf": [{"$ref": "#/$defs/Base"}, {"additionalProperties": true}]}),
        json!({"anyOf": [{"$ref": "#/$defs/Base"}, {"$ref": "#/$defs/Free"}]}),
        json!({"properties": {"b": {"not": {"properties": {"c": {"const": 1}}, "required": ["c"]}}}}),
    ] {
        let mut schema = schema;
        schema["$defs"] = defs.clone();
        let free = json!({"b": {"x": 1}});
        of_params(&schema).check("plans.create", &free.to_string()).expect(&schema.to_string());
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"properties": {"next": {"$ref": "#/$defs/Tree"}}}}});
    let deep = format!("{}{{}}{}", r#"{"next":"#.repeat(98), "}".repeat(98));
    of_params(&tree).check("plans.create", &deep).unwrap();
    let circles = [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}),
        json!({"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}], "$defs": {"A": {"allOf": [{"$ref": "#"}, {"$ref": "#/$defs/A"}]}}}),
        json!({"not": {"$ref": "#"}}),
    ];
    for circle in circles {
        let row = json!({"name": "plans.create", "method": "POST", "path": "/service/plans", "params": circle});
        if let Ok(catalog) = extend(&json!({"airudder_catalog": 1, "operations": [row]})) {
            drop(catalog.check("plans.create", r#"{"a":1}"#));
        }
    }
}

#[test]
fn parameters_go_into_path_query_and_body() {
    let request = prepared("plans.run", r#"{"limit":1.50,"plan_id":"a/ü?","dry_run":true,"note":"n"}"#);
    assert_eq!(request.url, "https://api.airudder.com/service/plans/a%2F%C3%BC%3F/runs?dry_run=true");
    assert_eq!(request.body, br#"{"limit":1.50,"note":"n"}"#);
    assert!(request.headers.get("Authorization").is_some());
    assert_eq!(prepared("plans.run", r#"{"plan_id":"p"}"#).body, b"{}");
    let request = prepared("plans.list", r#"{"page":2,"name":"a b"}"#);
    assert_eq!(
        (request.url.as_str(), request.body.len()),
        ("https://api.airudder.com/api/v1/plans?page=2&name=a%20b", 0)
    );
    let request = prepared("plans.drop", r#"{"plan_id":12}"#);
    assert_eq!((request.url.as_str(), request.body.len()), ("https://api.airudder.com/service/sms/plans/12", 0));
    assert!(request.headers.get("X-AIRudder-Sign").is_some());
    for id in [r#""""#, r#"".""#, r#""..""#] {
        let error = call("plans.run", &format!(r#"{{"plan_id":{id}}}"#)).unwrap_err();
        assert_eq!((error.code(), error.details().pointer.as_deref()), (ErrorCode::InvalidValue, Some("/plan_id")));
    }
}

#[test]
fn strict_off_lets_unknown_fields_pass_and_still_fills_the_path() {
    let session = Session::new(ClientConfig { strict: false, ..config() }).unwrap();
    let start = |params: &str| Call::new(&session, "plans.run", params, &CallOptions::default());
    let request = start(r#"{"plan_id":"p","new":[1]}"#).unwrap().prepare().unwrap();
    assert_eq!(request.body, br#"{"new":[1]}"#);
    for (params, code) in [
        ("{}", ErrorCode::MissingField),
        (r#"{"plan_id":null}"#, ErrorCode::MissingField),
        (r#"{"plan_id":[1]}"#, ErrorCode::WrongType),
        (r#"{"plan_id":"a","plan_id":"b"}"#, ErrorCode::InvalidValue),
        ("[]", ErrorCode::WrongType),
    ] {
        let error = start(params).unwrap_err();
        assert_eq!((error.code(), error.details().operation.as_deref()), (code, Some("plans.run")), "{params}");
    }
}

#[test]
fn ours_come_first_and_an_unknown_name_lists_both() {
    let error = call("plans.rnu", "{}").unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownOperation);
    for name in ["plans.run", "workflow.upload_details"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    let params = r#"{"case_id":"c","start_time":"2026-11-01 00:00:00+08:00","end_time":"2026-12-01 00:00:00+08:00"}"#;
    call("workflow.detail_instances", params).unwrap();
}

/// Sends a call's requests to nowhere; returns its error and how often its own request was sent.
fn lose(name: &str, params: &str) -> (Error, usize) {
    let mut call = call(name, params).unwrap();
    let (mut now_ms, mut sent) = (0, 0);
    loop {
        match call.poll(now_ms).unwrap() {
            Step::Send(request) if request.url.ends_with("/service/cloud/auth") => {
                let body =
                    json!({"data": {"token": "fake-token"}, "status": "OK", "code": 200}).to_string().into_bytes();
                let answer = airudder_core::Response {
                    status: 200,
                    headers: [("Content-Type", "application/json")].into_iter().collect(),
                    body,
                };
                call.on_response(now_ms, &answer).unwrap();
            }
            Step::Send(_) => {
                sent += 1;
                call.on_failure(now_ms, Failure::Timeout, "no answer").unwrap();
            }
            Step::Wait { until_ms, .. } => now_ms = until_ms,
            Step::Done => return (call.take_result().unwrap_err(), sent),
        }
    }
}

#[test]
fn what_must_not_be_repeated_is_not_and_the_error_tells_how_to_find_out() {
    let (error, sent) = lose("plans.run", r#"{"plan_id":"p"}"#);
    assert_eq!((error.code(), sent, error.details().outcome), (ErrorCode::OutcomeUnknown, 1, Some(Outcome::Unknown)));
    assert!(error.to_string().contains("`plans.list`") && error.to_string().contains("plans.run"), "{error}");
    let (error, sent) = lose("plans.list", "{}");
    assert_eq!((error.code(), sent), (ErrorCode::Timeout, 3));
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
fn events_are_recognized_behind_ours() {
    let catalog = Some(Arc::new(extend(&vendor()).unwrap()));
    let hooks = Webhooks::new(WebhookConfig { require_signature: false, catalog, ..Default::default() }).unwrap();
    let headers = airudder_core::Headers::new();
    let read = |body: &str, kind: Option<&str>| hooks.unwrap(&Delivery::new(body.as_bytes(), &headers), kind);
    for (body, name, known) in [
        (r#"{"event":"plan.finished"}"#, "plan.finished", true),
        (r#"{"event":"plan.other"}"#, "plan.other", false),
        (r#"{"event":"channel.message.sent","kind":7,"plan":{"step":0}}"#, "channel.message.sent", true),
        (r#"{"kind":7.0,"plan":{"name":"\ud800","step":null}}"#, "plan.step", true),
        (r#"{"kind":8,"plan":{"step":1}}"#, "unknown", false),
        (r#"{"kind":7,"plan":[{"step":1}]}"#, "unknown", false),
    ] {
        let event = read(body, None).unwrap();
        assert_eq!((event.name(), event.known()), (name, known), "{body}");
    }
    assert_eq!(read("{}", Some("plan.step")).unwrap().name(), "plan.step");
    let error = read("{}", Some("plan.none")).unwrap_err();
    assert!(error.to_string().contains("plan.step") && error.to_string().contains("call.finished"), "{error}");
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

/// JSON out of the words of schemas, so that much of it is nearly one.
fn nearly_schema() -> impl Strategy<Value = Value> {
    let word = || {
        prop::sample::select(vec![
            "type",
            "properties",
            "items",
            "$ref",
            "$defs",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "if",
            "then",
            "required",
            "enum",
            "const",
            "pattern",
            "additionalProperties",
            "unevaluatedProperties",
            "minimum",
            "a",
            "b",
            "",
        ])
    };
    let text =
        prop::sample::select(vec!["object", "string", "array", "a", "#", "#/$defs/a", "#/properties/a", "(", "^a", ""]);
    let leaf =
        prop_oneof![text.prop_map(Value::from), any::<i8>().prop_map(Value::from), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..5).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_file_and_no_parameters_panic(params in nearly_schema(), def in nearly_schema(), given in nearly_schema(), cut in 0_usize..400) {
        let row = json!({"name": "plans.create", "method": "POST", "path": "/x", "params": params, "result": def});
        let file = json!({
            "airudder_catalog": 1, "operations": [row], "$defs": {"a": def},
            "events": [{"name": "e", "when": {"/a": true}, "body": params}],
        }).to_string();
        drop(Catalog::extend(file.get(..cut).unwrap_or(&file)));
        if let Ok(catalog) = Catalog::extend(&file) {
            drop(catalog.check("plans.create", &given.to_string()));
            drop(catalog.request("plans.create", given.to_string()));
            drop((catalog.example("plans.create"), catalog.example_event("e"), catalog.recognize(&given.to_string())));
        }
    }

    #[test]
    fn no_text_of_parameters_panics(text in "\\PC*", file in "\\PC*") {
        drop(Catalog::extend(&file));
        let catalog = of_params(&json!({"properties": {"a": {"type": "string"}}}));
        drop((catalog.check("plans.create", &text), catalog.request("plans.create", text.clone()), catalog.recognize(&text)));
    }
}
