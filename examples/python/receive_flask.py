"""Receives AI Rudder's events in Flask, under /events.

AIRUDDER_WEBHOOK_SECRET=... flask --app receive_flask run
"""

import os
from pathlib import Path

from flask import Flask
from receiver import Store
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from airudder import Webhooks
from airudder.integrations import wsgi

store = Store(Path("events.db"))
hooks = Webhooks(secret=os.environ["AIRUDDER_WEBHOOK_SECRET"])

app = Flask(__name__)
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/events": wsgi(hooks, store.add)})  # type: ignore[method-assign]


@app.get("/results")
def results() -> dict[str, tuple[str, str]]:
    """Tell how the calls ended."""
    return store.results()
