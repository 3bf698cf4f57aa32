//! Compiles the caller with the sanitizers of the library: its texts lie in memory that `AddressSanitizer` watches.

fn main() {
    for file in ["random_calls.h", "hostile_uses.h", "hostile.h"] {
        println!("cargo::rerun-if-changed=../tests/{file}");
    }
    cc::Build::new()
        .compiler("clang")
        .file("calls.c")
        .include("../include")
        .std("c99")
        .flag("-fsanitize=address,undefined")
        // Without the runtime of the second one, which Rust does not bring along.
        .flag("-fsanitize-trap=undefined")
        .compile("calls");
}
