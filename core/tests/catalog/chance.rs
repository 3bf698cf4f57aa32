//! Whatever is given, nothing panics.

use airudder_core::Catalog;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::of_params;

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
