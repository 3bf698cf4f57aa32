"""What a receiver keeps: results, and in quarantine the deliveries that it cannot verify yet.

Whatever framework receives for you, the order is the same: take the raw bytes, give them to `Inbox.receive`, and answer
with the status that it returns and the body `{}`. Work on the results later, from the database.

How AI Rudder signs is not published: the scheme of `Webhooks` is an assumption until `crypto.detect` has named it from
a delivery. A receiver that answered 400 meanwhile would lose each result after six attempts. So it keeps what does not
verify, and `replay.py` reads it once the scheme is known. Then set AIRUDDER_WEBHOOK_SCHEME, and forgeries get a 400.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from airudder import AirudderError, Webhooks
from airudder.events import WorkflowCallFinishedEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from airudder import Event

MAX_KEPT = 10_000
"""The number of deliveries that are kept in quarantine, since anybody may send some."""
MAX_KEPT_BYTES = 256 * 1024 * 1024
"""How many bytes, heads included."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (dedupe_key TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS results (
    case_id TEXT PRIMARY KEY, callee TEXT, ring_type TEXT, result_label TEXT, seconds INTEGER
);
CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, head TEXT NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL,
    url TEXT NOT NULL DEFAULT ''
);
PRAGMA journal_mode = WAL;
"""

log = logging.getLogger("receiver")


class Headers(Protocol):
    """Header fields, as every framework has them."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Name and value of each."""
        ...


@dataclass
class Counts:
    """What came in."""

    deliveries: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass
class Kept:
    """A delivery in quarantine."""

    id: int
    received_at: datetime
    url: str
    headers: list[tuple[str, str]]
    body: bytes


class Store:
    """The results, in a database file; every event is kept whole beside what is read from it."""

    def __init__(self, path: Path) -> None:
        self.counts = Counts()
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(SCHEMA)
        with suppress(sqlite3.OperationalError):  # the column is there, as in every new file
            self._db.execute("ALTER TABLE quarantine ADD COLUMN url TEXT NOT NULL DEFAULT ''")

    def add(self, event: Event) -> None:
        """Store the event; one that was stored before changes nothing."""
        with self._lock, self._db:
            self.counts.deliveries += 1
            row = (event.dedupe_key, event.type, event.raw)
            if not self._db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", row).rowcount:
                self.counts.duplicates += 1
            elif isinstance(event, WorkflowCallFinishedEvent):
                self._db.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", results_of(event.data))

    def keep(self, body: bytes, headers: Headers, url: str = "") -> bool:
        """Keep a delivery that cannot be verified, with what may be signed; False if the quarantine is full."""
        head = json.dumps(list(headers.items()))
        size = len(head) + len(body) + len(url)
        with self._lock, self._db:
            kept, total = self._db.execute("SELECT count(*), coalesce(sum(size), 0) FROM quarantine").fetchone()
            if kept >= MAX_KEPT or total + size > MAX_KEPT_BYTES:
                return False
            now = datetime.now(UTC).isoformat()
            row = (now, head, body, size, url)
            insert = "INSERT INTO quarantine (received_at, head, body, size, url) VALUES (?, ?, ?, ?, ?)"
            self._db.execute(insert, row)
        return True

    def kept(self) -> Iterator[Kept]:
        """Read the quarantine, the oldest first."""
        last = 0
        while True:
            query = "SELECT id, received_at, head, body, url FROM quarantine WHERE id > ? ORDER BY id LIMIT 1"
            with self._lock:
                row = self._db.execute(query, (last,)).fetchone()
            if row is None:
                return
            last, received_at, head, body, url = row
            headers = [(name, value) for name, value in json.loads(head)]
            yield Kept(last, datetime.fromisoformat(received_at), url, headers, body)

    def release(self, kept: Kept) -> None:
        """Take a delivery out of quarantine."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM quarantine WHERE id = ?", (kept.id,))

    def refuse(self) -> None:
        """Count a delivery that cannot be trusted or read."""
        with self._lock:
            self.counts.refused += 1

    def events(self) -> Iterator[dict[str, Any]]:
        """Read what each event says, one by one."""
        last = 0
        while True:
            query = "SELECT rowid, body FROM events WHERE rowid > ? ORDER BY rowid LIMIT 1000"
            with self._lock:
                rows = self._db.execute(query, (last,)).fetchall()
            if not rows:
                return
            yield from (json.loads(body) for _, body in rows)
            last = rows[-1][0]

    def results(self) -> dict[str, tuple[str, str]]:
        """Give number and ring type of each contact that has a result, by case id."""
        with self._lock:
            rows = self._db.execute("SELECT case_id, callee, ring_type FROM results").fetchall()
        return {case_id: (callee, ring_type) for case_id, callee, ring_type in rows}

    def count(self) -> int:
        """The number of contacts that have a result."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM results").fetchone()[0])

    def close(self) -> None:
        """Close the database."""
        self._db.close()


