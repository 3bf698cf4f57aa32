//! `airudder-bindgen <module.wasm> <folder>` writes `airudder.js` and `airudder_bg.wasm` into the folder.
//!
//! The command-line tool of wasm-bindgen must have the version of the library that the module was built with. As a
//! dependency, Cargo.lock keeps them equal.

use std::{env, process::ExitCode};

use walrus::FunctionKind;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("usage: airudder-bindgen <module.wasm> <folder>");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("airudder").typescript(false).omit_default_module_path(true);
    // `__wbg_reset_state` makes a fresh instance after a trap.
    bindgen.reset_state_function(true).remove_name_section(true).remove_producers_section(true);
    match write(&mut bindgen, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(bindgen: &mut Bindgen, folder: &str) -> anyhow::Result<()> {
    let mut output = bindgen.web(true)?.generate_output()?;
    for function in output.wasm_mut().funcs.iter_mut() {
        if let (Some(name), FunctionKind::Local(local)) = (&function.name, &mut function.kind)
            && only_panics(name)
        {
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
    output.emit(folder)
}

/// Whether a function of the standard library does nothing but panic. The message would go nowhere, since this target has
/// no place to write it to; so the function traps at once, and what writes messages of panics need not travel along.
fn only_panics(name: &str) -> bool {
    let own = ["core[", "alloc[", "std["].iter().any(|library| name.starts_with(library));
    let panics = ["panic", "_fail", "handle_error", "alloc_error", "capacity_overflow"];
    own && panics.iter().any(|part| name.contains(part))
}
