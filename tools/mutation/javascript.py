"""Changes what journals and sends in the npm package in one place after the other, and sees whether a test notices.

`javascript.py 3/20 2` does the third twentieth of the lines, two changes at once, with StrykerJS; see core.py. The
package has been built. A message may say anything: what has a space in it is left alone.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
import sys
from typing import Any

from record import HERE, ROOT, Found, beside, named, run, try_shard

PACKAGE = ROOT / "bindings-wasm"
FOLDER = ROOT / "target/mutation/javascript"
# Where a mistake is worst comes first: journals, then campaigns, then calls.
FILES = [
    "lib/node/journal-file.ts",
    "lib/node/journal-lock.ts",
    "lib/journals/leased.ts",
    "lib/campaign/run.ts",
    "lib/campaign/job.ts",
    "lib/campaign/guarded.ts",
    "lib/campaign/opened.ts",
    "lib/campaign/feed.ts",
    "lib/campaign/partition.ts",
    "lib/campaign/running.ts",
    "lib/campaign/suppressed.ts",
    "lib/campaign/window.ts",
    "lib/call/drive.ts",
    "lib/call/transport.ts",
    "lib/call/fetch.ts",
    "lib/call/promise.ts",
]
OUTCOMES = {"Killed": "caught", "Survived": "missed", "NoCoverage": "missed", "Timeout": "timeout"}

Lines = dict[str, tuple[int, int]]
"""The first and the last line of each file, counted from 1."""


def lines_of(number: int, count: int, lengths: dict[str, int]) -> Lines:
    """The lines of a shard: as many of all of them as the others have, one behind the other."""
    total = sum(lengths.values())
    begin, end = total * (number - 1) // count, total * number // count
    found: Lines = {}
    start = 0
    for file, length in lengths.items():
        first, last = max(begin - start, 0) + 1, min(end - start, length)
        if first <= last:
            found[file] = (first, last)
        start += length
    return found


def tried(number: int, count: int, jobs: int) -> Found:
    """Try the changes of a shard; give their names by what came of them."""
    lines = lines_of(number, count, {file: len((PACKAGE / file).read_text().splitlines()) for file in FILES})
    shutil.rmtree(FOLDER, ignore_errors=True)
    beside(FOLDER, without="bindings-wasm")
    (FOLDER / "node_modules").symlink_to(PACKAGE / "node_modules")
    settings = {"MUTATED": json.dumps(lines), "JOBS": str(jobs)}
    stryker = HERE / "node_modules/@stryker-mutator/core/bin/stryker.js"
    command = ["node", str(stryker), "run", str(HERE / "stryker.config.mjs")]
    run(command, PACKAGE, os.environ | settings)
    return read(json.loads((FOLDER / "report.json").read_text()), lines)


def read(report: dict[str, Any], lines: Lines) -> Found:
    """Read the outcomes of these lines out of a report."""
    found: Found = {"caught": [], "missed": [], "timeout": [], "unviable": []}
    for file, (first, last) in lines.items():
        one = report["files"][file]
        for mutant in one["mutants"]:
            if first <= mutant["location"]["start"]["line"] <= last and mutant["status"] != "Ignored":
                what = OUTCOMES.get(mutant["status"], "unviable")
                found[what].append(name_of(f"bindings-wasm/{file}", one["source"], mutant))
    return found


def name_of(path: str, source: str, mutant: dict[str, Any]) -> str:
    """The name of a change: the lines that it takes away and brings."""
    lines = source.splitlines(keepends=True)
    start, end = (mutant["location"][which] for which in ("start", "end"))
    before = "".join(lines[: start["line"] - 1]) + lines[start["line"] - 1][: start["column"] - 1]
    after = lines[end["line"] - 1][end["column"] - 1 :] + "".join(lines[end["line"] :])
    changed = (before + mutant["replacement"] + after).splitlines()
    compared = list(difflib.ndiff(source.splitlines(), changed))
    return named(path, *([line[2:] for line in compared if line.startswith(sign)] for sign in ("- ", "+ ")))


if __name__ == "__main__":
    sys.exit(try_shard(HERE / "javascript.json", tried))
