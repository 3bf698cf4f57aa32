"""Behaviors of status lines: a gateway's own words, redirects, interim answers."""

from __future__ import annotations

from collections.abc import Callable

from gateway.registry import changed, instead, message, on_request
from gateway.turn import Turn
from gateway.wire import Answer

PAGE = b"<!doctype html><title>Sign in to the network</title><h1>Welcome</h1>"
HTML = "Content-Type: text/html; charset=utf-8"

OWN = {
    "400": "400 Bad Request",
    "401": "401 Unauthorized",
    "403": "403 Forbidden",
    "404": "404 Not Found",
    "408": "408 Request Timeout",
    "413": "413 Content Too Large",
    "417": "417 Expectation Failed",
    "421": "421 Misdirected Request",
    "500": "500 Internal Server Error",
    "502": "502 Bad Gateway",
    "503": "503 Service Unavailable",
    "504": "504 Gateway Timeout",
}


def said(answer: bytes) -> Callable[[Answer], bytes]:
    """In place of the API's answer, always the same one."""
    return lambda _: answer


for code, status in OWN.items():
    instead(f"{code}-before", message(status, PAGE, HTML))
    changed(f"{code}-after", said(message(status, PAGE, HTML)))

instead("407", message("407 Proxy Authentication Required", PAGE, HTML, 'Proxy-Authenticate: Basic realm="fake"'))
instead("429", message("429 Too Many Requests", PAGE, HTML, "Retry-After: 0"))
instead("503-retry-after", message("503 Service Unavailable", PAGE, HTML, "Retry-After: 0"))
instead("login-page", message("200 OK", PAGE, HTML))
instead("login-page-without-type", message("200 OK", PAGE))
changed("login-page-after", said(message("200 OK", PAGE, HTML)))
changed("envelope-refuses-after", said(message("200 OK", b'{"code":400,"message":"no"}')))
changed("envelope-500-after", said(message("200 OK", b'{"code":500,"message":"no"}')))
changed("502-with-the-answer", lambda answer: answer.head(status=b"HTTP/1.1 502 Bad Gateway") + answer.body)

for number, reason in {301: "Moved Permanently", 302: "Found", 303: "See Other", 307: "Temporary Redirect"}.items():
    for place, location in {
        "itself": None,
        "elsewhere": "/elsewhere",
        "host": "http://127.0.0.2:1/",
        "tls": "https://127.0.0.1:1/",
    }.items():

        @on_request(f"{number}-to-{place}")
        def _redirect(turn: Turn, status: str = f"{number} {reason}", location: str | None = location) -> None:
            turn.say(message(status, PAGE, HTML, f"Location: {location or turn.request.target}"))


@on_request("308-to-itself")
def _permanent(turn: Turn) -> None:
    turn.say(message("308 Permanent Redirect", b"", f"Location: {turn.request.target}"))


instead("308-without-location", message("308 Permanent Redirect", PAGE, HTML))
changed("307-after", said(message("307 Temporary Redirect", PAGE, HTML, "Location: /elsewhere")))

INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
    "interim-with-length": b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n",
    "interim-encrypted": b"HTTP/1.1 103 Early Hints\r\nIs-Encrypted: 1\r\n\r\n",
}


def behind(interim: bytes) -> Callable[[Answer], bytes]:
    """The API's answer, behind something else."""
    return lambda answer: interim + answer.whole


for name, interim in {**INTERIM, "interim-many": INTERIM["103"] * 50}.items():
    changed(name, behind(interim))
changed("103-alone", said(INTERIM["103"]), "close")
changed("101", said(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "hold")


@on_request("interim-without-end")
def _without_end(turn: Turn) -> None:
    turn.forward()
    turn.say(*[INTERIM["103"]] * 300, pause=0.01)
    turn.close()


def beginning(line: bytes) -> Callable[[Answer], bytes]:
    """The API's answer with another first line."""
    return lambda answer: answer.head(status=line) + answer.body


def ending(line: bytes) -> Callable[[Answer], bytes]:
    """An answer of this first line that has no body, and no length."""
    return lambda answer: answer.head(status=line, length=b"")


for number, reason in {204: "No Content", 205: "Reset Content", 304: "Not Modified"}.items():
    line = f"HTTP/1.1 {number} {reason}".encode()
    changed(f"{number}-without-body", ending(line))
    changed(f"{number}-with-body", beginning(line))
changed("200-empty", lambda answer: answer.head(length=b"0"))

for name, line in {
    "http-1.0": b"HTTP/1.0 200 OK",
    "http-1.7": b"HTTP/1.7 200 OK",
    "http-2.0-status-line": b"HTTP/2.0 200 OK",
    "status-without-reason": b"HTTP/1.1 200",
    "status-of-two-digits": b"HTTP/1.1 20 OK",
    "status-of-four-digits": b"HTTP/1.1 2000 OK",
    "status-0": b"HTTP/1.1 000 OK",
    "status-600": b"HTTP/1.1 600 OK",
    "status-999": b"HTTP/1.1 999 OK",
    "status-negative": b"HTTP/1.1 -200 OK",
    "status-no-number": b"HTTP/1.1 OK",
    "other-protocol": b"ICY 200 OK",
    "lower-case-protocol": b"http/1.1 200 OK",
    "reason-beyond-ascii": b"HTTP/1.1 200 \xe5\xa5\xbd",
}.items():
    changed(name, beginning(line), "close")
changed("http-1.0-to-the-end", lambda answer: answer.head(status=b"HTTP/1.0 200 OK", length=b"") + answer.body, "close")
changed("http-0.9", lambda answer: answer.body, "close")
changed("http-2-frames", lambda _: bytes.fromhex("000006040000000000000300000064") + b"\0" * 64, "close")
changed("tls-alert", lambda _: bytes.fromhex("15030100020228"), "close")
