//! `docs/reference/`: every operation and event with its fields, where each fact is from, and examples.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::{Map, Value};

use crate::{
    catalogue::{about, events_of, families, operations_of, reference, text},
    docs::MARK,
    examples,
};

/// The pages, by name. Examples are the first request of each operation in the vectors.
pub(crate) fn pages(catalogue: &Value, vectors: &Value) -> Vec<(String, String)> {
    let families = families(catalogue);
    let mut pages = vec![("README.md".to_owned(), index(catalogue, &families))];
    for (family, rows) in families {
        let mut page = format!("{MARK}# {family}\n\n{}\n", about(family));
        for row in rows {
            operation(&mut page, row, catalogue, vectors);
        }
        pages.push((format!("{family}.md"), page));
    }
    pages.push(("events.md".to_owned(), events(catalogue)));
    pages.push(("types.md".to_owned(), types(catalogue)));
    pages
}

fn index(catalogue: &Value, families: &BTreeMap<&str, Vec<&Value>>) -> String {
    let mut out = format!(
        "{MARK}# Reference\n\n\
         Parameters, results and events have the API's own field names in every language. Where a fact is from stands \
         behind it: *documented* is read in AI Rudder's documentation, *observed* in a public client, *assumed* a reading \
         of this project. An operation that may phone people is *never repeated by itself* when its outcome is unknown: \
         the error `OutcomeUnknown` (E7005) says so, and contacts are looked up first. What the vendor does not publish \
         is reached by the raw request; [coverage](../coverage.md) lists it, and [errors](../errors.md) all errors.\n\n\
         The examples need a client, which each language's README shows how to make: \
         [Python](../../bindings-python/README.md).\n"
    );
    for (family, rows) in families {
        let _ = write!(out, "\n## [{family}]({family}.md)\n\n| operation | | source |\n|---|---|---|\n");
        for row in rows {
            let (name, source) = (text(&row["name"]), text(&row["confidence"]));
            let _ = writeln!(out, "| [`{name}`]({family}.md#{}) | {} | {source} |", anchor(name), text(&row["docs"]));
        }
    }
    out.push_str("\n## [Events](events.md)\n\n| event | | source |\n|---|---|---|\n");
    for row in events_of(catalogue) {
        let (name, source) = (text(&row["name"]), text(&row["confidence"]));
        let _ = writeln!(out, "| [`{name}`](events.md#{}) | {} | {source} |", anchor(name), text(&row["docs"]));
    }
    out
}

fn operation(out: &mut String, row: &Value, catalogue: &Value, vectors: &Value) {
    let name = text(&row["name"]);
    let repeat = if row["replay"] == "safe" { "may be repeated" } else { "never repeated by itself" };
    let auth = match text(&row["auth"]) {
        "token" => "by token",
        "sign" => "by signature",
        "headers" => "by header fields of the caller's",
        _ => "not",
    };
    let _ = write!(
        out,
        "\n## {name}\n\n{}\n\n`{} {}`, authorised {auth}, {repeat}, {}.\n",
        text(&row["docs"]),
        text(&row["method"]),
        text(&row["path"]),
        text(&row["confidence"]),
    );
    fields(out, "parameter", resolve(&row["params"], catalogue), true);
    match resolve(&row["result"], catalogue) {
        found if found["properties"].is_object() => fields(out, "result", found, false),
        Value::Bool(_) => out.push_str("\nResult: not published; it comes as it is.\n"),
        _ => {
            let _ = writeln!(out, "\nResult: {}.", type_name(&row["result"]));
        }
    }
    let example = vectors["cases"].as_array().into_iter().flatten().find(|case| case["operation"] == row["name"]);
    if let Some(params) = example.and_then(|case| case["params"].as_object()) {
        for (language, code) in [
            ("python", examples::python(name, params)),
            ("js", examples::javascript(name, params)),
            ("c", examples::c(name, params)),
            ("rust", examples::rust(name, params)),
        ] {
            let _ = write!(out, "\n```{language}\n{code}\n```\n");
        }
    }
}

fn events(catalogue: &Value) -> String {
    let mut out = format!(
        "{MARK}# Events\n\nAI Rudder sends events to a URL of yours, at least once, in any order. Any field may be missing; \
         unknown fields and unknown events come along as they are.\n"
    );
    for row in events_of(catalogue) {
        let signature = if row["signature"] == "documented" { "signed" } else { "no signature is documented" };
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\nIt is {}; {signature}.\n",
            text(&row["name"]),
            text(&row["docs"]),
            text(&row["confidence"]),
        );
        fields(&mut out, "field", resolve(&row["body"], catalogue), false);
    }
    out
}

/// What operations and events share.
fn types(catalogue: &Value) -> String {
    let mut out = format!("{MARK}# Types\n\nThe objects inside parameters, results and events.\n");
    let shown: BTreeSet<&str> = operations_of(catalogue)
        .flat_map(|row| [&row["params"], &row["result"]])
        .chain(events_of(catalogue).map(|row| &row["body"]))
        .filter_map(reference)
        .collect();
    let empty = Map::new();
    for (name, schema) in catalogue["types"].as_object().unwrap_or(&empty) {
        if shown.contains(name.as_str()) {
            continue;
        }
        let _ = write!(out, "\n## {name}\n\n{}\n", text(&schema["description"]));
        if let Some(known) = schema["anyOf"][0]["enum"].as_array() {
            let known: Vec<String> = known.iter().map(|value| format!("`{}`", text(value))).collect();
            let _ = writeln!(out, "{}; any other text may come.", known.join(", "));
        }
        fields(&mut out, "field", schema, !schema["required"].is_null());
    }
    out
}

/// A table of the fields of an object; nothing where none are known.
fn fields(out: &mut String, what: &str, schema: &Value, sent: bool) {
    let Some(fields) = schema["properties"].as_object().filter(|fields| !fields.is_empty()) else { return };
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
        let _ = writeln!(out, "| `{name}` | {} |{mark} {}{limit} |", type_name(field), text(&field["description"]));
    }
}

/// A type in the words of JSON.
fn type_name(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("[{name}](types.md#{})", anchor(name));
    }
    if let Some(inner) = schema["anyOf"].as_array().and_then(|options| options.first()) {
        return type_name(inner);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("array") => format!("array of {}", type_name(&schema["items"])),
        Some("object") if schema["additionalProperties"]["type"] == "string" => "object of strings".into(),
        Some(kind) => kind.to_owned(),
        None => "any".into(),
    }
}

fn resolve<'a>(schema: &'a Value, catalogue: &'a Value) -> &'a Value {
    reference(schema).map_or(schema, |name| &catalogue["types"][name])
}

/// What a heading's link is called.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('.', "")
}
