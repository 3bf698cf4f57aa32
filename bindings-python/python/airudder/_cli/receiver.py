"""A receiver that prints the events that it verified."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING

from airudder._cli.output import as_json, say, tell
from airudder._errors import AirudderError
from airudder._requested import checked, compose
from airudder._webhooks import ACK_BODY, ACK_STATUS, VARIABLES, Webhooks, from_environment

if TYPE_CHECKING:
    from airudder._catalog import Catalog
    from airudder._event import Event

MAX_READ = 64 * 1024 * 1024
MAX_LENGTH_DIGITS = 18

UNSIGNED = "Check that the request comes from AI Rudder; --allow-unsigned takes what AI Rudder does not sign."
NOTHING_VERIFIED = (
    f"warning: {VARIABLES['secret']} is not set, so no signature is verified: "
    "whoever reaches this port can send events of any content"
)


class Printer:
    """Prints events, at most so many. An event that could not be printed is not counted, and comes again."""

    def __init__(self, count: int | None) -> None:
        self._count = count
        self._printed = 0
        self._answered = 0
        self._lock = Lock()
        self.closed = False
        """Tells whether nobody reads any more."""
        self.is_done = False
        """Tells whether there is nothing more to wait for."""

    def print(self, event: Event) -> bool:
        """Print it, and tell whether it is there."""
        shown = {"type": event.type, "verified": event.verified, "dedupe_key": event.dedupe_key, "data": event.data}
        with self._lock:
            if self._printed == self._count or self.closed:
                return False
            try:
                say(as_json(shown))
            except OSError as error:
                # On a full disk there may be room again; a pipe that nobody reads stays so.
                self.closed = isinstance(error, BrokenPipeError) or sys.stdout is None
                tell(f"an event could not be printed, and is to come again: {error}")
                return False
            self._printed += 1
            return True

    def answered(self, printed: bool) -> None:
        """Count an event whose sender was told what came of it."""
        with self._lock:
            self._answered += printed
            self.is_done = self.closed or self._answered == self._count


def receiver(hooks: Webhooks, printer: Printer, kind: str | None, url: str | None) -> type[BaseHTTPRequestHandler]:
    """Make what handles the requests."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Print one delivery, and answer when it is printed."""
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdecimal() and len(length) <= MAX_LENGTH_DIGITS):
                tell("refused: the request does not say how long its body is (Content-Length)")
                self._answer(411)
                return
            wanted = min(int(length), MAX_READ)
            body = self.rfile.read(wanted)
            if len(body) < wanted:
                tell(f"the sender went away after {len(body)} of {length} bytes")
                return
            try:
                asked = compose("http", self.headers.get("Host", ""), self.path, url)
                event = hooks.unwrap(body, list(self.headers.items()), kind, url=asked)
            except AirudderError as error:
                tell(f"refused: {error}")
                if error.code == "E5001":
                    tell(f"What to do: {UNSIGNED}")
                self._answer(400)
                return
            printed = printer.print(event)
            try:
                self._answer(ACK_STATUS if printed else 500)
            finally:
                printer.answered(printed)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(ACK_BODY)))
            self.end_headers()
            self.wfile.write(ACK_BODY)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the base class calls it
            """Say what went wrong, as the rest of the command line does."""
            tell(format % arguments)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing but what was received."""

    return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - as the base class calls it
        """Say in a line what broke a connection."""
        error = sys.exc_info()[1]
        tell(f"a connection broke off: {type(error).__name__}")


def receive(
    host: str,
    port: int,
    *,
    count: int | None = None,
    kind: str | None = None,
    url: str | None = None,
    allow_unsigned: bool = False,
    catalog: Catalog | None = None,
) -> bool:
    """Print events until there were enough, or nobody reads them any more, and tell whether there were enough."""
    verifies = from_environment("secret") is not None
    hooks = Webhooks.from_env(require_signature=verifies and not allow_unsigned, catalog=catalog)
    printer = Printer(count)
    outside = None if url is None else checked(url)
    with _Server((host, port), receiver(hooks, printer, kind, outside)) as server:
        how = "signatures are verified" if verifies else "nothing is verified"
        if verifies and allow_unsigned:
            how += " where there are any"
        tell(f"listening on http://{host}:{server.server_address[1]} ({how})")
        if not verifies:
            tell(NOTHING_VERIFIED)
        server.timeout = 0.2
        while not printer.is_done:
            server.handle_request()
    return not printer.closed
