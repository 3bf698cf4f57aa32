"""The library's own transports: HTTP/1.1 over TLS, by h11.

h11 is loaded, and the environment read, with the first request only.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Unpack

from airudder._clock import Deadline
from airudder._http_options import HttpOptions, checked_count, settings_of
from airudder._transport import ConnectFailed, TransportFailure, bare

if TYPE_CHECKING:
    from asyncio import Semaphore

    from airudder._native import Request
    from airudder._pool import Pool
    from airudder._transport import Accept, Response


class HttpTransport:
    """Sends by connections of its own, which are used again; usable from many threads, and after a fork.

    The time limit of a request holds for everything from the lookup of the host's name on. A connection is used again
    only if nothing followed its last answer, so that no request gets another's.

    Args:
        ssl_context: For certificates in whatever way. None: those of `ca_file` and `cert_file`.
        ca_file: A PEM file of the authorities whose certificates are trusted, in place of the system's. None: the
            system's, or those that the environment's `SSL_CERT_FILE` or `SSL_CERT_DIR` names.
        cert_file: A PEM file with a client certificate, for a gateway that wants one.
        key_file: A PEM file with its key. None: that stands in `cert_file`.
        key_password: The password of the key, if it has one.
        proxy: `http://host:port` or `https://host:port`, with `user:password@` before the host if it wants them. None:
            what the environment says.
        trust_env: Whether, without `proxy`, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (on macOS and
            Windows also the system's settings) count. Plain `http` goes to a proxy on this machine only.
        keep_alive: How many seconds an unused connection is kept for the next request: 4, which is less than what
            common servers allow.
        max_idle: How many unused connections to one host are kept: 32. 0: none.
        max_response_bytes: How many bytes an answer may have that is held in memory; files that are saved as they come
            may have more.

    Raises:
        ValidationError: A setting is not as it must be.
    """

    def __init__(self, **settings: Unpack[HttpOptions]) -> None:
        self._settings = settings_of(settings)
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
        max_connections: How many requests are under way at once. The wait of others counts for their time limit.
        settings: Those of `HttpTransport`.

    Raises:
        ValidationError: A setting is not as it must be.
    """

    def __init__(self, *, max_connections: int = 100, **settings: Unpack[HttpOptions]) -> None:
        self._settings = settings_of(settings)
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
