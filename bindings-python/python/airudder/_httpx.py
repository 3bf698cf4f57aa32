"""Sending by a client of `httpx` or `httpx2` that is yours, with its proxies, certificates and pool.

Its time limit holds for each phase (connect, write, read) and each address, not for the whole answer, and what follows
an answer may be taken for the next one: that is how these libraries are. `HttpTransport` does better in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airudder._transport import (
    ConnectFailed,
    Reset,
    Response,
    Timeout,
    TransportFailure,
    bare,
    too_large,
)

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

    from airudder._native import Request
    from airudder._transport import Accept, Sink


class HttpxTransport:
    """Sends by a client of `httpx` or `httpx2`, which stays yours to close."""

    def __init__(self, library: ModuleType, client: httpx.Client, limit: int) -> None:
        self._library = library
        self._client = client
        self._limit = limit

    def send(self, request: Request, /) -> Response:
        """Send the request."""
        return self.send_to(request, _into_memory)

    def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        answer = self._exchange(request, accept)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _exchange(self, request: Request, accept: Accept) -> Response | BaseException:
        """Return a failure rather than raise it: the frames behind it hold the token."""
        try:
            with self._client.stream(**_arguments(request)) as answer:
                headers = list(answer.headers.multi_items())
                body = _Body(accept(answer.status_code, headers), self._limit)
                for piece in answer.iter_bytes():
                    body.take(piece)
                return Response(answer.status_code, headers, body.whole())
        except BaseException as error:  # noqa: BLE001 - it is raised by who called
            return _failure(self._library, error)


class AsyncHttpxTransport:
    """Sends by an asynchronous client of `httpx` or `httpx2`, which stays yours to close."""

    def __init__(self, library: ModuleType, client: httpx.AsyncClient, limit: int) -> None:
        self._library = library
        self._client = client
        self._limit = limit

    async def send(self, request: Request, /) -> Response:
        """Send the request."""
        return await self.send_to(request, _into_memory)

    async def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        answer = await self._exchange(request, accept)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def _exchange(self, request: Request, accept: Accept) -> Response | BaseException:
        """Return a failure rather than raise it: the frames behind it hold the token."""
        try:
            async with self._client.stream(**_arguments(request)) as answer:
                headers = list(answer.headers.multi_items())
                body = _Body(accept(answer.status_code, headers), self._limit)
                async for piece in answer.aiter_bytes():
                    body.take(piece)
                return Response(answer.status_code, headers, body.whole())
        except BaseException as error:  # noqa: BLE001 - it is raised by who called
            return _failure(self._library, error)


class _Body:
    """The body of an answer, as it comes."""

    def __init__(self, sink: Sink | None, limit: int) -> None:
        self._sink = sink
        self._limit = limit
        self._pieces: list[bytes] = []
        self._length = 0

    def take(self, piece: bytes) -> None:
        """Pass it on, or keep it."""
        if self._sink:
            self._sink.write(piece)
            return
        self._length += len(piece)
        if self._length > self._limit:
            raise too_large(self._limit)
        self._pieces.append(piece)

    def whole(self) -> bytes:
        """Give what was kept."""
        return b"".join(self._pieces)


def _into_memory(_status: int, _headers: list[tuple[str, str]]) -> None:
    return None


def _arguments(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "content": request.body,
        "timeout": request.timeout,
        "follow_redirects": False,
    }


def _failure(library: Any, error: BaseException) -> BaseException:  # noqa: ANN401 - a module
    """Sort what the library raises; what is none of its errors is left as it is."""
    text = type(error).__name__
    if isinstance(error, (library.InvalidURL, library.UnsupportedProtocol, library.PoolTimeout)):
        return ConnectFailed(text)
    if isinstance(error, (library.ConnectError, library.ConnectTimeout, library.ProxyError)):
        return ConnectFailed(text)
    if isinstance(error, library.TimeoutException):
        return Timeout(text)
    if isinstance(error, (library.NetworkError, library.RemoteProtocolError)):
        return Reset(text)
    if isinstance(error, library.HTTPError):
        return TransportFailure(text)
    return bare(error)
