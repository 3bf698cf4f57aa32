"""What sends and what receives, in each language: the programs of the examples, told by the environment what to do."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from api import KEY, ROOT, SECRET, free_port
from program import Program

Command = Sequence[str | Path]
HERE = Path(__file__).parent
EXAMPLES = ROOT / "examples/c"
LANGUAGES = ("python", "javascript", "c")
REPORT = re.compile(r"accepted (\d+), rejected (\d+), doubtful (\d+) of \d+ contacts")
RIGHT = "+0"
"""A clock that is not off, as libfaketime has it."""
INVALID_EACH = 1000
"""Of so many contacts one has no number."""


def compiled(folder: Path) -> dict[str, Path]:
    """Compile the examples in C against the library as it is installed."""
    prefix = folder / "c"
    subprocess.run([ROOT / "bindings-c/install", prefix], check=True, stdout=subprocess.DEVNULL)
    sources = {
        "send": (("campaign_multi", "exchange", "job", "journal", "clock"), ("-lcurl",)),
        "receive": (("receiver", "inbox"), ("-lmicrohttpd", "-lsqlite3")),
    }
    programs = {}
    for name, (files, libraries) in sources.items():
        programs[name] = prefix / name
        command = ["gcc", "-std=gnu99", "-O2", f"-I{prefix}/include", *(f"{EXAMPLES}/{file}.c" for file in files)]
        links = [f"-L{prefix}/lib", f"-Wl,-rpath,{prefix}/lib", "-lairudder", *libraries, "-lpthread"]
        subprocess.run([*command, "-o", programs[name], *links], check=True)
    return programs


class Sender:
    """A program that sends the contacts of a file, with a journal beside it."""

    def __init__(self, language: str, which: str, command: Command, folder: Path, settings: dict[str, str]) -> None:
        self.language = language
        self.contacts = folder / f"{language}.csv"
        self.journal = folder / f"{language}{which}.jsonl"
        self.clock = folder / f"{language}{which}.clock"
        self.clock.write_text(RIGHT)
        clock = {"FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_CACHE_DURATION": "1"}
        environment = settings | clock | {"AIRUDDER_CAMPAIGN": f"soak-{language}"}
        self.program = Program(f"send-{language}{which}", [*command, self.contacts, self.journal], environment, folder)

    def write(self, count: int, number: int) -> list[str]:
        """Write the contacts; give the case ids of those that are valid."""
        valid = []
        with self.contacts.open("w") as file:
            file.write("caseid,callee,country,customer_name,borrow_total_money,due_date\n")
            for row in range(count):
                case_id = f"{self.language}-{row}"
                if row % INVALID_EACH:
                    valid.append(case_id)
                callee = f"+62000{number}{row:07}" if row % INVALID_EACH else ""
                file.write(f"{case_id},{callee},Indonesia,Ana,100,2099-01-01\n")
        return valid

    def report(self) -> dict[str, int] | None:
        """What it said in the end: how many were accepted, rejected and doubtful; None before that."""
        # The program in C says by 2 that it came to the end, and that contacts stay in doubt.
        if self.program.status not in (0, 2):
            return None
        # Not at the beginning of a line where a run before it could not write its last words to the end.
        *_, (accepted, rejected, doubtful) = REPORT.findall("\n".join(self.program.said()))
        return {"accepted": int(accepted), "rejected": int(rejected), "doubtful": int(doubtful)}


def senders(folder: Path, url: str, more: dict[str, str], programs: dict[str, Path], which: str = "") -> list[Sender]:
    """Make one for each language. `which` is in the names of its files."""
    settings = {
        "AIRUDDER_APP_KEY": "fake-app-key",
        "AIRUDDER_APP_SECRET": "fake-app-secret",
        "AIRUDDER_ENCRYPTION_KEY": KEY,
        "AIRUDDER_BASE_URL": url,
        "AIRUDDER_TEMPLATE_ID": "7",
        "AIRUDDER_PLATFORM": "TEMP1",
        "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
        **more,
        # The wall clock of the senders is set while they run; what they measure with goes on.
        "LD_PRELOAD": faketime(),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    commands: dict[str, Command] = {
        "python": [sys.executable, HERE / "send.py"],
        "javascript": ["node", HERE / "send.mjs"],
        "c": [programs["send"]],
    }
    return [Sender(language, which, commands[language], folder, settings) for language in LANGUAGES]


def faketime() -> str:
    """Find the library that sets a program's clock."""
    listed = subprocess.run(["dpkg", "-L", "libfaketime"], check=True, capture_output=True, text=True).stdout
    return next(path for path in listed.splitlines() if path.endswith("libfaketimeMT.so.1"))


class Receiver:
    """A program that receives events into a store of its own."""

    def __init__(self, language: str, command: Command, folder: Path, *more: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/events"
        self.store = folder / f"{language}.events"
        environment = {
            "AIRUDDER_WEBHOOK_SECRET": SECRET,
            "AIRUDDER_WEBHOOK_SCHEME": "hmac-sha256:hex:body",
            "AIRUDDER_ENCRYPTION_KEY": KEY,
        }
        self.program = Program(f"receive-{language}", [*command, str(port), self.store, *more], environment, folder)

    def results(self) -> set[str]:
        """The case ids whose events are stored."""
        if self.store.read_bytes()[:6] == b"SQLite":
            with sqlite3.connect(self.store) as db:
                bodies = [body for (body,) in db.execute("SELECT body FROM events")]
        else:
            # An event that a kill tore off was not acknowledged.
            lines = (line for line in self.store.read_text(errors="replace").splitlines() if line.endswith("}}"))
            bodies = [json.dumps(json.loads(line)["data"]) for line in lines]
        return {str(json.loads(body).get("case_id")) for body in bodies}


def receivers(folder: Path, programs: dict[str, Path], without: str) -> list[Receiver]:
    """Make one for each language; Python's alone where that lacks a mechanism."""
    python: Command = [sys.executable, HERE / "receive.py"]
    if without in ("storing", "signature"):
        return [Receiver("python", python, folder, without)]
    commands: dict[str, Command] = {
        "python": python,
        "javascript": ["node", HERE / "receive.mjs"],
        "c": [programs["receive"]],
    }
    return [Receiver(language, commands[language], folder) for language in LANGUAGES]
