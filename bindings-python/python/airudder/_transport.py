"""A transport sends one request: the contract, and its ways to fail.

A transport follows no redirects, and tells the four failures apart: the library sends a request again only where that
cannot phone people twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    """A response."""

    status: int
    """The HTTP status."""
    headers: Iterable[tuple[str, str]]
    """Names and values of the header fields."""
    body: bytes
    """The whole body."""
    attempts: int = 1
    """Which of the call's requests it answers, from 1; a transport leaves that to the client."""
    call_id: str | None = None
    """The library's own id of the call, as in logs and errors; a transport leaves that to the client."""

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


class Sink(Protocol):
    """Takes the body of a file as it comes, such as an open file does."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""
        ...


MAX_RESPONSE_BYTES = 128 * 1024 * 1024
"""The largest answer that is held in memory, unless the user says otherwise."""

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
    import socket  # with the first failure only: a program that imports the package may never send anything
    import ssl

    text = describe(error)
    if isinstance(error, (ConnectionRefusedError, socket.gaierror)):
        return ConnectFailed(text)
    if isinstance(error, TimeoutError):
        return Timeout(text)
    if isinstance(error, (ConnectionError, ssl.SSLError, EOFError)):
        return Reset(text)
    return TransportFailure(text)


def describe(error: Exception) -> str:
    """Say what it is, without the text of unknown exceptions: that may quote the URL or the header fields."""
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__


def too_large(limit: int) -> TransportFailure:
    """Make the failure of an answer that is larger than it may be."""
    return TransportFailure(f"the answer has more than {limit} bytes: raise max_response_bytes if that is right")


_Raised = TypeVar("_Raised", bound=BaseException)


def bare(error: _Raised) -> _Raised:
    """Take off the frames and the exceptions behind it: their variables hold the token and the body."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
