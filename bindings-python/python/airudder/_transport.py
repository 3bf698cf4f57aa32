"""Sending one request: by the standard library, by httpx, or by any object with `send(request) -> response`.

A transport follows no redirects, takes no proxy from the environment, undoes no content encoding that it did not ask
for, and tells the four failures apart: the library sends a request again only where that cannot phone people twice.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import io
import os
import selectors
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from urllib.parse import SplitResult

    from airudder._native import Request

FailureKind = Literal["connect_failed", "timeout", "reset", "other"]


class TransportFailure(Exception):
    """No response. A transport raises one of its subclasses; the text must hold no secret and no personal data."""

    kind: FailureKind = "other"


class ConnectFailed(TransportFailure):
    """No connection was made, so surely nothing was sent: the library may try again with any operation."""

    kind: FailureKind = "connect_failed"


class Timeout(TransportFailure):
    """The request was (or may have been) sent, and no answer came in time."""

    kind: FailureKind = "timeout"


class Reset(TransportFailure):
    """The request was (or may have been) sent, and the connection broke off before the answer was complete."""

    kind: FailureKind = "reset"


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    """The HTTP status."""
    headers: Iterable[tuple[str, str]]
    """Names and values of the header fields."""
    body: bytes
    """The whole body."""

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


class Sink(Protocol):
    """Takes the body of a file as it comes, such as an open file does."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""
        ...


Accept: TypeAlias = "Callable[[int, list[tuple[str, str]]], Sink | None]"
"""Where the body of a response with this status and these header fields goes; None: into `Response.body`."""


class Transport(Protocol):
    """Sends one request and returns its response; usable from many threads.

    It may have a second method, `send_to(request, accept)`, for files that are never to be whole in memory: `accept` is
    called with status and header fields, and where it gives an object with `write`, the body goes there.
    """

    def send(self, request: Request, /) -> Response:
        """Send the request exactly as it is, within `request.timeout` seconds, or raise a `TransportFailure`."""
        ...


class AsyncTransport(Protocol):
    """Sends one request and returns its response. It may have an `async send_to(request, accept)`: see `Transport`."""

    async def send(self, request: Request, /) -> Response:
        """Send the request exactly as it is, within `request.timeout` seconds, or raise a `TransportFailure`."""
        ...


def failure_of(error: Exception) -> TransportFailure:
    """Sort an exception: only what surely sent nothing counts as a failed connection."""
    if isinstance(error, TransportFailure):
        return error
    text = _describe(error)
    if isinstance(error, (ConnectionRefusedError, socket.gaierror)):
        return ConnectFailed(text)
    if isinstance(error, TimeoutError):
        return Timeout(text)
    if isinstance(error, (ConnectionError, ssl.SSLError, EOFError, http.client.IncompleteRead)):
        return Reset(text)
    return TransportFailure(text)


def _describe(error: Exception) -> str:
    """Say what it is, without the text of unknown exceptions: that may quote the URL or the header fields."""
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


IDLE_SECONDS = 4.0
"""How long an unused connection is kept: less than the 5 seconds after which common servers close theirs."""

MAX_IDLE = 32
"""How many unused connections are kept."""

PIECE = 1 << 16
"""How many bytes of a file are in memory at once."""


