//! `airudder-bindgen <module.wasm> <folder>` writes `airudder.js` and `airudder_bg.wasm` into the folder.
//!
//! The command-line tool of wasm-bindgen must have the version of the library that the module was built with. As a
//! dependency, Cargo.lock keeps them equal.

use std::{env, process::ExitCode};

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
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
