//! The bodies of the fuzz targets, on what earlier runs of the fuzzers found worth keeping: each line of a file in
//! `core/fuzz/seeds` is an input in Base64. What else they do there is said in `core/fuzz/src/lib.rs`.

#![expect(clippy::disallowed_methods, reason = "a test reads its inputs; the core itself opens no files")]

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a crate for the fuzzers")]
mod targets;

use std::{fs, panic::catch_unwind, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Fails with the input that the target fails on.
fn run(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let seeds = fs::read_to_string(path).expect("each target has its seeds");
    let target = targets::target(name);
    for seed in seeds.lines() {
        let input = STANDARD.decode(seed).expect("a line is Base64");
        catch_unwind(|| target(&input))
            .unwrap_or_else(|_| panic!("{name} fails on {seed}: {:?}", String::from_utf8_lossy(&input)));
    }
    assert!(seeds.lines().count() > 10, "{name} has seeds");
}

macro_rules! each_runs_its_seeds {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })+

        #[test]
        fn no_target_is_missing() {
            let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
        }
    };
}

each_runs_its_seeds! { answers call campaign canonical catalog cipher detect events journal params scheme unwrap }
