"""HTTP/1.1 on plain sockets, as far as a gateway needs it: whole requests in, whole answers out of the API."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import BinaryIO

SECONDS = 60
"""The longest that the gateway waits for anybody."""


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    method: str
    target: str
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def head(
        self,
        *more: bytes,
        status: bytes | None = None,
        length: bytes | None = None,
        without: tuple[bytes, ...] = (),
    ) -> bytes:
        """Write the head anew: with more lines, another status line or length (empty: none), without some."""
        lines = [status or self.status]
        lines += [name + b": " + value for name, value in self.fields if name.lower() not in without]
        length = b"%d" % len(self.body) if length is None else length
        lines += [b"content-length: " + length] if length else []
        return b"\r\n".join([*lines, *more, b"", b""])

    @property
    def whole(self) -> bytes:
        """The answer as it came."""
        return self.head() + self.body


def read_head(stream: BinaryIO) -> bytes:
    """Read up to the empty line; nothing where the other side has closed."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(1 << 16)
        if not line:
            return b""
        head += line
    return head


def fields_of(head: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Take the fields of a head apart."""
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return tuple((name, value.strip()) for name, _, value in lines)


def read_body(stream: BinaryIO, fields: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Read the body, of a known length or in chunks."""
    known = {name.lower(): value for name, value in fields}
    if b"chunked" not in known.get(b"transfer-encoding", b""):
        return stream.read(int(known.get(b"content-length", b"0")))
    body = b""
    while size := int(stream.readline().split(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def ask(host: str, port: int, request: Request) -> Answer:
    """Have the API carry a request out."""
    kept = [line for line in fields_of(request.head) if line[0].lower() not in (b"connection", b"transfer-encoding")]
    length = (
        []
        if any(name.lower() == b"content-length" for name, _ in kept)
        else [(b"Content-Length", b"%d" % len(request.body))]
    )
    lines = [
        name + b": " + value for name, value in [*kept, *length, (b"Connection", b"close")] if name.lower() != b"host"
    ]
    first = f"{request.method} {request.target} HTTP/1.1\r\nHost: {host}:{port}\r\n".encode()
    with socket.create_connection((host, port), SECONDS) as onward, onward.makefile("rb") as stream:
        onward.sendall(first + b"\r\n".join([*lines, b"", b""]) + request.body)
        head = read_head(stream)
        fields = fields_of(head)
        body = read_body(stream, fields)
    dropped = (b"content-length", b"transfer-encoding", b"connection")
    kept_fields = tuple(field for field in fields if field[0].lower() not in dropped)
    return Answer(head.partition(b"\r\n")[0], kept_fields, body)
