"""Which transport a client uses, by what it was given."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, cast

from airudder._transport import HttpTransport

if TYPE_CHECKING:
    import httpx

    from airudder._native import Request
    from airudder._transport import Accept, AsyncTransport, Response, Transport


class ThreadTransport:
    """The standard library's transport in asyncio's threads: as many requests at once as asyncio has threads."""

    def __init__(self) -> None:
        self._transport = HttpTransport()

    async def send(self, request: Request, /) -> Response:
        """Send the request."""
        return await asyncio.to_thread(self._transport.send, request)

    async def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        return await asyncio.to_thread(self._transport.send_to, request, accept)

    def close(self) -> None:
        """Close the unused connections."""
        self._transport.close()


def sync_transport(given: Transport | httpx.Client | None) -> Transport:
    """Choose the transport of a `Client`."""
    if given is None:
        return HttpTransport()
    if _is_httpx(given, "Client"):
        from airudder._httpx import HttpxTransport

        return HttpxTransport(cast("httpx.Client", given))
    return cast("Transport", _checked(given))


def async_transport(given: AsyncTransport | httpx.AsyncClient | None) -> AsyncTransport:
    """Choose the transport of an `AsyncClient`."""
    if given is None:
        return ThreadTransport()
    if _is_httpx(given, "AsyncClient"):
        from airudder._httpx import AsyncHttpxTransport

        return AsyncHttpxTransport(cast("httpx.AsyncClient", given))
    return cast("AsyncTransport", _checked(given))


def _is_httpx(given: object, name: str) -> bool:
    """Whether it is one of httpx's clients; httpx is not imported for the question."""
    module = sys.modules.get("httpx")
    return module is not None and isinstance(given, getattr(module, name))


def _checked(given: object) -> object:
    if any(_is_httpx(given, name) for name in ("Client", "AsyncClient")) or not callable(getattr(given, "send", None)):
        raise TypeError("transport is an httpx client of the same kind as this client, or an object with send(request)")
    return given
