"""Builds what is published twice, from two clones of the last commit, and compares: `make reproducible`.

The second time another folder, another place of Cargo's packages, another time zone, locale and umask are used, which
no package may tell of. Archives that differ are opened, so that what is said names the file. In what was built no
folder of its builder may stand.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archives import ROOT, builders_places, cargo_home, members, telling

MATURIN = ROOT / ".venv/bin/maturin"
NODE_MODULES = "bindings-wasm/node_modules"

# What makes each package, in the folder of a clone; OUT is where it goes.
STEPS = {
    "c": [
        "tools/release cargo build --release --locked --quiet -p airudder-c",
        'DESTDIR="$OUT/c" bindings-c/install /usr',
    ],
    "wheel": [f'tools/release "{MATURIN}" build --quiet --release --locked -m bindings-python/Cargo.toml --out "$OUT"'],
    "sdist": [f'tools/release "{MATURIN}" sdist -m bindings-python/Cargo.toml --out "$OUT"'],
    "npm": [
        f'ln -s "{ROOT}/{NODE_MODULES}" {NODE_MODULES}',
        "bindings-wasm/build",
        'cd bindings-wasm && npm pack --silent --pack-destination "$OUT"',
    ],
    "crates": [
        "cargo package --quiet --no-verify -p airudder-json -p airudder-core",
        'cp target/package/*.crate "$OUT"',
    ],
}


def build(work: Path, parts: list[str], commit: str, variations: dict[str, str], umask: int) -> Path:
    """Clone the repository, build all, and give the folder of what was built."""
    out = work / "out"
    out.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, work / "tree"], check=True, umask=umask)
    subprocess.run(["git", "checkout", "--quiet", "--detach", commit], cwd=work / "tree", check=True, umask=umask)
    environment = {**os.environ, "OUT": str(out), **variations}
    environment.pop("CARGO_TARGET_DIR", None)
    for what in parts:
        began = time.monotonic()
        for command in STEPS[what]:
            subprocess.run(["bash", "-ec", command], cwd=work / "tree", env=environment, check=True, umask=umask)
        print(f"{work.name}: {what} in {time.monotonic() - began:.0f} s", flush=True)
    return out


def other_cargo_home(folder: Path) -> Path:
    """Another place of Cargo's packages, which are not fetched again."""
    folder.mkdir()
    for part in cargo_home().iterdir():
        (folder / part.name).symlink_to(part)
    return folder


def built(out: Path) -> dict[str, bytes]:
    files = [file for file in sorted(out.rglob("*")) if file.is_file() and not file.is_symlink()]
    return {str(file.relative_to(out)): file.read_bytes() for file in files}


def differing(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    """What is not the same in both, by the names of files, or of files in archives."""
    found = [f"{name} was built once only" for name in sorted(first.keys() ^ second.keys())]
    for name in sorted(first.keys() & second.keys()):
        if first[name] == second[name]:
            continue
        one, two = members(name, first[name]), members(name, second[name])
        parts = sorted(part for part in one.keys() | two.keys() if one.get(part) != two.get(part))
        found += [f"{part} differs" for part in parts] or [f"{name} differs in its times, modes or order"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Build what is published twice, and compare.")
    parser.add_argument("--parts", nargs="+", choices=STEPS, default=list(STEPS), help="build these only")
    parser.add_argument("--keep", action="store_true", help="leave what was built in its temporary folder")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="airudder-reproducible-"))
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    commit = head.stdout.strip()
    try:
        first = built(build(work / "first", given.parts, commit, {"TZ": "UTC", "LC_ALL": "C.UTF-8"}, 0o022))
        cargo = other_cargo_home(work / "cargo")
        changed = {"TZ": "Asia/Manila", "LC_ALL": "C", "CARGO_HOME": str(cargo)}
        second = built(build(work / "second place", given.parts, commit, changed, 0o077))
        places = [*builders_places(), work]
        faults = differing(first, second) + telling(first, places) + telling(second, places)
    finally:
        if not given.keep:
            shutil.rmtree(work)
    for fault in faults:
        print(fault, file=sys.stderr)
    size = sum(map(len, first.values()))
    print(f"{len(first)} files, {size} bytes, were built twice; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