def results_of(data: Mapping[str, Any]) -> Iterator[tuple[str | None, ...]]:
    """Read the rows of the table `results`. An odd value is no reason to lose the event."""
    details = data.get("details")
    for call in details if isinstance(details, list) else []:
        if isinstance(call, dict):
            case_id = data.get("case_id", call.get("case_id"))
            values = (case_id, *(call.get(name) for name in ("callee", "ring_type", "result_label", "duration")))
            yield tuple(str(value) if isinstance(value, str | int | float) else None for value in values)


class Inbox:
    """Takes deliveries: those that verify into the store, all others into quarantine until the scheme is settled."""

    def __init__(self, hooks: Webhooks, store: Store, *, settled: bool, url: str | None = None) -> None:
        self.hooks = hooks
        self.store = store
        self.url = url
        """The address that AI Rudder was given, where a proxy changes it."""
        self._settled = settled

    @classmethod
    def from_env(cls, path: Path) -> Inbox:
        """Make one of AIRUDDER_WEBHOOK_SECRET, and of AIRUDDER_ENCRYPTION_KEY if events are encrypted.

        `replay.py` tells AIRUDDER_WEBHOOK_SCHEME, which settles the matter, and AIRUDDER_WEBHOOK_CIPHER. Where a proxy
        changes the URL, AIRUDDER_WEBHOOK_URL has the one that AI Rudder was given.
        """
        settled = bool(os.environ.get("AIRUDDER_WEBHOOK_SCHEME"))
        return cls(
            Webhooks.from_env(), Store(path), settled=settled, url=os.environ.get("AIRUDDER_WEBHOOK_URL") or None
        )

    def receive(self, body: bytes, headers: Headers, url: str = "") -> int:
        """Take one delivery, to the URL that the sender asked for, and give the status to answer with.

        200: stored, or kept. 413: too large. 400: not AI Rudder's, whatever is wrong with it: who could tell a wrong
        signature from a wrong padding might decrypt by trying. 500 and 503: AI Rudder is to send it again.
        """
        try:
            self.store.add(self.hooks.unwrap(body, headers, url=url))
        except AirudderError as error:
            log.warning("not verified: %s", error)
            self.store.refuse()
            if error.code == "E5003":
                return 413
            return 400 if self._settled else self._keep(body, headers, url)
        except sqlite3.Error:
            log.exception("not stored")
            return 500
        return 200

    def _keep(self, body: bytes, headers: Headers, url: str) -> int:
        try:
            return 200 if self.store.keep(body, headers, url) else 503
        except sqlite3.Error:
            log.exception("not kept")
            return 500


def replay(store: Store, hooks: Webhooks) -> tuple[int, int]:
    """Verify what is in quarantine, and store it: how many could be, and how many stay."""
    verified = left = 0
    for kept in store.kept():
        try:
            store.add(hooks.unwrap(kept.body, kept.headers, url=kept.url, received_at=kept.received_at))
        except AirudderError:
            left += 1
        else:
            store.release(kept)
            verified += 1
    return verified, left
