"""Sending by an `httpx.Client` or `httpx.AsyncClient` of yours, with its proxies, certificates and pool.

Its time limit holds for each phase (connect, write, read), not for the whole answer: that is how httpx counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from airudder._transport import ConnectFailed, Reset, Response, Timeout, TransportFailure

if TYPE_CHECKING:
    from airudder._native import Request
    from airudder._transport import Accept

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class HttpxTransport:
    """Sends by an `httpx.Client`, which stays yours to close."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, request: Request, /) -> Response:
        """Send the request."""
        try:
            answer = self._client.request(**_arguments(request))
            return Response(answer.status_code, list(answer.headers.multi_items()), answer.content)
        except httpx.HTTPError as error:
            failure = _failure(error)
        raise failure

    def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        try:
            with self._client.stream(**_arguments(request)) as answer:
                headers = list(answer.headers.multi_items())
                sink = accept(answer.status_code, headers)
                if sink is None:
                    return Response(answer.status_code, headers, answer.read())
                for piece in answer.iter_bytes():
                    sink.write(piece)
                return Response(answer.status_code, headers, b"")
        except httpx.HTTPError as error:
            failure = _failure(error)
        raise failure


class AsyncHttpxTransport:
    """Sends by an `httpx.AsyncClient`, which stays yours to close."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, request: Request, /) -> Response:
        """Send the request."""
        try:
            answer = await self._client.request(**_arguments(request))
            return Response(answer.status_code, list(answer.headers.multi_items()), answer.content)
        except httpx.HTTPError as error:
            failure = _failure(error)
        raise failure

    async def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        try:
            async with self._client.stream(**_arguments(request)) as answer:
                headers = list(answer.headers.multi_items())
                sink = accept(answer.status_code, headers)
                if sink is None:
                    return Response(answer.status_code, headers, await answer.aread())
                async for piece in answer.aiter_bytes():
                    sink.write(piece)
                return Response(answer.status_code, headers, b"")
        except httpx.HTTPError as error:
            failure = _failure(error)
        raise failure


def _arguments(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "content": request.body,
        "timeout": request.timeout,
        "follow_redirects": False,
    }


def _failure(error: httpx.HTTPError) -> TransportFailure:
    text = type(error).__name__
    if isinstance(error, _NOTHING_SENT):
        return ConnectFailed(text)
    if isinstance(error, httpx.TimeoutException):
        return Timeout(text)
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
        return Reset(text)
    return TransportFailure(text)
