//! Writes what is generated from the catalog: `cargo run -p airudder-codegen`. With `--check` nothing is written, and
//! the program fails where a file is not as it would be written.

mod c;
mod catalog;
mod docs;
mod examples;
mod man;
mod python;
mod reference;
mod typescript;

use std::{env, fs, path::PathBuf, process::ExitCode};

use airudder_core::schema;
use serde_json::Value;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let check = env::args().any(|argument| argument == "--check");
    let catalog = schema::operations();
    let coverage = include_str!("../coverage.json");
    let vectors =
        serde_json::from_str(include_str!("../../../core/vectors/operation.json")).expect("the vectors are JSON");
    let deliveries =
        serde_json::from_str(include_str!("../../../core/vectors/webhook.json")).expect("the vectors are JSON");
    let header = c::header(&root, &catalog);
    let manual = man::pages(&header);
    let fixed = [
        ("docs/operations.json", json(&catalog)),
        ("docs/openapi.json", json(&schema::openapi())),
        ("docs/errors.md", docs::errors()),
        ("docs/coverage.md", docs::coverage(coverage)),
        ("bindings-python/python/airudder/_generated/types.py", python::types(&catalog)),
        ("bindings-python/python/airudder/_generated/events.py", python::events(&catalog)),
        ("bindings-python/python/airudder/_generated/operations.py", python::operations(&catalog)),
        ("bindings-wasm/errors.md", docs::errors()),
        ("bindings-wasm/lib/generated/catalog.ts", typescript::catalog(&catalog)),
        ("bindings-wasm/lib/generated/types.ts", typescript::types(&catalog)),
        ("bindings-wasm/lib/generated/events.ts", typescript::events(&catalog)),
        ("bindings-wasm/lib/generated/operations.ts", typescript::operations(&catalog)),
        ("bindings-c/include/airudder.h", header),
        ("bindings-c/src/strerror.rs", c::strerror()),
    ];
    let pages = reference::pages(&catalog, &vectors, &deliveries).into_iter();
    let pages = pages.map(|(name, text)| (format!("docs/reference/{name}"), text));
    let manual = manual.into_iter().map(|(name, text)| (format!("bindings-c/man/{name}"), text));
    let mut stale = false;
    for (name, text) in fixed.map(|(name, text)| (name.to_owned(), text)).into_iter().chain(pages).chain(manual) {
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