class HttpTransport:
    """The standard library's HTTP, with connections that are used again and a time limit for the whole answer.

    Certificates are checked; give your own `ssl.SSLContext` for a private authority. Usable from many threads, and
    in a forked child, which makes connections of its own.
    """

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl_context = ssl_context
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[tuple[float, str, _Connection]] = []

    def _after_fork(self) -> None:
        """Leave connections to the parent, and the lock, which one of its threads may have held."""
        if self._pid != os.getpid():
            self._start()

    def send(self, request: Request, /) -> Response:
        """Send the request; raise `ConnectFailed`, `Timeout`, `Reset` or another `TransportFailure`."""
        return self.send_by(time.monotonic() + request.timeout, request, None)

    def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        return self.send_by(time.monotonic() + request.timeout, request, accept)

    def send_by(self, deadline: float, request: Request, accept: Accept | None = None, /) -> Response:
        """Send the request by a moment of `time.monotonic()`, for who has made it wait already."""
        answer = self._attempt(deadline, request, accept)
        if isinstance(answer, Response):
            return answer
        raise answer

    def close(self) -> None:
        """Close the unused connections. The transport can be used again."""
        self._after_fork()
        with self._lock:
            idle, self._idle = self._idle, []
        for _, _, connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _attempt(self, deadline: float, request: Request, accept: Accept | None) -> Response | TransportFailure:
        """Return a failure rather than raise it: the frames of the original exception hold the token."""
        if time.monotonic() >= deadline:
            return ConnectFailed("there was no time left")
        url = urlsplit(request.url)
        origin = f"{url.scheme}://{url.netloc}"
        target = request.url[len(origin) :]
        connection = self._take(origin)
        if connection is None:
            try:
                connection = self._connect(url, max(deadline - time.monotonic(), 0.001))
            except (OSError, ValueError) as error:
                return ConnectFailed(f"{_describe(error)}, {origin}")
        reusable = False
        try:
            response, reusable = connection.exchange(request, target, deadline, accept)
        except (OSError, http.client.HTTPException) as error:
            return failure_of(error)
        else:
            return response
        finally:
            if reusable:
                self._keep(origin, connection)
            else:
                connection.close()

    def _connect(self, url: SplitResult, timeout: float) -> _Connection:
        host = url.hostname or ""
        if url.scheme == "https":
            if self._ssl_context is None:
                self._ssl_context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, url.port, timeout=timeout, context=self._ssl_context
            )
        else:
            connection = http.client.HTTPConnection(host, url.port, timeout=timeout)
        return _Connection(connection)

    def _take(self, origin: str) -> _Connection | None:
        """Take the connection that was used last, if it still stands; what stands no longer is closed."""
        self._after_fork()
        found = None
        stale: list[_Connection] = []
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            while self._idle and self._idle[0][0] < oldest:
                stale.append(self._idle.pop(0)[2])
            for index in reversed(range(len(self._idle))):
                if self._idle[index][1] != origin:
                    continue
                connection = self._idle.pop(index)[2]
                if connection.stands():
                    found = connection
                    break
                stale.append(connection)
        for connection in stale:
            connection.close()
        return found

    def _keep(self, origin: str, connection: _Connection) -> None:
        surplus = None
        with self._lock:
            self._idle.append((time.monotonic(), origin, connection))
            if len(self._idle) > MAX_IDLE:
                surplus = self._idle.pop(0)[2]
        if surplus is not None:
            surplus.close()


class _Connection:
    """One connection, made on construction."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._http = connection
        self._http.connect()
        self._http.auto_open = 0
        self._socket = _TimedSocket(self._http.sock)
        self._http.sock = cast("socket.socket", self._socket)

    def exchange(self, request: Request, target: str, deadline: float, accept: Accept | None) -> tuple[Response, bool]:
        """Send the request and read the answer; also say whether the connection can be used again."""
        self._socket.deadline = deadline
        self._http.putrequest(request.method, target or "/", skip_accept_encoding=True)
        for name, value in request.headers:
            self._http.putheader(name, value.encode())
        body = request.body
        if body or request.method != "GET":
            self._http.putheader("Content-Length", str(len(body)))
        whole = False
        # A server that refuses a large body may close before it has read it, after saying why.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._http.endheaders(body or None)
            whole = True
        answer = self._http.getresponse()
        headers = answer.getheaders()
        sink = accept(answer.status, headers) if accept else None
        body = answer.read() if sink is None else _pour(answer, sink)
        return Response(answer.status, headers, body), whole and not answer.will_close

    def stands(self) -> bool:
        """Whether nothing came in since the last answer; the server's goodbye would have."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket.socket, selectors.EVENT_READ)
            return not selector.select(0)

    def close(self) -> None:
        """Close it."""
        self._http.close()
        self._socket.socket.close()


def _pour(answer: http.client.HTTPResponse, sink: Sink) -> bytes:
    """Give the body to the sink piece by piece; nothing is left."""
    while piece := answer.read(PIECE):
        sink.write(piece)
    if answer.length:  # read in pieces, a body that breaks off looks like one that ends
        raise http.client.IncompleteRead(b"", answer.length)
    return b""


class _TimedSocket:
    """What `http.client` needs of a socket, with one deadline for everything until it is set anew."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.deadline = 0.0

    def limit(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "timed out")
        self.socket.settimeout(left)

    def sendall(self, data: bytes) -> None:
        self.limit()
        self.socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def close(self) -> None:
        """Do nothing: `http.client` closes before the answer is read; `_Connection` closes the socket itself."""


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: _TimedSocket) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any writable buffer
        self._timed.limit()
        return self._timed.socket.recv_into(buffer)
