"""Which transport a client uses, by what it was given."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, cast

from airudder._transport import ConnectFailed, HttpTransport

if TYPE_CHECKING:
    import httpx

    from airudder._native import Request
    from airudder._transport import Accept, AsyncTransport, Response, Transport


MAX_THREADS = 100
"""How many requests an `AsyncClient` has under way at once by the standard library."""


class ThreadTransport:
    """The standard library's transport in threads of its own: asyncio's are few, and for others, too."""

    def __init__(self) -> None:
        self._transport = HttpTransport()
        self._pid = 0

    async def send(self, request: Request, /) -> Response:
        """Send the request."""
        return await self._run(request, None)

    async def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        return await self._run(request, accept)

    def close(self) -> None:
        """Close the unused connections, and let the threads go. The transport can be used again."""
        self._transport.close()
        if self._pid == os.getpid():
            self._pid = 0
            self._threads.shutdown(wait=False)

    async def _run(self, request: Request, accept: Accept | None) -> Response:
        """Send it in a thread; the wait for one that is free counts, too."""
        if self._pid != os.getpid():  # a forked child has no threads
            self._threads = ThreadPoolExecutor(MAX_THREADS, "airudder")
            self._pid = os.getpid()
        deadline = time.monotonic() + request.timeout
        send = self._transport.send_by  # `send` would count from when a thread is free
        work = self._threads.submit(copy_context().run, send, deadline, request, accept)
        future = asyncio.wrap_future(work)
        try:
            done, _ = await asyncio.wait([future], timeout=request.timeout)
            if not done and work.cancel():
                raise ConnectFailed("all threads are taken")
            return await future
        except asyncio.CancelledError:
            future.cancel()
            raise


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
