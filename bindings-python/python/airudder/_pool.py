"""The connections of a transport: made, taken, kept, and never used by two requests at once."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11

from airudder._connection import Connection
from airudder._native import clocks
from airudder._proxies import PORTS, authority, proxy_for
from airudder._streams import PlainStream, TlsStream
from airudder._transport import ConnectFailed, TransportFailure, describe

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from airudder._clock import Deadline
    from airudder._http_settings import HttpSettings
    from airudder._native import Request
    from airudder._proxies import Proxy
    from airudder._sockets import Sockets
    from airudder._streams import Stream
    from airudder._transport import Accept, Response


class Pool:
    """The connections of one process, or of one event loop in it.

    There is no lock, which a fork could leave locked: what threads share are deques, whose methods are atomic.
    """

    def __init__(self, owner: object, sockets: Sockets, settings: HttpSettings) -> None:
        self.owner = owner
        """The process that these connections belong to: nobody else must use them."""
        self._sockets = sockets
        self._settings = settings
        self._tls = settings.ssl_context
        self._idle: dict[str, deque[Connection]] = {}

    async def exchange(
        self, request: Request, accept: Accept | None, deadline: Deadline
    ) -> Response | TransportFailure:
        """Send a request. A failure is returned, not raised: the frames of what is behind it hold the token."""
        url = urlsplit(request.url)
        origin = f"{url.scheme}://{url.netloc}"
        proxy = None
        try:
            proxy = proxy_for(url, self._settings)
            head = _head(request, url, proxy)
            connection = self._take(origin) or await self._connect(url, proxy, deadline)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent yet
            by = f" by the proxy {proxy.host}:{proxy.port}" if proxy else ""
            return ConnectFailed(f"{_reason(error)}, {origin}{by}")
        reusable = False
        try:
            response, reusable = await connection.exchange(
                head, request.body, accept, self._settings.max_response_bytes, deadline
            )
        except (OSError, h11.ProtocolError, TransportFailure) as error:
            return connection.failure(error)
        else:
            return response
        finally:
            if reusable:
                self._keep(origin, connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the unused connections."""
        for idle in list(self._idle.values()):
            while connection := _pop(idle):
                connection.close()

    def __del__(self) -> None:
        self.close()

    def _take(self, origin: str) -> Connection | None:
        """Take the connection that was used last, if it still stands; what stands no longer is closed."""
        idle = self._idle.get(origin)
        while idle and (connection := _pop(idle)):
            if connection.idle_since > clocks()[1] - self._settings.idle_ms and connection.stands():
                return connection
            connection.close()
        return None

    def _keep(self, origin: str, connection: Connection) -> None:
        connection.idle_since = clocks()[1]
        idle = self._idle.setdefault(origin, deque())
        idle.append(connection)
        oldest = clocks()[1] - self._settings.idle_ms
        while len(idle) > self._settings.max_idle or (idle and idle[0].idle_since < oldest):
            with suppress(IndexError):
                idle.popleft().close()

    async def _connect(self, url: SplitResult, proxy: Proxy | None, deadline: Deadline) -> Connection:
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
        address = (proxy.host, proxy.port) if proxy else (host, port)
        stream: Stream = PlainStream(self._sockets, await dial(self._sockets, *address, deadline))
        try:
            if proxy and proxy.scheme == "https":
                stream = await self._secure(stream, proxy.host, deadline)
            if url.scheme == "https":
                if proxy:
                    await Connection(stream).open_tunnel(authority(url), proxy.headers, deadline)
                stream = await self._secure(stream, host, deadline)
        except BaseException:
            stream.close()
            raise
        return Connection(stream)

    async def _secure(self, stream: Stream, host: str, deadline: Deadline) -> Stream:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        secure = TlsStream(stream, self._tls, host)
        await secure.shake_hands(deadline)
        return secure


async def dial(sockets: Sockets, host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to one of the host's addresses. Each has its share of the time: dead ones leave some to others."""
    addresses = await sockets.look_up(host, port, deadline.left())
    failure: OSError = ConnectionRefusedError()
    for left, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await sockets.connect(sock, address, deadline.left() / left)
        except OSError as error:
            failure = error
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def _head(request: Request, url: SplitResult, proxy: Proxy | None) -> h11.Request:
    """Make the head: exactly the request's, and what every request by HTTP/1.1 has."""
    target = request.url.removeprefix(f"{url.scheme}://{url.netloc}") or "/"
    headers = [("Host", url.netloc), *request.headers]
    if request.body or request.method != "GET":
        headers.append(("Content-Length", str(len(request.body))))
    if not any(name.lower() == "accept-encoding" for name, _ in headers):
        headers.append(("Accept-Encoding", "identity"))
    if proxy and url.scheme == "http":
        target = f"http://{url.netloc}{target}"
        headers += proxy.headers
    return h11.Request(
        method=request.method, target=target, headers=[(name.encode(), value.encode()) for name, value in headers]
    )


def _pop(idle: deque[Connection]) -> Connection | None:
    """Take the newest; a length that was asked for before may be another thread's past."""
    with suppress(IndexError):
        return idle.pop()
    return None


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, TransportFailure) else describe(error)
