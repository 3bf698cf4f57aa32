//! `airudder.h`, which cbindgen reads off the C binding, a section from each module; and the texts of `airudder_strerror`.

use std::{fmt::Write, fs, path::Path};

use airudder_core::ErrorCode;
use cbindgen::{Builder, Config, DocumentationStyle, ExportConfig, Language, Style};
use serde_json::Value;

use crate::catalog::{events_of, operations_of, reference, text};

/// The sections of the header, in its order: the files that each is read from, of which the first one has its title.
const SECTIONS: [&[&str]; 15] = [
    &["types/error"],
    &["types/text", "types/header"],
    &["functions/buffers", "types/buffers"],
    &["functions/catalog", "types/catalog"],
    &["functions/client", "types/client"],
    &["functions/call", "types/call"],
    &["functions/values", "types/values"],
    &["functions/fields"],
    &["functions/campaign", "functions/campaign_report", "types/campaign"],
    &["functions/campaign_limits"],
    &["functions/campaign_partition"],
    &["functions/events", "types/events"],
    &["functions/webhooks", "types/webhooks"],
    &["functions/crypto", "types/crypto"],
    &["functions/library"],
];

/// The names of the types of arguments in C. They are the Rust side's own; see `bindings-c/src/ffi`.
const ARGUMENTS: [(&str, &str); 12] = [
    ("Text", "const char *"),
    ("Bytes", "const void *"),
    ("Length", "size_t"),
    ("FieldList", "const airudder_header *"),
    ("ErrorSlot", "airudder_error *"),
    ("FirstCampaignStep", "airudder_campaign_step"),
    ("ConfigPointer", "const airudder_config *"),
    ("CallOptionsPointer", "const airudder_call_options *"),
    ("RawRequestPointer", "const airudder_raw_request *"),
    ("CampaignConfigPointer", "const airudder_campaign_config *"),
    ("WebhooksConfigPointer", "const airudder_webhooks_config *"),
    ("DeliveryPointer", "const airudder_delivery *"),
];

/// The core's names of what C calls otherwise.
const NAMES: [(&str, &str); 5] = [
    ("switch `strict` off", "set `lenient` to 1"),
    ("set `require_signature` to false", "set `allow_unsigned` to 1"),
    ("set `require_encryption` to false", "set `require_encryption` to -1"),
    ("`detect`", "airudder_detect()"),
    ("Use a name from the catalog", "Use an AIRUDDER_OP_…"),
];

/// `bindings-c/include/airudder.h`.
pub(crate) fn header(root: &Path, catalog: &Value) -> String {
    let source = root.join("bindings-c/src");
    let top = fs::read_to_string(root.join("bindings-c/src/header_top.h")).expect("the rules of the header are there");
    let mut out = top
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"));
    out.push_str(&operations(catalog));
    out.push_str(&errors());
    for files in SECTIONS {
        let about = if files.contains(&"types/events") { kinds(catalog) } else { String::new() };
        out.push_str(&section(&source, files, &about));
    }
    out.push_str(
        &fs::read_to_string(root.join("bindings-c/src/header_end.h")).expect("the end of the header is there"),
    );
    // C89 has no comma behind the last enumerator.
    out.replace(",\n}", "\n}")
}

/// The numbers of the operations, with the JSON pointers of what goes in and comes out.
fn operations(catalog: &Value) -> String {
    let mut out = title("Operations");
    out.push_str(
        "/* Parameters and results are named by their JSON pointers; 0 stands for any element of a list, NAME for any name.\n   \
         A value is a text unless something else is said. A time with zone is written 2099-12-01 18:00:00+08:00, a local\n   \
         time 2020-09-15 11:14:37. A platform is the name that AI Rudder gave you, for instance TEMP1. The `variables` of a\n   \
         contact must be there, and may be empty ({}). docs/reference in the project's repository explains each of them, and\n   \
         how sure it is. */\nenum {\n",
    );
    for row in operations_of(catalog) {
        let name = row["name"].as_str().unwrap_or_default().replace('.', "_").to_uppercase();
        let mut lines = vec![row["docs"].as_str().unwrap_or_default().to_owned()];
        let (required, optional) =
            fields(catalog, &row["params"], "", true).into_iter().partition(|field| field.required);
        for (what, fields) in [
            ("Parameters:", required),
            ("If wished:", optional),
            ("Result:", fields(catalog, &row["result"], "", true)),
        ] {
            let fields: Vec<String> = fields.into_iter().map(|field| field.shown).collect();
            if !fields.is_empty() {
                lines.push(format!("{what} {}", fields.join(", ")));
            }
        }
        let _ = writeln!(out, "{}  AIRUDDER_OP_{name} = {},", comment(&lines, "  "), row["number"]);
    }
    out.push_str("};\n");
    out
}

