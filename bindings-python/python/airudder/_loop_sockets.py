"""Sockets that wait in an asyncio event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from airudder._sockets import PIECE, looking_up

if TYPE_CHECKING:
    import socket

    from airudder._sockets import Address, Found


class LoopSockets:
    """Waits in the event loop that runs now."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    async def look_up(self, host: str, port: int, seconds: float) -> Found:
        """Find the addresses of a host."""
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(looking_up(host, port))

    async def connect(self, sock: socket.socket, address: Address, seconds: float) -> None:
        """Connect."""
        sock.setblocking(False)
        async with asyncio.timeout(seconds):
            await self._loop.sock_connect(sock, address)

    async def send(self, sock: socket.socket, data: bytes, seconds: float) -> None:
        """Send all of it."""
        async with asyncio.timeout(seconds):
            await self._loop.sock_sendall(sock, data)

    async def receive(self, sock: socket.socket, seconds: float) -> bytes:
        """Receive what comes next; nothing when the other side has closed."""
        async with asyncio.timeout(seconds):
            return await self._loop.sock_recv(sock, PIECE)
