//! Writes what is generated from the catalogue: `cargo run -p airudder-codegen`. With `--check` nothing is written, and
//! the program fails where a file is not as it would be written.

mod c;
mod catalogue;
mod docs;
mod examples;
mod python;
mod reference;
mod typescript;

use std::{env, fs, path::PathBuf, process::ExitCode};

use airudder_core::schema;
use serde_json::Value;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let check = env::args().any(|argument| argument == "--check");
    let catalogue = schema::operations();
    let coverage = include_str!("../coverage.json");
    let vectors =
        serde_json::from_str(include_str!("../../../core/vectors/operation.json")).expect("the vectors are JSON");
    let deliveries =
        serde_json::from_str(include_str!("../../../core/vectors/webhook.json")).expect("the vectors are JSON");
    let fixed = [
        ("docs/operations.json", json(&catalogue)),
        ("docs/openapi.json", json(&schema::openapi())),
        ("docs/errors.md", docs::errors()),
        ("docs/coverage.md", docs::coverage(coverage)),
        ("bindings-python/python/airudder/_generated/types.py", python::types(&catalogue)),
        ("bindings-python/python/airudder/_generated/events.py", python::events(&catalogue)),
        ("bindings-python/python/airudder/_generated/operations.py", python::operations(&catalogue)),
        ("bindings-wasm/errors.md", docs::errors()),
        ("bindings-wasm/lib/generated/types.ts", typescript::types(&catalogue)),
        ("bindings-wasm/lib/generated/events.ts", typescript::events(&catalogue)),
        ("bindings-wasm/lib/generated/operations.ts", typescript::operations(&catalogue)),
        ("bindings-c/include/airudder.h", c::header(&root, &catalogue)),
        ("bindings-c/src/strerror.rs", c::strerror()),
    ];
    let pages = reference::pages(&catalogue, &vectors, &deliveries).into_iter();
    let pages = pages.map(|(name, text)| (format!("docs/reference/{name}"), text));
    let mut stale = false;
    for (name, text) in fixed.map(|(name, text)| (name.to_owned(), text)).into_iter().chain(pages) {
        let path = root.join(&name);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        stale = true;
        let done = if check { Err("is not as it is generated".to_owned()) } else { write(&path, &text) };
        match done {
            Ok(()) => println!("wrote {name}"),
            Err(why) => eprintln!("{name}: {why}; run `make generate`"),
        }
    }
    if stale && check { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn write(path: &std::path::Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).map_err(|error| error.to_string())
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}
