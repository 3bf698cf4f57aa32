//! Reading the core's catalog and its JSON Schemas, for all generators.

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) fn operations_of(catalog: &Value) -> impl Iterator<Item = &Value> {
    catalog["operations"].as_array().into_iter().flatten()
}

pub(crate) fn events_of(catalog: &Value) -> impl Iterator<Item = &Value> {
    catalog["events"].as_array().into_iter().flatten()
}

/// The operations by family, which is what stands before the dot of their names.
pub(crate) fn families(catalog: &Value) -> BTreeMap<&str, Vec<&Value>> {
    let mut families: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in operations_of(catalog) {
        families.entry(text(&row["name"]).split('.').next().unwrap_or_default()).or_default().push(row);
    }
    families
}

/// What a family is about; the facts about each operation stand with it.
pub(crate) fn about(family: &str) -> &'static str {
    match family {
        "auth" => "The token.",
        "chat" => "Chats. These operations are signed: the client needs a sign key and a sign secret.",
        "process" => "Process instances. Their host is not public: give a base URL to the client or with the call.",
        "robots" => "Bots.",
        "sms" => "Text messages.",
        "tasks" => "Tasks: calls to a list of numbers by one bot.",
        "workflow" => "Workflows: the main job.",
        _ => "Further operations.",
    }
}

/// The name of the type that a schema refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `name` as `Name`.
pub(crate) fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `detail_instances` as `detailInstances`.
pub(crate) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &pascal(word))
}

/// The anchor of a heading.
pub(crate) fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace('.', "")
}
