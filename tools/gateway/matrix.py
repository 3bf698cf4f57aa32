"""The matrix of behaviors and operations, for hosts with tests in Python: its cells, and what is wrong with one."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IS_WHOLE = os.environ.get("GATEWAYS") == "all"
"""All hosts are wanted, in each way that they can connect: `make gateways`."""
MATRIX = json.loads(Path(__file__).with_name("matrix.json").read_text(encoding="utf-8"))
LONGEST = 20
"""The seconds that nothing may take, with its time limits, repetitions and waits, on a busy machine."""
CONTACTS = {"upload": 1, "campaign": 4}
"""The contacts that an operation sends."""

_numbers = itertools.count(10_000_000)


class Gateways:
    """The program that makes gateways before this API."""

    def __init__(self, upstream: str, certificate: Path | None = None) -> None:
        command = [sys.executable, "-m", "gateway", "--upstream", upstream, "--exit-with-stdin"]
        command += ["--certificate", str(certificate)] if certificate else []
        folder = Path(__file__).parents[1]
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout  # noqa: S101 - it is a pipe
        self._url = self._process.stdout.readline().removeprefix("listening on ").strip()

    def open(self) -> str:
        """Open another gateway, and give its URL; with a certificate it is one of `https`, too."""
        url: str = control(self._url, "open")["url"]
        return url

    def stop(self) -> None:
        """End the program, and all gateways with it."""
        self._process.communicate(timeout=60)


def control(url: str, name: str, **body: object) -> dict[str, Any]:
    """Tell a gateway something."""
    request = urllib.request.Request(f"{url}/_gateway/{name}", json.dumps(body).encode())  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - http
        told: dict[str, Any] = json.load(response)
        return told


def number() -> str:
    """Make up a phone number that nobody has, here either."""
    return f"+62000{next(_numbers)}"


@dataclass
class Cell:
    """A behavior that strikes an operation, and what came of it."""

    behavior: str
    operation: str
    host: str = ""
    """The host, if it has cells of its own."""
    said: str = ""
    """The outcome and the error's number, as the matrix writes them."""
    seconds: float = 0.0
    struck: int = 0

    @property
    def row(self) -> Mapping[str, Any]:
        """Its row in the matrix."""
        row: Mapping[str, Any] = MATRIX["behaviors"][self.behavior]
        return row

    @property
    def allowed(self) -> list[str]:
        """What may be said; nothing where there is no such cell."""
        own = MATRIX["hosts"].get(self.host, {}).get(self.behavior, {})
        said = (MATRIX["groups"][self.row["group"]] | self.row | own)[self.operation]
        return [said] if isinstance(said, str) else said or []

    @property
    def case_ids(self) -> list[str]:
        """Those of the contacts that it sends, and nobody else."""
        return [f"{self.behavior}/{self.operation}/{index}" for index in range(CONTACTS.get(self.operation, 0))]

    def problems(self, uploaded: Mapping[str, int]) -> list[str]:
        """What is wrong with it, given how often the API got each contact: nothing, if all is as the matrix has it."""
        is_trusted = self.operation in self.row.get("trusted", [])
        counts = [uploaded.get(case_id, 0) for case_id in self.case_ids]
        is_denied = any(counts) and not self.said.startswith(("accepted", "unknown", "altered"))
        found = {
            f"it says {self.said!r}, and may say {self.allowed}": self.said not in self.allowed,
            f"it was sent twice: {counts}": max(counts, default=0) > 1 and not is_trusted,
            f"it was lost: {counts}": self.said == "accepted" and 0 in counts,
            f"the API has it, and it says {self.said!r}": is_denied and not is_trusted,
            "the gateway did nothing": not self.struck,
            f"it took {self.seconds} seconds": self.seconds > LONGEST,
        }
        return [problem for problem, is_there in found.items() if is_there]


def run_all(
    operations: Iterable[str], run: Callable[[Cell], object], sandbox: Callable[[str], dict[str, Any]], host: str = ""
) -> dict[str, dict[str, list[str]]]:
    """Run the cells, eight at once, and those alone that would meddle with others.

    Args:
        operations: Those that the host has.
        run: Runs a cell.
        sandbox: Asks the sandbox behind the gateways something.
        host: The host, if it has cells of its own.

    Returns:
        What is wrong with each cell, by behavior and operation.
    """
    every = itertools.product(MATRIX["behaviors"], operations, [host])
    cells = [cell for cell in itertools.starmap(Cell, every) if cell.allowed]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, [cell for cell in cells if not cell.row.get("alone")]))
    for cell in cells:
        if cell.row.get("alone"):
            run(cell)
    listed = sandbox("contacts?limit=10000")
    assert listed["total"] <= 10_000  # noqa: S101 - no more are in a list
    uploaded = Counter(contact["caseid"] for contact in listed["contacts"])
    wrong: dict[str, dict[str, list[str]]] = {behavior: {} for behavior in MATRIX["behaviors"]}
    for cell in cells:
        wrong[cell.behavior][cell.operation] = cell.problems(uploaded)
    return wrong
