//! The notices of third parties in each package name the crates that Cargo.lock puts into it, and no others.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

const PACKAGES: [(&str, &str); 4] = [
    ("airudder-python", "bindings-python"),
    ("airudder-wasm", "bindings-wasm"),
    ("airudder-c", "bindings-c"),
    ("airudder-sandbox", "sandbox"),
];

/// What packages are built for, from the settings of the tool that writes the notices.
fn targets() -> Vec<&'static str> {
    let (_, list) = include_str!("../../../tools/about.toml").split_once("targets = [").expect("a list");
    list.split('"').skip(1).step_by(2).collect()
}

/// Crates with their versions, as `serde 1.0.229`: what the package is built of for these targets. With all features, since
/// the npm package holds a module for each.
fn shipped(root: &Path, package: &str, targets: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--all-features"]);
    command.args(targets.iter().flat_map(|target| ["--target", target]));
    let tree = command.args(["--format", "{p}", "--package", package]).current_dir(root).output().expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("UTF-8");
    tree.lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, rest)| {
            let version = rest.split_whitespace().next().unwrap_or_default();
            format!("{name} {version}")
        })
        .filter(|name| !is_ours(name))
        .collect()
}

/// The lists of crates, which are outside of the licences' texts.
fn named(notices: &str) -> BTreeSet<String> {
    let outside = notices.split("```").step_by(2);
    let crates = outside.flat_map(str::lines).filter_map(|line| line.strip_prefix("- "));
    crates.filter(|name| !is_ours(name)).map(str::to_owned).collect()
}

/// The tool names those of ours that may be published, too; they are no third party's.
fn is_ours(name: &str) -> bool {
    name.starts_with("airudder-")
}

#[test]
fn each_package_names_the_crates_that_are_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (package, folder) in PACKAGES {
        let notices = fs::read_to_string(root.join(folder).join("THIRD-PARTY.md")).expect("the file is there");
        let named = named(&notices);
        let needed = shipped(&root, package, &targets());
        assert!(needed.len() > 10, "{needed:?}");
        let missing: Vec<_> = needed.difference(&named).collect();
        assert!(missing.is_empty(), "{folder}/THIRD-PARTY.md lacks {missing:?}: run `make notices`");
        // The tool that writes them also takes crates that another system's build of a dependency would need.
        let possible = shipped(&root, package, &["all"]);
        let stale: Vec<_> = named.difference(&possible).collect();
        assert!(stale.is_empty(), "{folder}/THIRD-PARTY.md still names {stale:?}: run `make notices`");
        assert!(
            notices.contains("Permission is hereby granted"),
            "{folder}/THIRD-PARTY.md lacks the texts of licences"
        );
    }
}
