"""Changes the core in one place after the other, and sees whether a test notices.

`core.py 3/40 2` does the third fortieth of the places, two at once. What came out is kept in `core.json` by shard, with
the commit it was found at. A change that no test noticed has to stand in `survivors.toml` with the reason why it makes
no difference, or a test is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from record import HERE, ROOT, Found, try_shard

TOOL = ROOT / ".cache/cargo-mutants"
VERSION = "27.1.0"
# The tests that notice most, and soon; then, for what they did not notice, all.
STAGES = [
    ["--lib", "--test", "call", "--test", "campaign_doubts", "--test", "vectors", "--test", "webhook"],
    ["--tests"],
]


def installed() -> Path:
    """Give cargo-mutants, which is built where it is missing."""
    program = TOOL / "bin/cargo-mutants"
    if not program.exists():
        print("building cargo-mutants, which takes a while", flush=True)
        command = [
            "cargo",
            "install",
            "--quiet",
            "--locked",
            "--version",
            VERSION,
            "--root",
            str(TOOL),
            "cargo-mutants",
        ]
        subprocess.run(command, check=True)
    return program


def tried(number: int, count: int, jobs: int) -> Found:
    """Try the changes of a shard; give their names, without the place in the file, by what came of them."""
    folder = ROOT / f"target/mutation/{number}-of-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [installed(), "mutants", "--config", HERE / "mutants.toml", "--dir", ROOT, "--output", folder]
    # Round robin, so that each shard is a sample of all files; the tests themselves are known to pass.
    command += ["--shard", f"{number - 1}/{count}", "--sharding", "round-robin", "--no-shuffle", "--jobs", str(jobs)]
    command += ["--baseline", "skip", "--timeout", "120", "--no-times", "--colors", "never"]
    fewer = {"PROPTEST_CASES": "32"}  # what they find, they find at once, or the other tests do
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    for tests in STAGES:
        # What an earlier stage noticed is not tried again.
        line = [str(part) for part in [*command, "--iterate", "--", *tests]]
        done = subprocess.run(line, check=False, env=os.environ | fewer)
        if done.returncode not in (0, 2, 3):  # 2 and 3: some were missed, or timed out
            sys.exit(f"cargo-mutants failed with {done.returncode}")
        found |= {"missed": [], "timeout": []}
        for what, names in outcomes(folder / "mutants.out/outcomes.json").items():
            found[what] += names
    return found


def outcomes(file: Path) -> Found:
    """The names of what was tried, without the place in the file, by what came of it."""
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    names = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable"}
    for outcome in json.loads(file.read_text())["outcomes"]:
        if outcome["scenario"] != "Baseline":
            name = re.sub(r":\d+:\d+: ", ": ", outcome["scenario"]["Mutant"]["name"])
            found[names[outcome["summary"]]].append(name)
    return found


if __name__ == "__main__":
    sys.exit(try_shard(HERE / "core.json", tried))
