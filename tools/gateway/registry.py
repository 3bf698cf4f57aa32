"""The behaviors by their names."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Literal, TypeAlias

from gateway.turn import Turn
from gateway.wire import Answer

OnRequest: TypeAlias = Callable[[Turn], None]
OnIdle: TypeAlias = Callable[[socket.socket], None]
Then: TypeAlias = Literal["keep", "close", "cut", "reset", "hold"]

ON_REQUEST: dict[str, OnRequest] = {}
"""What happens to a request."""
ON_IDLE: dict[str, OnIdle] = {}
"""What happens to each connection that is idle when the behavior is armed; requests then go through as they are."""
AMID_REQUEST = "close-amid-request"
"""The connection is closed once the head of a request was read, before its body is."""

FORGED = (
    b'{"code":200,"status":"OK","data":{"workflow_id":"forged","token":"forged","rows":[{"workflow_id":"forged"}]}}'
)
"""The body of an answer that belongs to nobody here."""


def on_request(name: str) -> Callable[[OnRequest], OnRequest]:
    """Register what happens to a request."""

    def register(behavior: OnRequest) -> OnRequest:
        ON_REQUEST[name] = behavior
        return behavior

    return register


def on_idle(name: str) -> Callable[[OnIdle], OnIdle]:
    """Register what happens to an idle connection."""

    def register(behavior: OnIdle) -> OnIdle:
        ON_IDLE[name] = behavior
        return behavior

    return register


def end(turn: Turn, then: Then) -> None:
    """Go on with the connection, or end it."""
    if then != "keep":
        {"close": turn.close, "cut": turn.cut, "reset": turn.reset, "hold": turn.hold}[then]()


def changed(name: str, change: Callable[[Answer], bytes], then: Then = "keep") -> None:
    """Register that the API carries the request out, and its answer arrives changed."""

    def behavior(turn: Turn) -> None:
        turn.say(change(turn.forward()))
        end(turn, then)

    ON_REQUEST[name] = behavior


def instead(name: str, answer: bytes, then: Then = "keep") -> None:
    """Register that the API does not get the request, and this is the answer."""

    def behavior(turn: Turn) -> None:
        turn.say(answer)
        end(turn, then)

    ON_REQUEST[name] = behavior


def message(status: str, body: bytes = b"", *fields: str) -> bytes:
    """Write an answer of the gateway's own."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body