/// The kinds of events, with the JSON pointers of what they say.
fn kinds(catalog: &Value) -> String {
    let mut lines = vec![
        "The kinds that are known, with the JSON pointers of what they may say, written as those of operations:"
            .to_owned(),
    ];
    for row in events_of(catalog) {
        lines.push(String::new());
        lines.push(format!("{}: {}", text(&row["name"]), text(&row["docs"])));
        let fields: Vec<String> =
            fields(catalog, &row["body"], "", true).into_iter().map(|field| field.shown).collect();
        lines.push(fields.join(", "));
    }
    let said = comment(&lines, "").replacen("/**", "/*", 1).replace("\n    ", "\n   ").replace("\n   \n", "\n\n");
    said + "\n"
}

/// A value that a pointer leads to.
struct Field {
    shown: String,
    required: bool,
}

/// All values in a schema.
fn fields(catalog: &Value, schema: &Value, at: &str, required: bool) -> Vec<Field> {
    // Of a choice the first is what is known; the others are null, or a text that is not known yet.
    let schema = schema["anyOf"].get(0).unwrap_or(schema);
    let schema = reference(schema).map_or(schema, |name| &catalog["types"][name]);
    let schema = schema["anyOf"].get(0).unwrap_or(schema);
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    let kind = kind.unwrap_or(if schema["enum"].is_array() { "string" } else { "any JSON" });
    let inner = |schema: &Value, name: &str, required| fields(catalog, schema, &format!("{at}/{name}"), required);
    match (kind, schema["properties"].as_object()) {
        ("object", Some(properties)) => {
            let known: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let is_required = |name: &String| required && known.contains(&name.as_str());
            properties.iter().flat_map(|(name, schema)| inner(schema, name, is_required(name))).collect()
        }
        ("object", None) if schema["additionalProperties"] == false => Vec::new(),
        ("object", None) => inner(&schema["additionalProperties"], "NAME", required),
        ("array", _) => inner(&schema["items"], "0", required),
        _ if at.is_empty() => Vec::new(),
        ("string", _) => vec![Field { shown: format!("{at}{}", time(schema)), required }],
        _ => vec![Field { shown: format!("{at} ({kind})"), required }],
    }
}

/// Which form of a time a text has.
fn time(schema: &Value) -> &'static str {
    match text(&schema["pattern"]) {
        pattern if !pattern.starts_with(r"^\d{4}-") => "",
        pattern if pattern.contains("[+-]") => " (time with zone)",
        _ => " (local time)",
    }
}

/// The numbers of the errors.
fn errors() -> String {
    let mut out = title("Errors");
    out.push_str("enum {\n  /** Success. */\n  AIRUDDER_OK = 0,\n");
    for code in ErrorCode::ALL {
        let _ = writeln!(out, "{}  {} = {},", comment(&[explained(*code)], "  "), constant(*code), code.number());
    }
    out.push_str("};\n");
    out
}

/// The cause and the remedy of an error.
fn explained(code: ErrorCode) -> String {
    let text = format!("{} {}", code.cause(), code.remedy());
    NAMES.iter().fold(text, |text, (core, c)| text.replace(core, c))
}

