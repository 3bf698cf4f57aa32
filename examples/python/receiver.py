"""A receiver of AI Rudder's events: verifies, deduplicates, stores in SQLite, and answers at once.

Whatever framework receives for you, the order is the same: take the raw bytes, `unwrap`, store under the dedupe key,
commit, and only then answer 200. Work on the result later, from the database.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from airudder import AirudderError, WebhookError
from airudder.events import WorkflowCallFinishedEvent

if TYPE_CHECKING:
    from pathlib import Path

    from airudder import Event, Webhooks

MAX_BODY_BYTES = 8 * 1024 * 1024

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (dedupe_key TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS results (
    case_id TEXT PRIMARY KEY, callee TEXT, ring_type TEXT, result_label TEXT, seconds INTEGER
);
PRAGMA journal_mode = WAL;
"""


@dataclass
class Counts:
    """What came in."""

    deliveries: int = 0
    duplicates: int = 0
    refused: int = 0


class Store:
    """The results, in a database file; every event is kept whole beside what is read from it."""

    def __init__(self, path: Path) -> None:
        self.counts = Counts()
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(SCHEMA)

    def add(self, event: Event) -> None:
        """Store the event; one that was stored before changes nothing."""
        with self._lock, self._db:
            self.counts.deliveries += 1
            row = (event.dedupe_key, event.type, event.raw)
            if not self._db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", row).rowcount:
                self.counts.duplicates += 1
            elif isinstance(event, WorkflowCallFinishedEvent):
                case_id = event.data.get("case_id")
                for call in event.data.get("details", []):
                    result = (
                        case_id,
                        call.get("callee"),
                        call.get("ring_type"),
                        call.get("result_label"),
                        call.get("duration"),
                    )
                    self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", result)

    def refuse(self) -> None:
        """Count a delivery that cannot be trusted or read."""
        with self._lock:
            self.counts.refused += 1

    def results(self) -> dict[str, tuple[str, str]]:
        """Give number and ring type of each contact that has a result, by case id."""
        with self._lock:
            rows = self._db.execute("SELECT case_id, callee, ring_type FROM results").fetchall()
        return {case_id: (callee, ring_type) for case_id, callee, ring_type in rows}

    def count(self) -> int:
        """How many contacts have a result."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM results").fetchone()[0])

    def close(self) -> None:
        """Close the database."""
        self._db.close()


class Receiver:
    """An HTTP server for events, in a thread of its own."""

    def __init__(self, hooks: Webhooks, store: Store, host: str = "127.0.0.1", port: int = 0) -> None:
        class Handler(_Handler):
            pass

        Handler.hooks, Handler.store = hooks, store
        self._server = ThreadingHTTPServer((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="receiver", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where events are to be sent."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/events"

    def close(self) -> None:
        """Stop receiving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    hooks: Webhooks
    store: Store

    def do_POST(self) -> None:
        """Take one delivery."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self._answer(413)
            return
        body = self.rfile.read(length)
        try:
            self.store.add(self.hooks.unwrap(body, list(self.headers.items())))
        except WebhookError as error:
            self.store.refuse()
            self.log_error("refused: %s", error)
            self._answer(400)
        except (AirudderError, sqlite3.Error) as error:
            # Not stored: any answer but 200 makes AI Rudder send it again.
            self.log_error("not stored: %s", error)
            self._answer(500)
        else:
            self._answer(200)

    def _answer(self, status: int) -> None:
        self.close_connection = status == 413
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of deliveries that are in order."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Leave refused deliveries to the count; a real receiver would log them."""
