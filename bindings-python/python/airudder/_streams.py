"""Byte streams over a socket: plain ones, and TLS over another."""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from airudder._sockets import PIECE

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._clock import Deadline
    from airudder._sockets import Sockets

_Result = TypeVar("_Result")


class Stream(Protocol):
    """Bytes in both directions."""

    async def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it."""
        ...

    async def receive(self, deadline: Deadline) -> bytes:
        """Receive what comes next; nothing when the other side has closed."""
        ...

    def is_quiet(self) -> bool:
        """Tell whether the other side neither sent anything that was not taken, nor closed."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class PlainStream:
    """A socket."""

    def __init__(self, sockets: Sockets, sock: socket.socket) -> None:
        self._sockets = sockets
        self._socket = sock

    async def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it."""
        await self._sockets.send(self._socket, data, deadline.left())

    async def receive(self, deadline: Deadline) -> bytes:
        """Receive what comes next; nothing when the other side has closed."""
        return await self._sockets.receive(self._socket, deadline.left())

    def is_quiet(self) -> bool:
        """Tell whether the other side neither sent anything that was not taken, nor closed."""
        self._socket.setblocking(False)
        try:
            if hasattr(socket, "TCP_QUICKACK"):  # what the other side holds back until then comes now
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Close it."""
        self._socket.close()


class TlsStream:
    """TLS over another stream, be it a socket or a tunnel through a proxy that itself speaks TLS."""

    def __init__(self, under: Stream, context: ssl.SSLContext, host: str) -> None:
        self._under = under
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def shake_hands(self, deadline: Deadline) -> None:
        """Agree on keys, and check the certificate."""
        await self._run(self._tls.do_handshake, deadline)

    async def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it."""
        rest = memoryview(data)
        while rest:
            rest = rest[await self._run(partial(self._tls.write, rest), deadline) :]

    async def receive(self, deadline: Deadline) -> bytes:
        """Receive what comes next; nothing when the other side has said that it closes."""
        try:
            return await self._run(partial(self._tls.read, PIECE), deadline)
        except ssl.SSLZeroReturnError:
            return b""

    async def _run(self, step: Callable[[], _Result], deadline: Deadline) -> _Result:
        """Take a step of the protocol, with what it has to send and to receive for it."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush(deadline)
                data = await self._under.receive(deadline)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                await self._flush(deadline)
                return result

    async def _flush(self, deadline: Deadline) -> None:
        if self._outgoing.pending:
            await self._under.send(self._outgoing.read(), deadline)

    def is_quiet(self) -> bool:
        """Tell whether the other side neither sent anything that was not taken, nor closed."""
        return not self._tls.pending() and not self._incoming.pending and self._under.is_quiet()

    def close(self) -> None:
        """Close it."""
        self._under.close()
