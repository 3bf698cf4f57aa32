"""Behaviors of connections: closed, reset, or answered at the wrong moment."""

from __future__ import annotations

import socket
import time

from gateway.registry import FORGED, Then, changed, end, message, on_idle, on_request
from gateway.turn import Turn, reset, say_goodbye, shut

LATE = 1.0
"""The seconds after which a late answer comes: more than the time limit of who waits for it."""


@on_idle("idle-close")
def _close(connection: socket.socket) -> None:
    say_goodbye(connection)
    shut(connection, socket.SHUT_RDWR)


@on_idle("idle-reset")
def _reset(connection: socket.socket) -> None:
    reset(connection)
    shut(connection, socket.SHUT_RD)  # wakes its thread, which closes it


@on_idle("idle-half-close")
def _half_close(connection: socket.socket) -> None:
    shut(connection, socket.SHUT_WR)


for name, unasked in {
    "idle-answer": message("200 OK", FORGED, "Content-Type: application/json"),
    "idle-answer-part": message("200 OK", FORGED, "Content-Type: application/json")[:40],
    "idle-408": message("408 Request Timeout", b"", "Connection: close"),
    "idle-line-breaks": b"\r\n\r\n",
    "idle-early-hints": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}.items():

    @on_idle(name)
    def _say(connection: socket.socket, unasked: bytes = unasked) -> None:
        connection.sendall(unasked)


@on_idle("idle-408-close")
def _goodbye(connection: socket.socket) -> None:
    connection.sendall(message("408 Request Timeout", b"", "Connection: close"))
    say_goodbye(connection)
    shut(connection, socket.SHUT_RDWR)


@on_request("close-before")
def _close_before(turn: Turn) -> None:
    turn.close()


@on_request("reset-before")
def _reset_before(turn: Turn) -> None:
    turn.reset()


@on_request("silence-before")
def _silence(turn: Turn) -> None:
    turn.hold()


@on_request("silence-after")
def _silence_after(turn: Turn) -> None:
    turn.forward()
    turn.hold()


# The answer breaks off, at each of its places.
PLACES = {"before-answer": 0, "in-status-line": 10, "in-head": 30, "in-body": None}
for place, at in PLACES.items():
    for then in ("close", "reset"):

        @on_request(f"{then}-{place}")
        def _break_off(turn: Turn, at: int | None = at, then: Then = then) -> None:
            answer = turn.forward()
            length = len(answer.head()) + len(answer.body) // 2 if at is None else at
            turn.say(answer.whole[:length])
            end(turn, then)


@on_request("late")
def _late(turn: Turn) -> None:
    answer = turn.forward()
    time.sleep(LATE)
    turn.say(answer.whole)


@on_request("drip-in-time")
def _drip(turn: Turn) -> None:
    answer = turn.forward().whole
    turn.say(*[answer[at : at + 1] for at in range(len(answer))][:300], answer[300:], pause=0.0005)


@on_request("drip-too-slow")
def _drip_head(turn: Turn) -> None:
    answer = turn.forward().whole
    turn.say(*[answer[at : at + 1] for at in range(len(answer))], pause=0.05)


@on_request("drip-body-too-slow")
def _drip_body(turn: Turn) -> None:
    answer = turn.forward()
    turn.say(answer.head(length=b"1000000"), *[b" "] * 100, pause=0.05)
    turn.hold()


@on_request("answer-of-another-upload")
def _another_upload(turn: Turn) -> None:
    turn.forward()
    turn.say(message("200 OK", FORGED, "Content-Type: application/json"))


@on_request("answer-of-the-request-before")
def _before(turn: Turn) -> None:
    turn.forward()
    turn.say(turn.earlier.whole)


@on_request("token-rotated")
def _rotated(turn: Turn) -> None:
    turn.expire_tokens()
    turn.say(turn.forward().whole)


changed("connection-close", lambda answer: answer.head(b"Connection: close") + answer.body, "close")
changed("says-close-and-stays", lambda answer: answer.head(b"Connection: close") + answer.body)
changed("says-keep-alive-and-closes", lambda answer: answer.head(b"Connection: keep-alive") + answer.body, "close")
changed("keep-alive-timeout-0", lambda answer: answer.head(b"Keep-Alive: timeout=0, max=0") + answer.body)
