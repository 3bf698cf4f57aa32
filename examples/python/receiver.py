"""A receiver of AI Rudder's events by the standard library alone.

AIRUDDER_WEBHOOK_SECRET=... python receiver.py 8000
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from store import Inbox

from airudder.integrations import requested_url

if TYPE_CHECKING:
    from email.message import Message


class Receiver:
    """An HTTP server for events, in a thread of its own."""

    def __init__(self, inbox: Inbox, host: str = "127.0.0.1", port: int = 0) -> None:
        class Handler(_Handler):
            pass

        Handler.inbox = inbox
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
    inbox: Inbox

    def do_POST(self) -> None:
        """Take one delivery."""
        length = content_length(self.headers)
        if length is None or length > self.inbox.hooks.max_body_bytes:
            # What follows is no request, so the connection ends here.
            self._answer(411 if length is None else 413, close=True)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self._answer(400, close=True)
            return
        asked = {"HTTP_HOST": self.headers.get("Host", ""), "REQUEST_URI": self.path}
        self._answer(self.inbox.receive(body, self.headers, requested_url(asked, self.inbox.url)))

    def _answer(self, status: int, *, close: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of deliveries that are in order."""


def content_length(headers: Message) -> int | None:
    """Read the length of a body; None if it is missing, said twice, no number, or the body comes in chunks."""
    stated = headers.get_all("Content-Length") or []
    if len(stated) != 1 or "Transfer-Encoding" in headers:
        return None
    (length,) = stated
    # `int` would also take `-1`, `1_0`, and digits of other scripts.
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else None


if __name__ == "__main__":
    receiver = Receiver(Inbox.from_env(Path("events.db")), port=int(sys.argv[1]))
    print(f"listening on {receiver.url}", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        receiver.close()
