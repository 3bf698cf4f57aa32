"""Behaviors of framing: where an answer ends, and what follows it."""

from __future__ import annotations

from collections.abc import Callable

from gateway.registry import FORGED, changed, message
from gateway.wire import Answer

SECOND = message("200 OK", FORGED, "Content-Type: application/json")


def chunks(body: bytes, *, extension: bytes = b"", last: bytes = b"0\r\n\r\n") -> bytes:
    """The body in two chunks."""
    half = len(body) // 2
    pieces = (body[:half], body[half:])
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + last


def chunked(answer: Answer, body: bytes, *more: bytes, length: bytes = b"") -> bytes:
    """The answer with a body that is in chunks already."""
    return answer.head(b"Transfer-Encoding: chunked", *more, length=length) + body


def followed(surplus: bytes) -> Callable[[Answer], bytes]:
    """The API's answer, and something behind it."""
    return lambda answer: answer.whole + surplus


def measured(length: Callable[[int], bytes]) -> Callable[[Answer], bytes]:
    """The API's answer, whose length is told in another way."""
    return lambda answer: answer.head(length=length(len(answer.body))) + answer.body


def encoded(encoding: bytes) -> Callable[[Answer], bytes]:
    """The API's answer in chunks, whose encoding is told in another way."""
    return lambda answer: answer.head(b"Transfer-Encoding: " + encoding, length=b"") + chunks(answer.body)


def of_size(size: bytes) -> Callable[[Answer], bytes]:
    """The API's answer in one chunk, whose size is told so."""
    return lambda answer: chunked(answer, size + b"\r\n" + answer.body + b"\r\n0\r\n\r\n")


# What follows an answer.
for name, surplus in {
    "surplus-line-breaks": b"\r\n\r\n",
    "surplus-noise": b"\0\1\2 noise",
    "surplus-answer": SECOND,
    "surplus-half-an-answer": SECOND[:40],
    "surplus-early-hints": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}.items():
    changed(name, followed(surplus))

# Content-Length.
changed("length-too-short", lambda answer: answer.head(length=b"%d" % (len(answer.body) - 4)) + answer.body)
changed(
    "length-too-long-close", lambda answer: answer.head(length=b"%d" % (len(answer.body) + 4)) + answer.body, "close"
)
changed("length-too-long", lambda answer: answer.head(length=b"%d" % (len(answer.body) + 4)) + answer.body, "hold")
changed("length-huge-close", lambda answer: answer.head(length=b"9" * 30) + answer.body, "close")
changed("length-2-to-64", lambda answer: answer.head(length=b"%d" % (2**64 + len(answer.body))) + answer.body, "close")
LENGTHS: dict[str, Callable[[int], bytes]] = {
    "length-negative": lambda length: b"-%d" % length,
    "length-with-plus": lambda length: b"+%d" % length,
    "length-hexadecimal": lambda length: b"0x%x" % length,
    "length-no-number": lambda _: b"many",
    "length-list": lambda length: b"%d, %d" % (length, length),
    "length-list-of-two": lambda length: b"%d, %d" % (length, length - 4),
    "length-with-fraction": lambda length: b"%d.0" % length,
}
for name, length in LENGTHS.items():
    changed(name, measured(length), "close")
changed(
    "length-twice-different",
    lambda answer: answer.head(b"Content-Length: %d" % (len(answer.body) - 4)) + answer.body,
    "close",
)
changed("length-twice-alike", lambda answer: answer.head(b"Content-Length: %d" % len(answer.body)) + answer.body)
changed("length-none-close", lambda answer: answer.head(length=b"") + answer.body, "close")
changed("length-none-cut", lambda answer: answer.head(length=b"") + answer.body[: len(answer.body) // 2], "cut")
changed("length-none", lambda answer: answer.head(length=b"") + answer.body, "hold")

# Transfer-Encoding.
changed("chunked", lambda answer: chunked(answer, chunks(answer.body)))
changed(
    "chunked-and-length", lambda answer: chunked(answer, chunks(answer.body), length=b"%d" % len(answer.body)), "close"
)
changed("chunked-and-length-0", lambda answer: chunked(answer, chunks(answer.body), length=b"0"), "close")
changed("chunked-twice", lambda answer: chunked(answer, chunks(answer.body), b"Transfer-Encoding: chunked"), "close")
for name, encoding in {
    "encoding-identity": b"identity",
    "encoding-unknown": b"xchunked",
    "encoding-gzip-chunked": b"gzip, chunked",
}.items():
    changed(name, encoded(encoding), "close")
changed("chunk-extensions", lambda answer: chunked(answer, chunks(answer.body, extension=b';a=1;b="x y"')))
changed("chunk-trailers", lambda answer: chunked(answer, chunks(answer.body, last=b"0\r\nX-Sum: 1\r\n\r\n")))
changed(
    "chunk-trailer-encrypted", lambda answer: chunked(answer, chunks(answer.body, last=b"0\r\nIs-Encrypted: 1\r\n\r\n"))
)
changed(
    "chunk-trailer-forbidden",
    lambda answer: chunked(answer, chunks(answer.body, last=b"0\r\nContent-Length: 5\r\n\r\n")),
    "close",
)
changed("chunk-last-missing-close", lambda answer: chunked(answer, chunks(answer.body, last=b"")), "close")
changed("chunk-last-missing", lambda answer: chunked(answer, chunks(answer.body, last=b"")), "hold")
changed("chunk-last-half-close", lambda answer: chunked(answer, chunks(answer.body, last=b"0\r\n")), "close")
for name, size in {
    "chunk-size-no-number": b"zz",
    "chunk-size-negative": b"-5",
    "chunk-size-empty": b"",
    "chunk-size-2-to-64": b"10000000000000002",
    "chunk-size-with-prefix": b"0x2",
}.items():
    changed(name, of_size(size), "close")
changed(
    "chunk-too-long",
    lambda answer: chunked(answer, b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body) + 50, answer.body)),
    "close",
)
changed(
    "chunk-too-short",
    lambda answer: chunked(answer, b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body) - 4, answer.body)),
    "close",
)
changed(
    "chunk-bare-line-feeds", lambda answer: chunked(answer, b"%x\n%s\n0\n\n" % (len(answer.body), answer.body)), "close"
)
