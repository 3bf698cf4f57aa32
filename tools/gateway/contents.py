"""Behaviors of header fields and bodies."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from gateway.registry import changed
from gateway.wire import Answer


def with_line(line: bytes) -> Callable[[Answer], bytes]:
    """The API's answer with another line in its head."""
    return lambda answer: answer.head(line) + answer.body


# Header fields.
for name, line in {
    "head-huge-field": b"X-Fake: " + b"x" * (1 << 20),
    "head-many-fields": b"\r\n".join(b"X-Fake-%d: x" % number for number in range(20_000)),
    "head-32-kib": b"X-Fake: " + b"x" * (1 << 15),
    "head-200-fields": b"\r\n".join(b"X-Fake-%d: x" % number for number in range(200)),
    "head-without-colon": b"this is no field",
    "head-folded": b"X-Fake: a\r\n  folded: b",
    "head-nul": b"X-Fake: a\0b",
    "head-bare-carriage-return": b"X-Fake: a\rb",
    "head-space-before-colon": b"X-Fake : a",
    "head-empty-name": b": a",
    "head-beyond-ascii": b"X-Fake: \xff\xfe \xe5\xa5\xbd",
    "head-name-beyond-ascii": b"X-F\xe4ke: a",
    "head-control": b"X-Fake: a\x07b",
}.items():
    changed(name, with_line(line), "close")
changed("head-bare-line-feeds", lambda answer: answer.head().replace(b"\r\n", b"\n") + answer.body, "close")
changed("head-begins-with-line-break", lambda answer: b"\r\n" + answer.whole, "close")
changed(
    "head-first-field-folded",
    lambda answer: answer.head().replace(b"\r\n", b"\r\n folded\r\n", 1) + answer.body,
    "close",
)


def typed(name: str, content_type: bytes) -> None:
    """The answer has another content type; none, where it is empty."""
    line = [b"Content-Type: " + content_type] if content_type else []
    changed(name, lambda answer: answer.head(*line, without=(b"content-type",)) + answer.body)


typed("type-none", b"")
typed("type-html", b"text/html")
typed("type-octets", b"application/octet-stream")
typed("type-upper-case", b"APPLICATION/JSON; CHARSET=UTF-8")
typed("type-of-noise", b";;=\xff")
changed("type-twice", lambda answer: answer.head(b"Content-Type: text/html") + answer.body)


def body(name: str, change: Callable[[bytes], bytes], *lines: bytes) -> None:
    """Register that the body arrives changed, in a length that fits."""

    def rewrite(answer: Answer) -> bytes:
        text = change(answer.body)
        return answer.head(*lines, length=b"%d" % len(text)) + text

    changed(name, rewrite)


body("gzip", gzip.compress, b"Content-Encoding: gzip")
body("gzip-without-saying", gzip.compress)
body("gzip-that-is-none", lambda text: text, b"Content-Encoding: gzip")
body("encoding-of-nobody", lambda text: text, b"Content-Encoding: x-unheard-of")

# What is no longer the API's JSON.
body("json-bom", lambda text: b"\xef\xbb\xbf" + text)
body("json-truncated", lambda text: text[:-3])
body("json-latin-1", lambda text: text[:-1] + b',"x":"\xe9"}')
body("json-utf-16", lambda text: text.decode().encode("utf-16"))
body("json-nul-behind", lambda text: text + b"\0")
body("json-twice", lambda text: text + text)
body("json-blanks-around", lambda text: b"\r\n \t" + text + b"\r\n\r\n")
body("json-with-prefix", lambda text: b")]}',\n" + text)
body("json-code-twice", lambda text: text[:-1] + b',"code":500}')
body("json-data-twice", lambda text: text[:-1] + b',"data":{"workflow_id":"forged","token":"forged","rows":[]}}')
body("json-code-text", lambda text: text.replace(b'"code":200', b'"code":"200"'))
body("json-code-huge", lambda text: text.replace(b'"code":200', b'"code":1e999'))
body("json-code-fraction", lambda text: text.replace(b'"code":200', b'"code":200.5'))
body("json-code-missing", lambda text: text.replace(b'"code":200', b'"other":1'))
body("json-upper-case-names", lambda text: text.replace(b'"code"', b'"Code"').replace(b'"data"', b'"Data"'))
body("json-array", lambda text: b"[" + text + b"]")
body("json-null", lambda _: b"null")
body("json-nan", lambda text: text[:-1] + b',"x":NaN}')
body("json-nested", lambda text: text[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
body("json-large-number", lambda text: text[:-1] + b',"x":' + b"9" * 10_000 + b"}")

# Encryption.
body("plain-marked-encrypted", lambda text: text, b"Is-Encrypted: 1")
changed("sealed-unmarked", lambda answer: answer.head(without=(b"is-encrypted",)) + answer.body)
changed("sealed-wrong-digest", lambda answer: answer.head(b"Signed: " + b"0" * 64, without=(b"signed",)) + answer.body)
changed("sealed-without-digest", lambda answer: answer.head(without=(b"signed",)) + answer.body)
body("sealed-cut", lambda text: text[: len(text) // 2])
body("sealed-tampered", lambda text: b"AAAA" + text[4:])
body("sealed-marked-twice", lambda text: text, b"Is-Encrypted: 1")
