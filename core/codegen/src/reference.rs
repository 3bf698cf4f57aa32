//! `docs/reference.md`: every operation and event with its fields, where each fact is from, and an example.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::{
    docs::MARK,
    python::{self, call_example, operations_of, reference},
};

/// The page. Examples are the first request of each operation in the vectors.
pub(crate) fn page(catalogue: &Value, vectors: &Value) -> String {
    let mut out = format!(
        "{MARK}# Reference\n\n\
         *documented* is read in AI Rudder's documentation, *observed* in a public client, *assumed* a reading of this \
         project. Fields have the API's own names. Whether an operation may be repeated decides what happens when its \
         outcome is unknown: one that may not be is never sent twice by itself.\n\n## Operations\n"
    );
    for row in operations_of(catalogue) {
        operation(&mut out, row, catalogue, vectors);
    }
    out.push_str("\n## Events\n\nAny field may be missing, and unknown ones come along in `event.data`.\n");
    for row in catalogue["events"].as_array().into_iter().flatten() {
        let _ = write!(
            out,
            "\n### {}\n\n{}\n\nSource: {}. `X-AIRudder-Sign`: {}.\n",
            text(&row["name"]),
            text(&row["docs"]),
            text(&row["confidence"]),
            text(&row["signature"]),
        );
        fields(&mut out, "", resolve(&row["body"], catalogue), false);
    }
    out.push_str("\n## Types\n");
    let empty = Map::new();
    for (name, schema) in catalogue["types"].as_object().unwrap_or(&empty) {
        let top = operations_of(catalogue).any(|row| reference(&row["params"]) == Some(name))
            || catalogue["events"].as_array().into_iter().flatten().any(|row| reference(&row["body"]) == Some(name));
        if top {
            continue;
        }
        let _ = write!(out, "\n### {name}\n\n{}\n", text(&schema["description"]));
        if let Some(known) = schema["anyOf"][0]["enum"].as_array() {
            let known: Vec<String> = known.iter().map(|value| format!("`{}`", text(value))).collect();
            let _ = writeln!(out, "{}; any other text may come.", known.join(", "));
        }
        fields(&mut out, "", schema, !schema["required"].is_null());
    }
    out
}

fn operation(out: &mut String, row: &Value, catalogue: &Value, vectors: &Value) {
    let repeat = if row["replay"] == "safe" { "may be repeated" } else { "never repeated by itself" };
    let auth = match text(&row["auth"]) {
        "token" => "token",
        "sign" => "signature",
        "headers" => "header fields of the caller's",
        _ => "none",
    };
    let _ = write!(
        out,
        "\n### {}\n\n{}\n\n`{} {}`; authorisation: {auth}; {repeat}; source: {}.\n",
        text(&row["name"]),
        text(&row["docs"]),
        text(&row["method"]),
        text(&row["path"]),
        text(&row["confidence"]),
    );
    fields(out, "parameter", resolve(&row["params"], catalogue), true);
    fields(out, "result", resolve(&row["result"], catalogue), false);
    let example = vectors["cases"].as_array().into_iter().flatten().find(|case| case["operation"] == row["name"]);
    if let Some(params) = example.and_then(|case| case["params"].as_object()) {
        let _ = write!(out, "\n```python\n{}\n```\n", call_example(text(&row["name"]), params));
    }
}

/// A table of the fields of an object; nothing where none are known.
fn fields(out: &mut String, what: &str, schema: &Value, sent: bool) {
    let Some(fields) = schema["properties"].as_object().filter(|fields| !fields.is_empty()) else { return };
    let what = if what.is_empty() { "field" } else { what };
    let needed = if sent { " required |" } else { "" };
    let line = if sent { "---|" } else { "" };
    let _ = write!(out, "\n| {what} | type |{needed} |\n|---|---|{line}---|\n");
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in fields {
        let mark = match (sent, required.contains(&name.as_str())) {
            (true, true) => " yes |",
            (true, false) => " no |",
            (false, _) => "",
        };
        let limit = field["maxItems"].as_u64().map(|most| format!(" At most {most} elements.")).unwrap_or_default();
        let kind = python::python_type(field);
        let _ = writeln!(out, "| `{name}` | `{kind}` |{mark} {}{limit} |", text(&field["description"]));
    }
}

fn resolve<'a>(schema: &'a Value, catalogue: &'a Value) -> &'a Value {
    reference(schema).map_or(schema, |name| &catalogue["types"][name])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
