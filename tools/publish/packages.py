"""What is published: how each package is built, what it is built of, and what must be true of all of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from archives import ROOT, builders_places, lacking_notices, telling

CYCLONEDX = ROOT / ".cache/cargo-cyclonedx/bin/cargo-cyclonedx"
NPM = "target/npm"


class Part(NamedTuple):
    """Packages that are built together."""

    commands: list[str]
    # Where they are then; `@` stands for the version.
    files: list[str]
    # The crates whose dependencies are inside, for the bills of materials.
    crates: list[str]


PARTS = {
    "crates": Part(
        ["make crates"],
        ["target/package/airudder-core-@.crate", "target/package/airudder-json-@.crate"],
        ["core", "core/json"],
    ),
    "wheels": Part(
        ["make wheels"],
        ["target/packages/python/airudder-@-*.whl", "target/packages/python/airudder-@.tar.gz"],
        ["bindings-python"],
    ),
    "c": Part(["make c-packages"], ["target/packages/c/airudder-@-*.tar.xz"], ["bindings-c"]),
    "deb": Part(["make deb"], ["target/deb/*_@*_*.deb"], ["bindings-c"]),
    "npm": Part(
        ["make npm-packages"],
        [f"{NPM}/airudder-@.tgz", f"{NPM}/airudder-sandbox-@.tgz", f"{NPM}/airudder-sandbox-*-@.tgz"],
        ["bindings-wasm", "sandbox"],
    ),
    "sandbox-wheel": Part(["make sandbox-wheel"], ["target/wheels/airudder_sandbox-@-*.whl"], ["sandbox"]),
}


def build(name: str, version: str, folder: Path) -> None:
    """Build a part, and put its packages and its bills of materials into the folder."""
    part = PARTS[name]
    print(f"building {name}", flush=True)
    for command in part.commands:
        subprocess.run(["bash", "-ec", command], cwd=ROOT, check=True)
    for pattern in part.files:
        found = sorted(ROOT.glob(pattern.replace("@", version)))
        if not found:
            raise FileNotFoundError(f"{pattern}: `{part.commands[0]}` made no such file")
        for file in found:
            shutil.copy(file, folder)
    for crate in part.crates:
        bill(crate, version, folder)


def bill(crate: str, version: str, folder: Path) -> None:
    """Write the bill of materials of what a crate is built of, in CycloneDX's JSON."""
    if not CYCLONEDX.exists():
        print("installing cargo-cyclonedx into .cache, which takes some minutes", flush=True)
        options = ["--quiet", "--locked", "--version", "0.5.9", "--root", str(CYCLONEDX.parents[1])]
        subprocess.run(["cargo", "install", *options, "cargo-cyclonedx"], check=True)
    name = f"airudder-{Path(crate).name.removeprefix('bindings-')}-{version}.cdx"
    options = ["--format", "json", "--spec-version", "1.5", "--target", "all", "--no-build-deps", "--quiet"]
    options += ["--manifest-path", str(ROOT / crate / "Cargo.toml"), "--override-filename", name]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": output("git", "log", "-1", "--format=%ct")}
    subprocess.run([str(CYCLONEDX), "cyclonedx", *options], cwd=ROOT, check=True, env=environment)
    told = json.loads((ROOT / crate / f"{name}.json").read_text(encoding="utf-8"))
    # It writes one beside each crate of the workspace.
    for manifest in output("git", "ls-files", "*Cargo.toml").splitlines():
        (ROOT / manifest).with_name(f"{name}.json").unlink(missing_ok=True)
    text = json.dumps(only(inside(crate), told), indent=2) + "\n"
    (folder / f"{name}.json").write_text(text.replace(str(ROOT), "/airudder"), encoding="utf-8")


def inside(crate: str) -> set[str]:
    """The crates that one is built of, as `serde 1.0.229`."""
    options = ["--locked", "--edges", "normal", "--prefix", "none", "--all-features", "--target", "all"]
    tree = output("cargo", "tree", *options, "--manifest-path", f"{crate}/Cargo.toml", "--format", "{p}")
    return {" ".join(line.split()[:2]).replace(" v", " ") for line in tree.splitlines()}


def only(names: set[str], bill: dict[str, Any]) -> dict[str, Any]:
    """A bill of these crates. The tool also takes those that other packages of the workspace make optional ones of."""
    parts = [part for part in bill["components"] if f"{part['name']} {part['version']}" in names]
    kept = {part["bom-ref"] for part in [*parts, bill["metadata"]["component"]]}
    edges = [edge for edge in bill["dependencies"] if edge["ref"] in kept]
    for edge in edges:
        edge["dependsOn"] = [to for to in edge.get("dependsOn", []) if to in kept]
    return {**bill, "components": parts, "dependencies": edges}


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def checked(folder: Path) -> int:
    """Write SHA256SUMS; 1 if a package lacks a notice or tells who built it, which is said."""
    files = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.name != "SHA256SUMS"}
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    packages = {name: content for name, content in files.items() if not name.endswith((".json", ".md"))}
    faults = lacking_notices(packages) + telling(files, builders_places())
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(packages)} packages, {len(files) - len(packages)} other files, {len(faults)} faults: {folder}")
    return 1 if faults else 0


if __name__ == "__main__":
    # For the workflow, which gathers what several machines built.
    sys.exit(checked(Path(sys.argv[1])))
