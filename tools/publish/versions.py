"""The places in which the version of all packages stands, which are read and written together.

What is generated is among them, so that a release needs no generator: the suites compare it with what the generators
would write. `tools/tests/test_publish.py` fails where a place is missing here.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = r"(?P<version>\d+\.\d+\.\d+)"
VERSION_ALONE = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
NPM_LOCK = [rf'"name": "airudder",\n *"version": "{VERSION}"']
# Each expression matches once at least, and its groups are the version or its three numbers.
PLACES = {
    "Cargo.toml": [rf'^version = "{VERSION}"', rf'^airudder-\w+ = {{.* version = "{VERSION}"'],
    "Cargo.lock": [rf'^name = "airudder-\w+"\nversion = "{VERSION}"'],
    "sandbox/Cargo.toml": [rf'^airudder-core = {{ version = "{VERSION}"'],
    "examples/rust/Cargo.toml": [rf'^airudder-sandbox = {{ version = "{VERSION}"'],
    "bindings-wasm/package.json": [rf'^  "version": "{VERSION}"'],
    "bindings-wasm/package-lock.json": NPM_LOCK,
    "examples/node/package-lock.json": NPM_LOCK,
    "examples/next/package-lock.json": NPM_LOCK,
    "sandbox/npm/package.json": [
        rf'^  "version": "{VERSION}"',
        rf'"@airudder/sandbox-[\w-]+": "{VERSION}"',
        rf'"airudder": "\^{VERSION}"',
    ],
    "bindings-c/include/airudder.h": [
        r"^#define AIRUDDER_VERSION_MAJOR (?P<major>\d+)\n.* (?P<minor>\d+)\n.* (?P<patch>\d+)\n"
    ],
    "bindings-c/packaging/vcpkg/vcpkg.json": [rf'^  "version": "{VERSION}"'],
    "docs/openapi.json": [rf'^    "version": "{VERSION}"'],
    "docs/linking.md": [rf"\bairudder-{VERSION}-"],
    "bindings-c/THIRD-PARTY.md": [rf"^- airudder-\w+ {VERSION}$"],
    "bindings-python/THIRD-PARTY.md": [rf"^- airudder-\w+ {VERSION}$"],
    "bindings-wasm/THIRD-PARTY.md": [rf"^- airudder-\w+ {VERSION}$"],
    "sandbox/THIRD-PARTY.md": [rf"^- airudder-\w+ {VERSION}$"],
}


def matches(text: str, file: str) -> list[re.Match[str]]:
    found = []
    for expression in PLACES[file]:
        here = list(re.finditer(expression, text, re.MULTILINE))
        if not here:
            raise ValueError(f"{file} has no version where {expression} looks for it")
        found += here
    return sorted(found, key=re.Match.start)


def read(root: Path = ROOT) -> dict[str, set[str]]:
    """The versions that stand in each file: one, the same in all."""
    return {
        file: {".".join(match.groups()) for match in matches((root / file).read_text(encoding="utf-8"), file)}
        for file in PLACES
    }


def current(root: Path = ROOT) -> str:
    """The version that stands everywhere; where two stand, an error names the files."""
    everywhere = read(root)
    versions = set().union(*everywhere.values())
    if len(versions) != 1:
        raise ValueError(f"the files disagree on the version: {everywhere}")
    return versions.pop()


def write(version: str, root: Path = ROOT) -> list[str]:
    """Put another version in all places; gives the files that changed."""
    parts = dict(zip(("major", "minor", "patch"), version.split("."), strict=True)) | {"version": version}
    changed = []
    for file in PLACES:
        text = (root / file).read_text(encoding="utf-8")
        rest = text
        for match in reversed(matches(text, file)):
            for name in sorted(match.groupdict(), key=match.start, reverse=True):
                rest = rest[: match.start(name)] + parts[name] + rest[match.end(name) :]
        if rest != text:
            (root / file).write_text(rest, encoding="utf-8")
            changed.append(file)
    return changed
