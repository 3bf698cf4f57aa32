"""The library's own transports: HTTP/1.1 over TLS, by h11.

h11 is loaded, and the environment read, with the first request only.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from airudder._clock import Deadline
from airudder._errors import invalid_setting
from airudder._http_settings import HttpSettings
from airudder._transport import MAX_RESPONSE_BYTES, ConnectFailed, TransportFailure, bare

if TYPE_CHECKING:
    import ssl
    from asyncio import Semaphore

    from airudder._native import Request
    from airudder._pool import Pool
    from airudder._transport import Accept, Response


class HttpTransport:
    """Sends by connections of its own, which are used again; usable from many threads, and after a fork.

    The time limit of a request holds for everything from the lookup of the host's name on. A connection is used again
    only if nothing followed its last answer, so that no request gets another's.

    Args:
        ssl_context: For a private authority or a client certificate. None: certificates are checked against the
            system's authorities, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names.
        proxy: `http://host:port` or `https://host:port`, with `user:password@` before the host if it wants them. None:
            what the environment says.
        trust_env: Whether, without `proxy`, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (on macOS and
            Windows also the system's settings) count. Plain `http` goes to a proxy on this machine only.
        max_response_bytes: How many bytes an answer may have that is held in memory; files that are saved as they come
            may have more.

    Raises:
        ValidationError: A setting is not as it must be.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        try:
            self._settings = _settings(ssl_context, proxy, trust_env, max_response_bytes)
        finally:
            del proxy  # error reporters show the local variables of a traceback
        self._pool: Pool | None = None

    def send(self, request: Request, /) -> Response:
        """Send the request; raise `ConnectFailed`, `Timeout`, `Reset` or another `TransportFailure`."""
        return self._send(request, None)

    def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        return self._send(request, accept)

    def close(self) -> None:
        """Close the unused connections. The transport can be used again."""
        if self._pool:
            self._pool.close()

    def _send(self, request: Request, accept: Accept | None) -> Response:
        deadline = Deadline(request.timeout)
        from airudder._pool import Pool
        from airudder._sockets import BlockingSockets, run

        pool = self._pool
        if pool is None or pool.owner != os.getpid():
            pool = self._pool = Pool(os.getpid(), BlockingSockets(), self._settings)
        try:
            answer = run(pool.exchange(request, accept, deadline))
        except BaseException as error:  # noqa: BLE001 - it goes on
            raise bare(error)  # noqa: B904 - the same one
        if isinstance(answer, TransportFailure):
            raise bare(answer)
        return answer


class AsyncHttpTransport:
    """The same for asyncio, without threads but for the lookup of names. Cancelling a call closes its connection.

    Connections belong to an event loop: one that runs later makes its own.

    Args:
        ssl_context: See `HttpTransport`.
        proxy: See `HttpTransport`.
        trust_env: See `HttpTransport`.
        max_response_bytes: See `HttpTransport`.
        max_connections: How many requests are under way at once. The wait of others counts for their time limit.

    Raises:
        ValidationError: A setting is not as it must be.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        max_connections: int = 100,
    ) -> None:
        try:
            self._settings = _settings(ssl_context, proxy, trust_env, max_response_bytes)
        finally:
            del proxy  # error reporters show the local variables of a traceback
        self._max_connections = checked_count(max_connections, "max_connections")
        self._pool: tuple[Pool, Semaphore] | None = None

    async def send(self, request: Request, /) -> Response:
        """Send the request; raise `ConnectFailed`, `Timeout`, `Reset` or another `TransportFailure`."""
        return await self._send(request, None)

    async def send_to(self, request: Request, accept: Accept, /) -> Response:
        """Send the request; a body that `accept` wants goes there as it comes."""
        return await self._send(request, accept)

    async def close(self) -> None:
        """Close the unused connections. The transport can be used again."""
        if self._pool:
            self._pool[0].close()

    async def _send(self, request: Request, accept: Accept | None) -> Response:
        deadline = Deadline(request.timeout)
        import asyncio

        pool, free = self._pool_of_loop()
        try:
            async with asyncio.timeout(deadline.left()):
                await free.acquire()
            try:
                answer = await pool.exchange(request, accept, deadline)
            finally:
                free.release()
        except TimeoutError:
            answer = ConnectFailed("all connections are in use")
        except BaseException as error:  # noqa: BLE001 - it goes on
            raise bare(error)  # noqa: B904 - the same one
        if isinstance(answer, TransportFailure):
            raise bare(answer)
        return answer

    def _pool_of_loop(self) -> tuple[Pool, Semaphore]:
        import asyncio

        from airudder._loop_sockets import LoopSockets
        from airudder._pool import Pool

        owner = (os.getpid(), asyncio.get_running_loop())
        if self._pool is None or self._pool[0].owner != owner:
            pool = Pool(owner, LoopSockets(), self._settings)
            self._pool = (pool, asyncio.Semaphore(self._max_connections))
        return self._pool


def checked_count(value: object, name: str) -> int:
    """Give a setting that is a whole number above 0, or raise."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise invalid_setting(name, f"{name} must be a whole number above 0")
    return value


def _settings(
    ssl_context: ssl.SSLContext | None, proxy: str | None, trust_env: bool, max_response_bytes: int
) -> HttpSettings:
    try:
        checked_count(max_response_bytes, "max_response_bytes")
        if ssl_context is not None and not hasattr(ssl_context, "wrap_bio"):
            raise invalid_setting("ssl_context", "ssl_context must be an ssl.SSLContext")
        if proxy is not None:
            from airudder._proxies import FORM, parse_proxy

            if parse_proxy(proxy) is None:
                raise invalid_setting("proxy", f"proxy must be {FORM}, with user:password@ before the host if need be")
        return HttpSettings(ssl_context, proxy, trust_env, max_response_bytes)
    finally:
        del proxy
