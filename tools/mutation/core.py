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
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOL = ROOT / ".cache/cargo-mutants"
VERSION = "27.1.0"
RECORD = HERE / "core.json"


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


def tried(number: int, count: int, jobs: int) -> dict[str, list[str]]:
    """Try the changes of a shard; give their names, without the place in the file, by what came of them."""
    folder = ROOT / f"target/mutation/{number}-of-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    command = [installed(), "mutants", "--config", HERE / "mutants.toml", "--dir", ROOT, "--output", folder]
    # Round robin, so that each shard is a sample of all files; the tests themselves are known to pass.
    command += ["--shard", f"{number - 1}/{count}", "--sharding", "round-robin", "--no-shuffle", "--jobs", str(jobs)]
    command += ["--baseline", "skip", "--timeout", "300", "--no-times", "--colors", "never"]
    fewer = {"PROPTEST_CASES": "32"}  # what they find, they find at once, or the other tests do
    done = subprocess.run([str(part) for part in command], check=False, env=os.environ | fewer)
    if done.returncode not in (0, 2, 3):  # 2 and 3: some were missed, or timed out
        sys.exit(f"cargo-mutants failed with {done.returncode}")
    read = json.loads((folder / "mutants.out/outcomes.json").read_text())
    found: dict[str, list[str]] = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    names = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable"}
    for outcome in read["outcomes"]:
        if outcome["scenario"] != "Baseline":
            name = re.sub(r":\d+:\d+: ", ": ", outcome["scenario"]["Mutant"]["name"])
            found[names[outcome["summary"]]].append(name)
    return found


def record(shard: str, found: dict[str, list[str]]) -> dict[str, Any]:
    """Keep what came out, and give all that is kept."""
    kept: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    counts = {what: len(names) for what, names in found.items()}
    kept[shard] = {"commit": commit.stdout.strip(), **counts, "missed": sorted(found["missed"])}
    RECORD.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n")
    return kept


def main() -> int:
    """Try a shard; 1 if a change was missed for which there is no reason."""
    shard, jobs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    number, count = map(int, shard.split("/"))
    kept = record(shard, tried(number, count, jobs))
    reasons = tomllib.loads((HERE / "survivors.toml").read_text())
    caught = sum(one["caught"] + one["timeout"] for one in kept.values())
    missed = [name for one in kept.values() for name in one["missed"]]
    unexplained = [name for name in missed if name not in reasons]
    print(f"{len(kept)} of {count} shards: {caught} changes were noticed, {len(missed)} were not")
    for name in unexplained:
        print(f"nobody noticed, and nobody said why: {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
