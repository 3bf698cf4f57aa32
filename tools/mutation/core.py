"""Changes the core in one place after the other, and sees whether a test notices.

`core.py 3/40 2` does the third fortieth of the places, two at once. What came out is kept in `core.json` by shard, with
the commit it was found at. A change that no test noticed has to stand in `survivors.toml` with the reason why it makes
no difference, or a test is missing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from record import HERE, ROOT, Found, try_shard

TOOL = ROOT / ".cache/cargo-mutants"
VERSION = "27.1.0"
# What is changed, and what is not; no file of settings, whose files could not be narrowed to those of one stage.
CHANGED = [
    "core/src/call/**/*.rs",
    "core/src/campaign/**/*.rs",
    "core/src/crypto/**/*.rs",
    "core/src/webhook/**/*.rs",
    "core/src/{clock,pace,retry,session}.rs",
]
UNCHANGED = ["**/tests.rs", "**/tests/**"]
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
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(installed()), "mutants", "--no-config", "--dir", str(ROOT), "--output", str(folder)]
    command += ["--test-package", "airudder-core", "--profile", "mutants", "--no-shuffle", "--jobs", str(jobs)]
    command += [f"--exclude={glob}" for glob in UNCHANGED]
    # The tests themselves are known to pass.
    command += ["--baseline", "skip", "--timeout", "120", "--no-times", "--colors", "never"]
    fewer = {"PROPTEST_CASES": "32"}  # what they find, they find at once, or the other tests do
    # Round robin, so that each shard is a sample of all files.
    which = ["--shard", f"{number - 1}/{count}", "--sharding", "round-robin", *(f"--file={glob}" for glob in CHANGED)]
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    for tests in STAGES:
        done = subprocess.run([*command, *which, "--", *tests], check=False, env=os.environ | fewer)
        if done.returncode not in (0, 2, 3):  # 2 and 3: some were missed, or timed out
            sys.exit(f"cargo-mutants failed with {done.returncode}")
        stage = outcomes(folder / "mutants.out/outcomes.json", found["missed"])
        found = {what: [*found[what], *names] for what, names in stage.items()} | {"missed": stage["missed"]}
        if not found["missed"]:
            break
        # By file, too: changes that delete a field of a struct are tried whatever name is asked for.
        which = [f"--file={name.partition(':')[0]}" for name in found["missed"]]
        which += [f"--re=^{re.escape(name)}$" for name in found["missed"]]
    return {what: [re.sub(r":\d+:\d+: ", ": ", name) for name in names] for what, names in found.items()}


def outcomes(file: Path, asked: list[str]) -> Found:
    """The names of what was tried, by what came of it; of those that were asked for, if any were."""
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    names = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable"}
    for outcome in json.loads(file.read_text())["outcomes"]:
        scenario = outcome["scenario"]
        if scenario != "Baseline" and (not asked or scenario["Mutant"]["name"] in asked):
            found[names[outcome["summary"]]].append(scenario["Mutant"]["name"])
    return found


if __name__ == "__main__":
    sys.exit(try_shard(HERE / "core.json", tried))
