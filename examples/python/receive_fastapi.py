"""Receives AI Rudder's events in FastAPI, under /events.

AIRUDDER_WEBHOOK_SECRET=... uvicorn receive_fastapi:app
"""

import os
from pathlib import Path

from fastapi import FastAPI
from receiver import Store
from starlette.routing import Route

from airudder import Webhooks
from airudder.integrations import asgi

store = Store(Path("events.db"))
hooks = Webhooks(secret=os.environ["AIRUDDER_WEBHOOK_SECRET"])

app = FastAPI(routes=[Route("/events", asgi(hooks, store.add))])


@app.get("/results")
def results() -> dict[str, tuple[str, str]]:
    """Tell how the calls ended."""
    return store.results()
