"""Receives AI Rudder's events in Flask, under /events.

AIRUDDER_WEBHOOK_SECRET=... flask --app receive_flask run
"""

from pathlib import Path

from flask import Flask, Response, request
from store import Inbox

from airudder import ACK_BODY
from airudder.integrations import requested_url

inbox = Inbox.from_env(Path("events.db"))
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = inbox.hooks.max_body_bytes


@app.post("/events")
def events() -> Response:
    """Take one delivery; one that is too large gets a 413 from Flask."""
    url = requested_url(request.environ, inbox.url)
    status = inbox.receive(request.get_data(), dict(request.headers), url)
    return Response(ACK_BODY, status, content_type="application/json")