/// `AIRUDDER_E1004_UNKNOWN_FIELD`
fn constant(code: ErrorCode) -> String {
    let mut name = format!("AIRUDDER_{code}");
    for letter in code.name().chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// `bindings-c/src/strerror.rs`.
pub(crate) fn strerror() -> String {
    let mut out = String::from(
        "//! Generated by `make generate` from the errors in core; do not edit.\n\nuse std::ffi::{CStr, c_int};\n\n\
         /// The meaning of the number, and the remedy.\n\
         #[expect(clippy::too_many_lines, reason = \"a line an error\")]\npub(crate) const fn of(code: c_int) -> &'static CStr {\n    match code {\n        \
         0 => c\"Success.\",\n",
    );
    for code in ErrorCode::ALL {
        let _ = writeln!(out, "        {} => c{:?},", code.number(), explained(*code));
    }
    out.push_str("        _ => c\"This version of the library has no error of this number.\",\n    }\n}\n");
    out
}

/// The declarations of some files, under the title of the first one, with more about it if there is more.
fn section(source: &Path, files: &[&str], more: &str) -> String {
    let read = |file: &&str| fs::read_to_string(source.join(file).with_extension("rs")).expect("the module is there");
    let texts: Vec<String> = files.iter().map(read).collect();
    let about = texts.first().map_or("", String::as_str).lines();
    let mut about = about.map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let rust: String = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.starts_with("//!"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let name = about.next().expect("the module has a title");
    let introduction = about.map(|line| format!("   {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n");
    let config = Config {
        language: Language::C,
        cpp_compat: false,
        style: Style::Both,
        no_includes: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 100,
        export: ExportConfig {
            include: types(&rust),
            rename: ARGUMENTS.iter().map(|(rust, c)| ((*rust).to_owned(), (*c).to_owned())).collect(),
            ..ExportConfig::default()
        },
        ..Config::default()
    };
    // cbindgen reads files, in which inner documentation may stand at the top alone.
    let joined = std::env::temp_dir().join(format!("airudder-header-{}.rs", std::process::id()));
    fs::write(&joined, &rust).expect("there is room for a temporary file");
    let bindings = Builder::new().with_config(config).with_src(&joined).generate().expect("cbindgen reads the module");
    fs::remove_file(&joined).expect("the temporary file is there");
    let mut text = Vec::new();
    bindings.write(&mut text);
    let introduction = match introduction.trim() {
        "" => String::new(),
        said => format!("/* {said} */\n\n"),
    };
    title(name) + &introduction + more + &comments(&pointers(&String::from_utf8(text).expect("cbindgen writes UTF-8")))
}

/// The types that a module declares: cbindgen would leave out those that only other modules use.
fn types(rust: &str) -> Vec<String> {
    let declared = rust.lines().filter_map(|line| {
        line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum ")).or(line.strip_prefix("pub type "))
    });
    declared.filter_map(|rest| rest.split([' ', '<']).next()).map(str::to_owned).collect()
}

/// Writes pointers as people do: what cbindgen takes for the name of a type is `const char *` or `Out<T>`.
fn pointers(text: &str) -> String {
    let mut text = text.to_owned();
    for (_, pointer) in ARGUMENTS.iter().filter(|(_, c)| c.ends_with('*')) {
        text = text.replace(&format!("{pointer} "), pointer);
    }
    while let Some((before, rest)) = text.split_once("Out<") {
        let (target, after) = rest.split_once("> ").expect("the type of an output is closed");
        let target = target.replace('*', " *");
        let space = if target.ends_with('*') { "" } else { " " };
        text = format!("{before}{target}{space}*{after}");
    }
    text
}

/// Writes a comment of one line in one line.
fn comments(text: &str) -> String {
    let mut out = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let rest: Vec<&str> = lines.clone().take(2).map(str::trim).collect();
        match rest[..] {
            [said, "*/"] if line.trim() == "/**" => {
                out.push(format!("{}/** {} */", " ".repeat(indent), said.trim_start_matches("* ")));
                lines.nth(1);
            }
            _ => out.push(line.to_owned()),
        }
    }
    out.join("\n") + "\n"
}

fn title(name: &str) -> String {
    format!("\n\n/* ---- {name} {} */\n\n", "-".repeat(70 - name.len()))
}

/// A comment whose lines are not too long.
fn comment(texts: &[String], indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        lines.push(String::new());
        for word in text.split_whitespace() {
            if lines.last().is_some_and(|line| line.len() + word.len() > 110) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(' ');
                line.push_str(word);
            }
        }
    }
    format!("{indent}/**{} */\n", lines.join(&format!("\n{indent}   ")))
}
