//! One call in every language, from the parameters of a vector.

use serde_json::{Map, Value};

use crate::{catalog::camel, python::argument};

const WIDTH: usize = 100;

/// The literals of a language.
#[derive(Clone, Copy)]
enum Language {
    Python,
    JavaScript,
}

/// A call of the Python method.
pub(crate) fn python(name: &str, params: &Map<String, Value>) -> String {
    if params.is_empty() {
        return format!("client.{name}()");
    }
    let arguments =
        params.iter().map(|(field, value)| format!("    {}={},\n", argument(field), write(value, 4, Language::Python)));
    format!("client.{name}(\n{})", arguments.collect::<String>())
}

/// A call of the JavaScript method.
pub(crate) fn javascript(name: &str, params: &Map<String, Value>) -> String {
    let (family, method) = name.split_once('.').unwrap_or((name, ""));
    let params = if params.is_empty() { String::new() } else { fields(params, 0, Language::JavaScript) };
    format!("await client.{family}.{}({params});", camel(method))
}

/// A call of the C function, with the parameters as JSON text.
pub(crate) fn c(name: &str, params: &Map<String, Value>) -> String {
    let text = Value::from(Value::from(params.clone()).to_string()).to_string();
    let number = name.replace('.', "_").to_uppercase();
    format!(
        "const char params[] = {text};\n\
         airudder_call_start(client, AIRUDDER_OP_{number}, params, sizeof params - 1, &call, &err);"
    )
}

/// A call of the core, with the parameters as JSON text.
pub(crate) fn rust(name: &str, params: &Map<String, Value>) -> String {
    let text = Value::from(params.clone()).to_string();
    format!(
        "let params = r#\"{text}\"#;\nlet mut call = Call::new(&session, \"{name}\", params, &CallOptions::default())?;"
    )
}

/// A literal: on one line where it fits, else with a line for each of its parts.
fn write(value: &Value, indent: usize, language: Language) -> String {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<String> = items.iter().map(|item| write(item, indent + width(language), language)).collect();
            layout("[", &items, "]", false, indent, language)
        }
        Value::Object(members) if !members.is_empty() => fields(members, indent, language),
        Value::Null if matches!(language, Language::Python) => "None".into(),
        Value::Bool(true) if matches!(language, Language::Python) => "True".into(),
        Value::Bool(false) if matches!(language, Language::Python) => "False".into(),
        _ => value.to_string(),
    }
}

fn fields(members: &Map<String, Value>, indent: usize, language: Language) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            let bare = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            let quoted = Value::from(name.as_str()).to_string();
            let name = if bare && matches!(language, Language::JavaScript) { name } else { &quoted };
            format!("{name}: {}", write(value, indent + width(language), language))
        })
        .collect();
    layout("{", &members, "}", matches!(language, Language::JavaScript), indent, language)
}

fn layout(open: &str, parts: &[String], close: &str, spaced: bool, indent: usize, language: Language) -> String {
    let line = parts.join(", ");
    if indent + line.len() < WIDTH && !line.contains('\n') && indent > 0 {
        let gap = if spaced { " " } else { "" };
        return format!("{open}{gap}{line}{gap}{close}");
    }
    let inner = " ".repeat(indent + width(language));
    let lines = parts.iter().map(|part| format!("{inner}{part},\n"));
    format!("{open}\n{}{}{close}", lines.collect::<String>(), " ".repeat(indent))
}

const fn width(language: Language) -> usize {
    match language {
        Language::Python => 4,
        Language::JavaScript => 2,
    }
}
