"""Changes what journals and sends in the Python package in one place after the other, and sees whether a test notices.

`python.py 3/40 2` does the third fortieth of the changes, two at once, with mutmut; see core.py. The package and the
sandbox have been built. A message may say anything: what has a space in it is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

from record import HERE, ROOT, Found, beside, named, run, try_shard

FOLDER = ROOT / "target/mutation/python"
MUTMUT = ROOT / ".cache/mutmut/bin/python"
SETTINGS = HERE / "mutmut.toml"
PACKAGE = "bindings-python/python"

Change = tuple[str, list[str], list[str]]
"""A file, the lines that a change takes away, and those that it brings."""


def fingerprint() -> str:
    """The package, its tests and the settings, in short."""
    files = [SETTINGS, *sorted((ROOT / "bindings-python").rglob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def laid_out() -> dict[str, str]:
    """Make the folder in which mutmut works; give the environment for it.

    Where nothing has changed since, the folder of an earlier shard says which test calls what.
    """
    state = FOLDER / "state"
    if not state.exists() or state.read_text() != fingerprint():
        shutil.rmtree(FOLDER, ignore_errors=True)
        beside(FOLDER / "mutants", without="")  # the tests look for what is beside the package
        (FOLDER / "airudder").symlink_to(ROOT / PACKAGE / "airudder")
        shutil.copy(SETTINGS, FOLDER / "pyproject.toml")
        state.write_text(fingerprint())
    # What is changed comes first, then what the tests need, and mutmut with its own last.
    (packages,) = (ROOT / ".venv/lib").glob("python3*/site-packages")
    sandbox = {"AIRUDDER_SANDBOX": str(ROOT / "target/release/airudder-sandbox")}
    return os.environ | sandbox | {"PYTHONPATH": f"{FOLDER / 'mutants'}:{packages}"}


def tried(number: int, count: int, jobs: int) -> Found:
    """Try the changes of a shard; give their names by what came of them."""
    environment = laid_out()
    files = tomllib.loads(SETTINGS.read_text())["tool"]["mutmut"]["only_mutate"]
    listing = [str(MUTMUT), str(HERE / "changes.py"), *files]
    listed = subprocess.run(listing, cwd=FOLDER, env=environment, check=True, capture_output=True, text=True)
    changes = of_shard(json.loads(listed.stdout), number, count)
    command = [str(MUTMUT), "-m", "mutmut", "run", "--max-children", str(jobs), *changes]
    run(command, FOLDER, environment)
    codes: dict[str, int | None] = {}
    for file in files:
        codes |= json.loads((FOLDER / "mutants" / f"{file}.meta").read_text())["exit_code_by_key"]
    return read(changes, codes)


def of_shard(changes: dict[str, Change], number: int, count: int) -> dict[str, Change]:
    """The changes of a shard: as many as the others have, one behind the other, without those of messages."""
    told = [(name, change) for name, change in changes.items() if not only_says(*change)]
    return dict(told[len(told) * (number - 1) // count : len(told) * number // count])


def only_says(_: str, removed: list[str], added: list[str]) -> bool:
    """Return whether a change is one of a text with a space in it."""

    def silent(lines: list[str]) -> str:
        said = r"([\"'])(.*?)\1"
        return re.sub(said, lambda found: '""' if " " in found[2] else found[0], "\n".join(lines))

    return silent(removed) == silent(added)


def read(changes: dict[str, Change], codes: dict[str, int | None]) -> Found:
    """Read what came of the changes out of the exit codes of pytest."""
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    for name, (file, removed, added) in changes.items():
        code = codes[name]
        if code in (0, 5, 33):  # passed; no test; no test calls what was changed
            what = "missed"
        elif code in (1, 3):  # failed; and so badly that pytest could not go on
            what = "caught"
        elif code in (36, 24, -24, 152, 255, -9):  # of the time by the clock or of the processor
            what = "timeout"
        else:
            sys.exit(f"mutmut says {code} of {name}")
        found[what].append(named(f"{PACKAGE}/{file}", removed, added))
    return found


if __name__ == "__main__":
    sys.exit(try_shard(HERE / "python.json", tried))
