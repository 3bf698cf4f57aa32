//! `docs/reference/`: every operation and event with its fields, where each fact is from, and examples.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::{Map, Value};

use crate::{
    catalog::{about, anchor, events_of, families, operations_of, reference, text},
    docs::MARK,
    examples,
};

/// The pages, by name. Examples are the first request of each operation in the vectors, and the first of each event.
pub(crate) fn pages(catalog: &Value, vectors: &Value, deliveries: &Value) -> Vec<(String, String)> {
    let families = families(catalog);
    let mut pages = vec![("README.md".to_owned(), index(catalog, &families))];
    for (family, rows) in families {
        let mut page = format!("{MARK}# {family}\n\n{}\n", about(family));
        for row in rows {
            operation(&mut page, row, catalog, vectors);
        }
        pages.push((format!("{family}.md"), page));
    }
    pages.push(("events.md".to_owned(), events(catalog, deliveries)));
    pages.push(("types.md".to_owned(), types(catalog)));
    pages
}

fn index(catalog: &Value, families: &BTreeMap<&str, Vec<&Value>>) -> String {
    let mut out = format!(
        "{MARK}# Reference\n\n\
         Parameters, results and events have the API's own field names in every language. Where a fact is from stands \
         behind it: *documented* is read in AI Rudder's documentation, *observed* in a public client, *assumed* a reading \
         of this project. An operation that may phone people is *never repeated by itself* when its outcome is unknown: \
         the error `OutcomeUnknown` (E7005) says so, and contacts are looked up first. What the vendor does not publish \
         is reached by the raw request; [coverage](../coverage.md) lists it, and [errors](../errors.md) all errors.\n\n\
         The examples need a client, which each language's README shows how to make: \
         [Python](../../bindings-python/README.md), [JavaScript](../../bindings-wasm/README.md), \
         [C](../../bindings-c/README.md); for Rust, see [an example](../../examples/rust). Beside its parameters each \
         call takes options, such as a time limit, a deadline, retries, another host and header fields: `options` in \
         Python, the second argument in JavaScript, `airudder_call_options` in C, `CallOptions` in Rust.\n"
    );
    for (family, rows) in families {
        let _ = write!(out, "\n## [{family}]({family}.md)\n\n| operation | | source |\n|---|---|---|\n");
        for row in rows {
            let (name, source) = (text(&row["name"]), text(&row["confidence"]));
            let _ = writeln!(out, "| [`{name}`]({family}.md#{}) | {} | {source} |", anchor(name), text(&row["docs"]));
        }
    }
    out.push_str("\n## [Events](events.md)\n\n| event | | source |\n|---|---|---|\n");
    for row in events_of(catalog) {
        let (name, source) = (text(&row["name"]), text(&row["confidence"]));
        let _ = writeln!(out, "| [`{name}`](events.md#{}) | {} | {source} |", anchor(name), text(&row["docs"]));
    }
    out
}

