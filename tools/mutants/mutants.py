"""Mutants: patches that each take one promise of docs/promises.md away, and the test that has to notice.

A patch begins with a head, which `git apply` skips:

    promise: the promise or limit, as docs/promises.md has it
    mechanism: the file that keeps it, and how
    mutant: what the patch does
    test: FILE::NAME of the test that has to fail; of pytest, NAME[PARAMETERS] is one case
    needs: what has to be built for it, one of `NEEDS`
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = Path("tools/mutants")
PAGE = Path("docs/promises.md")
NEEDS = {
    "core": "the tests of a Rust crate",
    "miri": "tests of a Rust crate that Miri interprets: it has to see undefined behavior",
    "python": "the Python package, whose native module is as it was",
    "native": "Python's native module",
    "npm": "the npm package's JavaScript, whose WebAssembly is as it was",
    "c": "the C library",
}
"""In the order in which mutants are tried: those of one kind follow one another, since they share what is built."""


@dataclass(frozen=True)
class Mutant:
    """A patch and its head."""

    name: str
    promise: str
    mechanism: str
    mutant: str
    test: str
    needs: str

    @property
    def patch(self) -> Path:
        """Where the patch is, from the root of the project."""
        return FOLDER / f"{self.name}.patch"

    @property
    def line(self) -> str:
        """What docs/promises.md says of it, below its promise."""
        place, what = self.mechanism.split(": ", 1)
        link = f"[{self.mutant}](../{self.patch})"
        return f"`{place}`: {what}. Mutant: {link}. Test: `{self.file}` `{self.function}`."

    @property
    def file(self) -> str:
        """The file of the test."""
        return self.test.partition("::")[0]

    @property
    def function(self) -> str:
        """The name of the test, without the case."""
        return self.test.partition("::")[2].partition("[")[0]


def mutants() -> list[Mutant]:
    """All of them, in the order in which they are tried."""
    found = [read(file) for file in sorted((ROOT / FOLDER).glob("*.patch"))]
    return sorted(found, key=lambda one: (list(NEEDS).index(one.needs), one.file, one.name))


def read(file: Path) -> Mutant:
    """Read the head of a patch."""
    head = file.read_text(encoding="utf-8").partition("\n\n")[0]
    fields = dict(re.findall(r"^(\w+): (.+)$", head, re.MULTILINE))
    return Mutant(file.stem, **fields)


def apply(mutant: Mutant, tree: Path, *options: str) -> str:
    """Apply a patch to a tree; give what `git apply` complains of. `--check` as an option changes nothing."""
    command = ["git", "apply", *options, str(ROOT / mutant.patch)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""
