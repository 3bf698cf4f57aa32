"""The copy of the project that mutants are applied to, and what is built there.

It is a worktree of git with the committed files and those that were changed since. It stays in .cache/mutants, with all
that was built, so that a second run builds little. Debug builds do: they are made in a tenth of the time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from mutants import ROOT

CACHE = ROOT / ".cache/mutants"
TREE = CACHE / "tree"
PYTHON = CACHE / "python/bin/python"
"""A Python that imports the tree's package, whatever a test does with PYTHONPATH, and the installed ones beside it."""
# What the mutants' builds write over, from the tree's root.
BUILT = {
    "python": [Path("target/metadata")],
    "native": [Path("bindings-python/python/airudder/_native.abi3.so")],
    "npm": [Path("bindings-wasm/dist")],
    "c": [Path("target/release/libairudder.so"), Path("target/release/libairudder.a")],
}
CARGO = ["cargo", "build", "--locked", "--quiet"]


class BuildError(Exception):
    """What was to be built does not build."""


def environment() -> dict[str, str]:
    """The environment of builds and tests."""
    own = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
    return own | {
        "PYTHONDONTWRITEBYTECODE": "1",  # a file that is changed twice in a second would leave stale bytecode
        "AIRUDDER_SANDBOX": str(TREE / "target/release/airudder-sandbox"),
        "PYO3_BUILD_EXTENSION_MODULE": "1",
    }


def run(*command: str | Path, cwd: Path = TREE) -> None:
    """Run a command of a build."""
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(done.stderr or done.stdout)


def make_tree() -> None:
    """Bring the tree to the state of the project, tracked files that are not committed included."""
    git = ["git", "-C", str(ROOT)]
    # What was changed and changed back would be taken for changed.
    subprocess.run([*git, "update-index", "-q", "--refresh"], check=False, stdout=subprocess.DEVNULL)
    changed = subprocess.run([*git, "stash", "create"], capture_output=True, text=True, check=True).stdout.strip()
    if not (TREE / ".git").exists():
        subprocess.run([*git, "worktree", "prune"], check=True)
        subprocess.run([*git, "worktree", "add", "--quiet", "--detach", "--force", TREE], check=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", changed or head()], cwd=TREE, check=True)
    restore()  # what a run left behind that was killed
    make_python()


def make_python() -> None:
    """Make the tree's Python."""
    folder = PYTHON.parents[1]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    paths = [TREE / "bindings-python/python", TREE / BUILT["python"][0], sysconfig.get_path("purelib")]
    for site in folder.glob("lib/python*/site-packages"):
        (site / "tree.pth").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")


def head() -> str:
    """The project's commit."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def restore() -> None:
    """Take a mutant out of the tree again, and what its test left behind."""
    subprocess.run(["git", "checkout", "--quiet", "--force", "--", "."], cwd=TREE, check=True)
    subprocess.run(["git", "clean", "--quiet", "-d", "--force", "--exclude=node_modules"], cwd=TREE, check=True)


def build_whole(needs: str) -> None:
    """Build without a mutant what tests of this kind need, and keep what mutants' builds write over."""
    if needs in {"core", "miri"}:
        return
    build_sandbox()
    if needs in {"python", "native"}:
        build_native()
        describe()
        keep("native")
        keep("python")
    elif needs == "npm":
        take_npm()
        keep("npm")
    else:
        build_c()
        keep("c")


def build_mutant(needs: str) -> None:
    """Build what a mutant of this kind changes; what cargo tests is built by the test's own command."""
    builds = {"python": describe, "native": build_native, "npm": build_javascript, "c": build_c}
    builds.get(needs, lambda: None)()


def keep(kind: str) -> None:
    """Keep what was built without a mutant."""
    for file in BUILT[kind]:
        copy(TREE / file, CACHE / "whole" / file)


def give_back() -> None:
    """Put back what was built without a mutant."""
    for file in [file for files in BUILT.values() for file in files]:
        if (kept := CACHE / "whole" / file).exists():
            copy(kept, TREE / file)


def copy(source: Path, to: Path) -> None:
    """Copy a file or a folder in the place of another one."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(source, to)
    else:
        # A process that has mapped the old file keeps it.
        to.unlink(missing_ok=True)
        shutil.copy(source, to)


def build_sandbox() -> None:
    """Build the sandbox, to which no mutant is applied, where all tests look for it."""
    run(*CARGO, "-p", "airudder-sandbox")
    copy(TREE / "target/debug/airudder-sandbox", TREE / "target/release/airudder-sandbox")


def build_native() -> None:
    """Build Python's native module."""
    run(*CARGO, "-p", "airudder-python")
    name = "lib_native.dylib" if sys.platform == "darwin" else "lib_native.so"
    copy(TREE / "target/debug" / name, TREE / BUILT["native"][0])


def describe() -> None:
    """Write what the Python package says of itself where it is installed: what it needs."""
    maturin, folder = Path(sys.executable).with_name("maturin"), TREE / BUILT["python"][0]
    options = ["--metadata-directory", str(folder), "--interpreter", sys.executable]
    run(maturin, "pep517", "write-dist-info", *options, cwd=TREE / "bindings-python")


def take_npm() -> None:
    """Take the npm package, as `make node` has built it, and what its tests import."""
    copy(ROOT / "bindings-wasm/dist", TREE / "bindings-wasm/dist")
    modules = TREE / "bindings-wasm/node_modules"
    if not modules.is_symlink():
        modules.symlink_to(ROOT / "bindings-wasm/node_modules")


def build_javascript() -> None:
    """Compile the npm package's TypeScript."""
    run("node", "node_modules/typescript/bin/tsc", cwd=TREE / "bindings-wasm")
    run("node", "entries.mjs", cwd=TREE / "bindings-wasm")


def build_c() -> None:
    """Build the C library."""
    run(*CARGO, "-p", "airudder-c")
    for file in BUILT["c"]:
        copy(TREE / "target/debug" / file.name, TREE / file)
