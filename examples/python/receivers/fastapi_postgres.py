"""Receives AI Rudder's events in FastAPI, under /events, and stores each once in PostgreSQL.

    psql "$DATABASE_URL" -f examples/receivers.sql
    AIRUDDER_WEBHOOK_SECRET=... AIRUDDER_WEBHOOK_SCHEME=... DATABASE_URL=... uvicorn fastapi_postgres:app --workers 2

stream_worker.py hands on and handles what is stored.

needs `pip install airudder fastapi uvicorn psycopg[binary,pool]`.
"""

from __future__ import annotations

import logging
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
from fastapi import FastAPI, Request, Response
from psycopg_pool import AsyncConnectionPool

from airudder import ACK_BODY, AirudderError, Event, Webhooks
from airudder.integrations import requested_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger("receiver")
hooks = Webhooks.from_env()
URL = os.environ.get("AIRUDDER_WEBHOOK_URL") or None  # the one that AI Rudder was given, where a proxy changes it
pool = AsyncConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=10,
    open=False,
    # AI Rudder waits for the answer: it gets a 503 rather than none.
    timeout=1,
    kwargs={"autocommit": True, "connect_timeout": 3, "tcp_user_timeout": 5000},
    # A connection that a restart of the database broke is replaced before it costs a delivery; while the database is
    # away, the pool asks again every few seconds, and not ever more rarely.
    check=AsyncConnectionPool.check_connection,
    reconnect_timeout=5,
)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Connect when the first event comes, so that this starts without the database, too."""
    await pool.open(wait=False)
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.post("/events")
async def events(request: Request) -> Response:
    """Take one delivery: verify it, store it, and only then answer 200."""
    body = bytearray()
    async for piece in request.stream():  # and not request.json(): the signature is about the bytes
        body += piece
        if len(body) > hooks.max_body_bytes:
            return answer(413)
    try:
        event = hooks.unwrap(body, request.headers, url=requested_url(request.scope, URL))
    except AirudderError as error:
        log.warning("refused: %s", error)
        return answer(400)
    try:
        await store(event)
    except psycopg.Error as error:
        # Its text may show the row, which is personal. AI Rudder sends the event again in a minute.
        log.warning("not stored: %s %s", type(error).__name__, error.sqlstate)
        return answer(503)
    return answer(200)


async def store(event: Event) -> None:
    """Store an event; one that was stored before changes nothing. It is committed when this returns."""
    insert = "INSERT INTO events (dedupe_key, type, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    async with pool.connection() as connection:
        await connection.execute(insert, (event.dedupe_key, event.type, event.raw))


def answer(status: int) -> Response:
    """Answer as AI Rudder expects it."""
    return Response(ACK_BODY, status, media_type="application/json")
