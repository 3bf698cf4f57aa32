"""The gateways: each on a port of its own, with a behavior of its own."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import BinaryIO
from urllib.request import Request as Post
from urllib.request import urlopen

from gateway import connections, contents, framing, statuses
from gateway.registry import AMID_REQUEST, ON_IDLE, ON_REQUEST, message
from gateway.turn import EndedError, Turn
from gateway.wire import SECONDS, Answer, Request, ask, fields_of, read_body, read_head

FAMILIES = (connections, contents, framing, statuses)
"""The modules that register behaviors."""
NAMES = sorted({*ON_REQUEST, *ON_IDLE, AMID_REQUEST})
"""The names of all behaviors."""
CONTROL = "/_gateway/"
HANDSHAKE = b"\x16"
"""The first byte of a connection that is TLS."""
MOMENT = 0.02
"""The seconds until an idle behavior strikes: who armed it may be busy by then, so that its event loop sees nothing."""


class Gateway:
    """Passes requests on to the API as they are, but for those that its behavior strikes."""

    def __init__(
        self, address: tuple[str, int], api: tuple[str, int], certificate: ssl.SSLContext | None = None
    ) -> None:
        """Listen; with a certificate, a connection that begins as TLS does is one."""
        self._api = api
        self._certificate = certificate
        self._lock = threading.Lock()
        self._behavior, self._path, self._times = "", "*", 0
        self._struck = 0
        self._requests: Counter[str] = Counter()
        self._earlier = Answer(b"HTTP/1.1 200 OK", (), b"{}")
        self._idle: set[socket.socket] = set()
        self._connections = 0
        self._listener = socket.create_server(address, backlog=128)
        host, port = self._listener.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, behavior: str, path: str = "*", times: int = 1) -> None:
        """Have the behavior strike the next requests whose path ends so; an idle one strikes in a moment."""
        if behavior not in NAMES:
            raise ValueError(f"there is no behavior {behavior!r}")
        with self._lock:
            self._behavior, self._path, self._times = behavior, path, times
        if behavior in ON_IDLE:
            threading.Timer(MOMENT, self._strike_idle).start()

    def _strike_idle(self) -> None:
        with self._lock:
            idle = list(self._idle)
            self._struck += 1
        for connection in idle:
            with contextlib.suppress(OSError):
                ON_IDLE[self._behavior](connection)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(SECONDS)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError, EndedError, ValueError),
            connection,
            self._secured(connection) as secured,
            secured.makefile("rb") as stream,
        ):
            while request := self._next_request(secured, stream):
                self._turn(secured, request)

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self._certificate and connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
            return self._certificate.wrap_socket(connection, server_side=True)
        return connection

    def _next_request(self, connection: socket.socket, stream: BinaryIO) -> Request | None:
        with self._lock:
            self._idle.add(connection)
        try:
            # What strikes idle connections writes to them, which TLS bears only while nobody reads.
            has_come = select.poll()
            has_come.register(connection, select.POLLIN)
            has_come.poll(SECONDS * 1000)
        finally:
            with self._lock:
                self._idle.discard(connection)
        head = read_head(stream)
        if not head:
            return None
        method, target, _ = head.partition(b"\r\n")[0].decode().split()
        if self._cuts_off(target):
            raise EndedError
        return Request(method, target, head, read_body(stream, fields_of(head)))

    def _cuts_off(self, target: str) -> bool:
        """Tell whether the connection ends amid the request, before its body was read."""
        return self._behavior == AMID_REQUEST and self._strikes(target)

    def _turn(self, connection: socket.socket, request: Request) -> None:
        if request.target.startswith(CONTROL):
            connection.sendall(self._controlled(request))
            raise EndedError
        self._requests[request.target.partition("?")[0]] += 1
        turn = Turn(request, connection, partial(ask, *self._api, request), self._earlier, self._expire_tokens)
        if self._behavior in ON_REQUEST and self._strikes(request.target):
            ON_REQUEST[self._behavior](turn)
        else:
            self._earlier = turn.forward()
            turn.say(self._earlier.whole)
        if b" HTTP/1.0\r\n" in request.head:
            raise EndedError

    def _strikes(self, target: str) -> bool:
        with self._lock:
            if self._times == 0 or not (self._path == "*" or target.partition("?")[0].endswith(self._path)):
                return False
            self._times -= 1
            self._struck += 1
            return True

    def _expire_tokens(self) -> None:
        host, port = self._api
        urlopen(Post(f"http://{host}:{port}/_sandbox/expire-tokens", b""), timeout=SECONDS).close()

    def _controlled(self, request: Request) -> bytes:
        given = json.loads(request.body or b"{}")
        controls: dict[str, Callable[..., dict[str, object]]]
        controls = {"open": self._open, "arm": self._armed, "stats": self._stats}
        try:
            told = controls[request.target.removeprefix(CONTROL)](**given)
        except (KeyError, TypeError, ValueError) as error:
            return message("400 Bad Request", f"{type(error).__name__}: {error}".encode(), "Connection: close")
        return message("200 OK", json.dumps(told).encode(), "Content-Type: application/json", "Connection: close")

    def _open(self) -> dict[str, object]:
        return {"url": Gateway((self._listener.getsockname()[0], 0), self._api, self._certificate).url}

    def _armed(self, behavior: str, path: str = "*", times: int = 1) -> dict[str, object]:
        self.arm(behavior, path, times)
        return self._stats()

    def _stats(self) -> dict[str, object]:
        return {"struck": self._struck, "requests": dict(self._requests)}
