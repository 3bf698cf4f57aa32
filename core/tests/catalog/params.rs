//! Checks of parameters.

use airudder_core::ErrorCode;
use serde_json::{Value, json};

use crate::{extend, of_params};

fn fault(params: &Value, text: &str) -> (u16, String, String) {
    let error = of_params(params).check("plans.create", text).expect_err(text);
    let details = error.details();
    assert_eq!(details.operation.as_deref(), Some("plans.create"));
    (details.code.number(), details.pointer.clone().unwrap_or_default(), details.message.clone())
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
        catalog.check("plans.create", &taken.to_string()).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let error = catalog.check("plans.create", &refused.to_string()).unwrap_err();
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
        of_params(&schema).check("plans.create", &free.to_string()).unwrap_or_else(|error| panic!("{schema}: {error}"));
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