fn operation(out: &mut String, row: &Value, catalog: &Value, vectors: &Value) {
    let name = text(&row["name"]);
    let repeat = if row["replay"] == "safe" { "may be repeated" } else { "never repeated by itself" };
    let auth = match text(&row["auth"]) {
        "token" => "by token",
        "sign" => "by signature",
        "headers" => "by header fields that you give",
        _ => "by nothing",
    };
    let _ = write!(
        out,
        "\n## {name}\n\n{}\n\n`{} {}`, authorized {auth}, {repeat}, {}.\n",
        text(&row["docs"]),
        text(&row["method"]),
        text(&row["path"]),
        text(&row["confidence"]),
    );
    fields(out, "parameter", resolve(&row["params"], catalog), true);
    match resolve(&row["result"], catalog) {
        found if found["properties"].is_object() => fields(out, "result", found, false),
        Value::Bool(_) if row["file"] == true => out.push_str(
            "\nResult: the file, with its content type, which an option saves while it comes; or JSON, as it is.\n",
        ),
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

fn events(catalog: &Value, deliveries: &Value) -> String {
    let mut out = format!(
        "{MARK}# Events\n\nAI Rudder sends events to a URL of yours, at least once, in any order. Any field may be missing; \
         unknown fields and unknown events come along as they are. Where an event is from holds for its fields, too, \
         unless one says otherwise.\n\n\
         ```python\n{PYTHON}```\n\n```js\n{JAVASCRIPT}```\n\n\
         The receiver around it, also in a web framework: [Python](../../bindings-python/README.md#results), \
         [JavaScript](../../bindings-wasm/README.md#results), [C](../../bindings-c/README.md).\n"
    );
    for row in events_of(catalog) {
        let name = text(&row["name"]);
        let signature = if row["signature"] == "documented" { "signed" } else { "no signature is documented" };
        let _ =
            write!(out, "\n## {name}\n\n{}\n\nIt is {}; {signature}.\n", text(&row["docs"]), text(&row["confidence"]));
        let body = resolve(&row["body"], catalog);
        fields(&mut out, "field", body, false);
        if body["properties"].as_object().is_none_or(Map::is_empty) {
            let _ = writeln!(
                out,
                "\nUnless its field `event` says so, nothing tells what it is: have it sent to a URL of its own, and give \
                 `unwrap` there its name as `kind`."
            );
        } else if let Some((whose, body)) = delivery(name, deliveries) {
            let _ = write!(out, "\n{whose}:\n\n```json\n{body:#}\n```\n");
        }
    }
    out
}

const PYTHON: &str = r#"from airudder.events import CallFinishedEvent, WorkflowCallFinishedEvent

event = hooks.unwrap(body, headers)
match event:
    case CallFinishedEvent(data=data) | WorkflowCallFinishedEvent(data=data):
        for call in data.get("details", []):
            print(call.get("callee"), call.get("result"))
    case _:
        print(event.type, event.data)
"#;

const JAVASCRIPT: &str = r#"const event = hooks.unwrap(body, headers);
if (event.type === "call.finished" || event.type === "workflow.call.finished") {
  for (const { callee, result } of event.data.details ?? []) console.log(callee, result);
} else {
  console.log(event.type, event.data);
}
"#;

/// A delivery of an event, and whose example it is.
fn delivery(name: &str, deliveries: &Value) -> Option<(&'static str, Value)> {
    let cases = || deliveries["cases"].as_array().into_iter().flatten().filter(|case| case["event"]["type"] == name);
    let ours = cases().find(|case| case["about"] == "told by its fields");
    let (whose, case) = match ours {
        Some(case) => ("For example", case),
        None => ("AI Rudder's own example, of each list the first element", cases().next()?),
    };
    let mut body = serde_json::from_str(text(&case["event"]["text"])).expect("an event is JSON");
    shorten(&mut body);
    Some((whose, body))
}

/// Leaves one element of each list.
fn shorten(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.truncate(1);
            items.iter_mut().for_each(shorten);
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// The parts that operations and events share.
fn types(catalog: &Value) -> String {
    let mut out = format!("{MARK}# Types\n\nThe objects inside parameters, results and events.\n");
    let shown: BTreeSet<&str> = operations_of(catalog)
        .flat_map(|row| [&row["params"], &row["result"]])
        .chain(events_of(catalog).map(|row| &row["body"]))
        .filter_map(reference)
        .collect();
    let empty = Map::new();
    for (name, schema) in catalog["types"].as_object().unwrap_or(&empty) {
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
        let about = text(&field["description"]);
        let most = field["maxItems"].as_u64().filter(|_| !about.starts_with("At most"));
        let limit = most.map(|most| format!(" At most {most} elements.")).unwrap_or_default();
        let _ = writeln!(out, "| `{name}` | {} |{mark} {about}{limit} |", type_name(field));
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

fn resolve<'a>(schema: &'a Value, catalog: &'a Value) -> &'a Value {
    reference(schema).map_or(schema, |name| &catalog["types"][name])
}
