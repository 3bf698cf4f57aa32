"""Receives AI Rudder's events in FastAPI, under /events.

AIRUDDER_WEBHOOK_SECRET=... uvicorn receive_fastapi:app
"""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from store import Inbox

from airudder import ACK_BODY
from airudder.integrations import requested_url

inbox = Inbox.from_env(Path("events.db"))
app = FastAPI(openapi_url=None)


@app.post("/events")
async def events(request: Request) -> Response:
    """Take one delivery."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > inbox.hooks.max_body_bytes:
            return answer(413)
    url = requested_url(request.scope, inbox.url)
    return answer(await run_in_threadpool(inbox.receive, bytes(body), request.headers, url))


def answer(status: int) -> Response:
    """Answer as AI Rudder expects it."""
    return Response(ACK_BODY, status, media_type="application/json")
