"""Receiving events in any web framework: an ASGI or WSGI application that verifies, and hands events to your function.

Your function stores the event under its `dedupe_key` and returns; then AI Rudder gets its 200. If it raises, AI Rudder
gets a 500 and sends the event again after a minute, at most five times [documented]. What cannot be trusted or read
gets a 400, and a line in the log `airudder`. What a verifier of your own raises is a failure, too, and gets a 500.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from airudder._errors import AirudderError
from airudder._requested import checked, requested_url
from airudder._webhooks import ACK_BODY, ACK_STATUS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from airudder._event import Event
    from airudder._webhooks import Webhooks

    Message: TypeAlias = MutableMapping[str, Any]
    ASGIApp: TypeAlias = Callable[
        [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
    ]
    WSGIApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

__all__ = ["asgi", "requested_url", "wsgi"]

FAILED = "the handler failed with %r, which is to be sent again"

MAX_LENGTH_DIGITS = 18

_GONE = HTTPStatus.BAD_REQUEST
"""What is answered though nobody is there to read it: WSGI has no other way to end."""

_log = logging.getLogger("airudder")


def asgi(
    hooks: Webhooks,
    handler: Callable[[Event], Awaitable[None] | None],
    *,
    kind: str | None = None,
    url: str | None = None,
) -> ASGIApp:
    """Make an ASGI application of a function; in FastAPI and Starlette it is the endpoint of a `Route`.

    >>> app = FastAPI(routes=[Route("/events", asgi(hooks, store), methods=["POST"])])

    Args:
        hooks: What verifies the deliveries, in asyncio's event loop: a verifier of your own should not wait there.
        handler: Takes one verified event. A plain function runs in a thread, an async one in asyncio's event loop.
        kind: The event that this URL is for; None: it is recognized by its fields.
        url: The address that AI Rudder was given, as of `requested_url`, for schemes that sign it.
    """
    return _Asgi(hooks, handler, kind, None if url is None else checked(url))


class _Asgi:
    """An object, and not a function, since a Starlette route takes a function for a view."""

    def __init__(
        self,
        hooks: Webhooks,
        handler: Callable[[Event], Awaitable[None] | None],
        kind: str | None,
        url: str | None,
    ) -> None:
        self._hooks = hooks
        self._handler = handler
        self._kind = kind
        self._url = url

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"events come by http, and this is {scope['type']}")
        status = HTTPStatus.METHOD_NOT_ALLOWED
        if scope["method"] == "POST":
            body = await _receive(receive, self._hooks.max_body_bytes)
            if body is None:
                _log.info("the sender of a delivery went away before it was there")
                return
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
            event = _unwrap(self._hooks, body, headers, self._kind, requested_url(scope, self._url))
            status = event if isinstance(event, HTTPStatus) else await _handle_async(self._handler, event)
        await send({"type": "http.response.start", "status": int(status), "headers": _HEADERS})
        await send({"type": "http.response.body", "body": ACK_BODY})


def wsgi(
    hooks: Webhooks, handler: Callable[[Event], None], *, kind: str | None = None, url: str | None = None
) -> WSGIApp:
    """Make a WSGI application of a function that takes one verified event; the arguments are those of `asgi`.

    >>> app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/events": wsgi(hooks, store)})
    """
    outside = None if url is None else checked(url)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status = HTTPStatus.METHOD_NOT_ALLOWED
        if environ["REQUEST_METHOD"] == "POST":
            body = _read(environ, hooks.max_body_bytes)
            status = _GONE
            if body is not None:
                event = _unwrap(hooks, body, _wsgi_headers(environ), kind, requested_url(environ, outside))
                status = event if isinstance(event, HTTPStatus) else _handle(handler, event)
        headers = [(name.decode(), value.decode()) for name, value in _HEADERS]
        start_response(f"{status.value} {status.phrase}", headers)
        return [ACK_BODY]

    return application


_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ACK_BODY)).encode())]


async def _receive(receive: Callable[[], Awaitable[Message]], limit: int) -> bytes | None:
    """Take the body; of one that is too large, enough to be refused. None: there is nobody to answer any more."""
    body = bytearray()
    more = True
    while more and len(body) <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _read(environ: dict[str, Any], limit: int) -> bytes | None:
    """Do the same where the server has the body already, or says where it ends; else there is none."""
    stated = environ.get("CONTENT_LENGTH") or ""
    is_stated = stated.isascii() and stated.isdecimal() and len(stated) <= MAX_LENGTH_DIGITS
    is_terminated = bool(environ.get("wsgi.input_terminated"))
    length = limit + 1 if is_terminated else min(int(stated), limit + 1) if is_stated else 0
    try:
        body: bytes = environ["wsgi.input"].read(length)
    except OSError as error:  # as servers tell that the connection broke off
        _log.info("the sender of a delivery went away: %s", type(error).__name__)
        return None
    if is_stated and len(body) < min(int(stated), length):
        _log.info("the sender of a delivery went away after %d of %s bytes", len(body), stated)
        return None
    return body


def _wsgi_headers(environ: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name[5:].replace("_", "-"), value) for name, value in environ.items() if name.startswith("HTTP_")]


def _unwrap(
    hooks: Webhooks, body: bytes, headers: list[tuple[str, str]], kind: str | None, url: str
) -> Event | HTTPStatus:
    try:
        return hooks.unwrap(body, headers, kind, url=url)
    except AirudderError as error:
        _log.warning("a delivery was refused: %s", error)
        return HTTPStatus.BAD_REQUEST
    except Exception:  # noqa: BLE001 - of a verifier, whose key may have been out of reach
        _log.exception("a delivery could not be verified, and is to be sent again")
        return HTTPStatus.INTERNAL_SERVER_ERROR


def _handle(handler: Callable[[Event], object], event: Event) -> HTTPStatus:
    try:
        result = handler(event)
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            raise TypeError("a WSGI application needs a plain function, and this one is async")  # noqa: TRY301
    except Exception:  # noqa: BLE001 - whatever it is, the event is not stored
        _log.exception(FAILED, event)
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus(ACK_STATUS)


async def _handle_async(handler: Callable[[Event], Awaitable[None] | None], event: Event) -> HTTPStatus:
    try:
        plain = not inspect.iscoroutinefunction(handler)
        result = await asyncio.to_thread(handler, event) if plain else handler(event)
        if inspect.isawaitable(result):  # also what a lambda or an object around an async function gives
            await result
    except Exception:  # noqa: BLE001 - whatever it is, the event is not stored
        _log.exception(FAILED, event)
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus(ACK_STATUS)
