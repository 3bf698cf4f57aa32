"""Receives AI Rudder's events in Flask, under /events, and stores each once in PostgreSQL.

    psql "$DATABASE_URL" -f examples/receivers.sql
    AIRUDDER_WEBHOOK_SECRET=... AIRUDDER_WEBHOOK_SCHEME=... DATABASE_URL=... \
        gunicorn --workers 2 --threads 8 flask_postgres:app

stream_worker.py hands on and handles what is stored.

needs `pip install airudder flask gunicorn psycopg[binary,pool]`.
"""

from __future__ import annotations

import logging
import os

import psycopg
from flask import Flask, Response, request
from psycopg_pool import ConnectionPool

from airudder import ACK_BODY, AirudderError, Event, Webhooks
from airudder.integrations import requested_url

log = logging.getLogger("receiver")
hooks = Webhooks.from_env()
URL = os.environ.get("AIRUDDER_WEBHOOK_URL") or None  # the one that AI Rudder was given, where a proxy changes it
# gunicorn imports this file in each worker, so each has a pool of its own; with --preload, open it in post_fork.
pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=8,  # one for each thread
    open=True,  # and does not wait, so that this starts without the database, too
    # AI Rudder waits for the answer: it gets a 503 rather than none.
    timeout=1,
    kwargs={"autocommit": True, "connect_timeout": 3, "tcp_user_timeout": 5000},
    # A connection that a restart of the database broke is replaced before it costs a delivery; while the database is
    # away, the pool asks again every few seconds, and not ever more rarely.
    check=ConnectionPool.check_connection,
    reconnect_timeout=5,
)

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = hooks.max_body_bytes  # Flask answers 413 to more


@app.post("/events")
def events() -> Response:
    """Take one delivery: verify it, store it, and only then answer 200."""
    try:
        # The bytes, ahead of request.json and request.form: the signature is about them.
        event = hooks.unwrap(request.get_data(), dict(request.headers), url=requested_url(request.environ, URL))
    except AirudderError as error:
        log.warning("refused: %s", error)
        return answer(400)
    try:
        store(event)
    except psycopg.Error as error:
        # Its text may show the row, which is personal. AI Rudder sends the event again in a minute.
        log.warning("not stored: %s %s", type(error).__name__, error.sqlstate)
        return answer(503)
    return answer(200)


def store(event: Event) -> None:
    """Store an event; one that was stored before changes nothing. It is committed when this returns."""
    insert = "INSERT INTO events (dedupe_key, type, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    with pool.connection() as connection:
        connection.execute(insert, (event.dedupe_key, event.type, event.raw))


def answer(status: int) -> Response:
    """Answer as AI Rudder expects it."""
    return Response(ACK_BODY, status, content_type="application/json")
