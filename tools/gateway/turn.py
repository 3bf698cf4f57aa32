"""What a behavior acts with: one request, on one connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from gateway.wire import Answer, Request


class EndedError(Exception):
    """The connection is over."""


@dataclass
class Turn:
    """A request that a behavior strikes, and the connection that it came on."""

    request: Request
    connection: socket.socket
    forward: Callable[[], Answer]
    """Has the API carry the request out. A behavior that does not call it keeps the request from the API."""
    earlier: Answer
    """The answer that the same gateway gave last."""
    expire_tokens: Callable[[], None] = field(default=lambda: None)
    """Makes the API forget its tokens."""

    def say(self, *pieces: bytes, pause: float = 0) -> None:
        """Send, piece by piece."""
        for piece in pieces:
            self.connection.sendall(piece)
            if pause:
                time.sleep(pause)

    def close(self) -> NoReturn:
        """Close the connection in order."""
        say_goodbye(self.connection)
        raise EndedError

    def cut(self) -> NoReturn:
        """Close the connection without TLS's own goodbye, as anybody on the way can."""
        raise EndedError

    def reset(self) -> NoReturn:
        """Reset the connection (RST)."""
        reset(self.connection)
        raise EndedError

    def hold(self) -> NoReturn:
        """Say nothing more until the other side gives up."""
        with contextlib.suppress(OSError):
            while self.connection.recv(1 << 16):
                pass
        raise EndedError


def say_goodbye(connection: socket.socket) -> None:
    """Send TLS's own goodbye, and do not wait for the other side's."""
    if isinstance(connection, ssl.SSLSocket):
        connection.setblocking(False)
        with contextlib.suppress(OSError, ValueError):
            connection.unwrap()


def shut(connection: socket.socket, how: int) -> None:
    """Close a direction, or both, below TLS, which goes on for the other direction."""
    socket.socket.shutdown(connection, how)


def reset(connection: socket.socket) -> None:
    """Have the connection reset as soon as it is closed, and close both directions."""
    time.sleep(0.02)  # what was sent before goes out first: a reset would overtake it
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
