"""What came of the changes, by shard, with the commit at which they were tried; and what is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

Found = dict[str, list[str]]
"""The names of changes by what came of them: caught, missed, timeout or unviable."""


def try_shard(record: Path, tried: Callable[[int, int, int], Found]) -> int:
    """Do what the command line says, a shard and how many at once; 1 if a change was missed without a reason.

    `tried` gets the shard's number, how many there are, and how many changes to try at once.
    """
    shard, jobs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    number, count = map(int, shard.split("/"))
    return judged(kept(record, shard, tried(number, count, jobs)), count)


def kept(file: Path, shard: str, found: Found) -> dict[str, Any]:
    """Keep what came out of a shard, and give all that is kept."""
    shards: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    counts = {what: len(names) for what, names in found.items()}
    shards[shard] = {"commit": commit.stdout.strip(), **counts, "missed": sorted(found["missed"])}
    file.write_text(json.dumps(dict(sorted(shards.items())), indent=1, ensure_ascii=False) + "\n")
    return shards


def judged(shards: dict[str, Any], count: int) -> int:
    """Say how far it is; 1 if a change was missed for which there is no reason."""
    reasons = tomllib.loads((HERE / "survivors.toml").read_text())
    caught = sum(one["caught"] + one["timeout"] for one in shards.values())
    missed = [name for one in shards.values() for name in one["missed"]]
    unexplained = [name for name in missed if name not in reasons]
    print(f"{len(shards)} of {count} shards: {caught} changes were noticed, {len(missed)} were not")
    for name in unexplained:
        print(f"nobody noticed, and nobody said why: {name}")
    return 1 if unexplained else 0


def beside(folder: Path, *, without: str) -> None:
    """Make a folder in which a copy of this package finds what is beside it in the tree."""
    folder.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name != without and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a program that must succeed, and end what tests that were cut off have left."""
    with subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True) as process:
        try:
            status = process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}")


def named(path: str, removed: list[str], added: list[str]) -> str:
    """The name of a change: its file, and the lines without their place, so that it stays when others move it."""
    return f"{path}: {_brief(removed)} → {_brief(added)}"


def _brief(lines: list[str]) -> str:
    """One line of several."""
    words = [" ".join(line.split()) for line in lines if line.strip()]
    return " ".join(words) if len(words) < 4 else f"{words[0]} … {words[-1]}"
