"""Sockets that block or wait in an event loop, behind the same methods: what is built on them serves both clients."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    Address: TypeAlias = tuple[Any, ...]
    Found: TypeAlias = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Address]]

PIECE = 1 << 16
"""The number of bytes that are received at once."""

_Result = TypeVar("_Result")


class Sockets(Protocol):
    """What a connection needs of the system. What takes longer than `seconds` raises `TimeoutError`."""

    async def look_up(self, host: str, port: int, seconds: float) -> Found:
        """Find the addresses of a host."""
        ...

    async def connect(self, sock: socket.socket, address: Address, seconds: float) -> None:
        """Connect."""
        ...

    async def send(self, sock: socket.socket, data: bytes, seconds: float) -> None:
        """Send all of it."""
        ...

    async def receive(self, sock: socket.socket, seconds: float) -> bytes:
        """Receive what comes next; nothing when the other side has closed."""
        ...


class BlockingSockets:
    """Blocks the thread: these methods never wait in the sense of `await`."""

    async def look_up(self, host: str, port: int, seconds: float) -> Found:
        """Find the addresses of a host."""
        return looking_up(host, port).result(seconds)

    async def connect(self, sock: socket.socket, address: Address, seconds: float) -> None:
        """Connect."""
        sock.settimeout(seconds)
        sock.connect(address)

    async def send(self, sock: socket.socket, data: bytes, seconds: float) -> None:
        """Send all of it."""
        sock.settimeout(seconds)
        sock.sendall(data)

    async def receive(self, sock: socket.socket, seconds: float) -> bytes:
        """Receive what comes next; nothing when the other side has closed."""
        sock.settimeout(seconds)
        return sock.recv(PIECE)


def run(coroutine: Coroutine[object, None, _Result]) -> _Result:
    """Run to its end what is built on blocking sockets."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: _Result = stop.value
        return result
    raise RuntimeError("blocking sockets do not wait")


def looking_up(host: str, port: int) -> Future[Found]:
    """Begin to look up a host, in a thread: the system knows no time limit for it, and nobody waits at the end."""
    future: Future[Found] = Future()
    future.set_running_or_notify_cancel()

    def look_up() -> None:
        try:
            future.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - it is raised where the result is taken
            future.set_exception(error)

    try:
        Thread(target=look_up, name="airudder-lookup", daemon=True).start()
    except RuntimeError:  # at the program's end there are no new threads
        look_up()
    return future
