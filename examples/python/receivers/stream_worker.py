"""Handles the events that a receiver stored in PostgreSQL; a Redis Stream spreads them over any number of workers.

    DATABASE_URL=... REDIS_URL=... python stream_worker.py      on each machine, as often as you like

The table tells what is to be done, and Redis only whose turn it is. So nothing is lost, and nothing is handled twice:

- An event is committed before it goes into the stream. Who dies between the two, or before it has noted that it is in
  the stream, leaves an event that the next worker hands on, perhaps once more.
- `handled_at` is set in the transaction that does the work: an entry that comes twice finds it set, and does nothing.
- What a worker had taken that died, what failed, and what Redis lost, is handed on again after AGAIN_AFTER (60)
  seconds. At most 500 events are in the queue, all others wait in the table: let it be longer than the work on 500.

That holds for work inside this database. What your work does elsewhere, do so that twice is harmless: give that other
service the dedupe key, too.

needs `pip install psycopg[binary] redis`.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from contextlib import suppress
from typing import Any

import psycopg
import redis

AGAIN_AFTER = float(os.environ.get("AGAIN_AFTER", "60"))
STREAM, GROUP = "events", "workers"
CONSUMER = f"{socket.gethostname()}-{os.getpid()}"

DUE = """
UPDATE events SET handed_on_at = now() WHERE dedupe_key = ANY (ARRAY (
    SELECT dedupe_key FROM events
    WHERE handled_at IS NULL AND (handed_on_at IS NULL OR handed_on_at < now() - %(again)s * interval '1 second')
    ORDER BY handed_on_at NULLS FIRST, received_at -- so that what fails again and again stands behind
    LIMIT greatest(0, 500 - (
        SELECT count(*) FROM events
        WHERE handled_at IS NULL AND handed_on_at >= now() - %(again)s * interval '1 second'
    ))
    FOR UPDATE SKIP LOCKED
)) RETURNING dedupe_key
"""
TAKE = "UPDATE events SET handled_at = now() WHERE dedupe_key = %s AND handled_at IS NULL RETURNING type, body"

log = logging.getLogger("worker")


def work(db: psycopg.Connection, type_: str, data: dict[str, Any]) -> None:
    """Put your own work here; what it does in this database happens once."""
    if type_ == "workflow.call.finished":
        call = (data.get("details") or [{}])[0]
        row = (data.get("case_id"), call.get("callee"), call.get("ring_type"))
        db.execute("INSERT INTO results (case_id, callee, ring_type) VALUES (%s, %s, %s)", row)


def handle(db: psycopg.Connection, key: str) -> None:
    """Handle an event, unless that was done; one whose work fails comes again."""
    try:
        with db.transaction():
            if row := db.execute(TAKE, (key,)).fetchone():
                work(db, row[0], json.loads(row[1]))
    except psycopg.OperationalError:
        raise  # the database is away
    except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for it
        log.warning("event %s comes again: %s", key, type(error).__name__)  # the text may show personal data


def hand_on(db: psycopg.Connection, queue: redis.Redis) -> None:
    """Put into the stream what is due. The entry is a key: nothing personal is in Redis."""
    with db.transaction():
        due = db.execute(DUE, {"again": AGAIN_AFTER}).fetchall()
        with queue.pipeline(transaction=False) as entries:
            for (key,) in due:
                entries.xadd(STREAM, {"key": key}, maxlen=100_000)
            entries.execute()


def serve(db: psycopg.Connection, queue: redis.Redis) -> None:
    """Hand on and handle, for ever."""
    with suppress(redis.ResponseError):  # there is such a group
        queue.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    while True:
        hand_on(db, queue)
        # noack, since the table knows better than Redis what is still to be done.
        found: Any = queue.xreadgroup(GROUP, CONSUMER, {STREAM: ">"}, count=100, block=500, noack=True)
        for _, entries in found:
            for _, fields in entries:
                handle(db, fields[b"key"].decode())


def main() -> None:
    """Connect, and again whenever the database or Redis was away."""
    logging.basicConfig(level=logging.INFO)
    queue = redis.Redis.from_url(os.environ["REDIS_URL"], protocol=2)  # whose answers all versions of Redis give alike
    while True:
        try:
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=3) as db:
                serve(db, queue)
        except (psycopg.Error, redis.RedisError) as error:
            log.warning("%s: trying again in a second", type(error).__name__)
            time.sleep(1)


if __name__ == "__main__":
    main()
