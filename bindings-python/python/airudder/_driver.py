"""Drives a call: sends what it wants sent, sleeps until it wants to go on. All decisions are the core's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from airudder._clock import CallClock
from airudder._errors import AirudderError
from airudder._options import File
from airudder._saving import Saver
from airudder._transport import Response, failure_of
from airudder._watch import error_type, new_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from os import PathLike
    from types import TracebackType

    from airudder._native import Call, Request
    from airudder._transport import AsyncTransport, Transport
    from airudder._watch import Watch

    SaveTo: TypeAlias = str | PathLike[str] | None
    Seen: TypeAlias = Callable[[Response], None]


def run(call: Call, transport: Transport, save_to: SaveTo, watch: Watch, seen: Seen) -> Any:  # noqa: ANN401 - any JSON
    """Run the call to its result; `seen` gets its last response, also when the call fails."""
    with _Host(call, save_to, watch, seen) as host:
        _drive(host, transport, time.sleep)
        return host.result()


async def run_async(call: Call, transport: AsyncTransport, save_to: SaveTo, watch: Watch, seen: Seen) -> Any:  # noqa: ANN401 - any JSON
    """Do the same without blocking the event loop."""
    import asyncio  # is there already

    with _Host(call, save_to, watch, seen) as host:
        await _drive_async(host, transport, asyncio.sleep)
        return host.result()


def drive(call: Call, transport: Transport, sleep: Callable[[float], object], watch: Watch) -> None:
    """Run the call until it has a result, and leave the result in it."""
    with _Host(call, None, watch, None) as host:
        _drive(host, transport, sleep)


async def drive_async(
    call: Call, transport: AsyncTransport, sleep: Callable[[float], Awaitable[object]], watch: Watch
) -> None:
    """Do the same without blocking the event loop."""
    with _Host(call, None, watch, None) as host:
        await _drive_async(host, transport, sleep)


async def _drive_async(host: _Host, transport: AsyncTransport, sleep: Callable[[float], Awaitable[object]]) -> None:
    while (step := host.call.poll(host.clock.now_ms())) is not None:
        host.forget()
        if isinstance(step, tuple):
            await sleep(host.pause(*step))
            continue
        host.sends(step)
        try:
            answer: Response | Exception = await _send_async(transport, step, host.saver)
        except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
            answer = error
        host.took(answer)
        del answer  # error reporters show the local variables of a traceback


def _drive(host: _Host, transport: Transport, sleep: Callable[[float], object]) -> None:
    while (step := host.call.poll(host.clock.now_ms())) is not None:
        host.forget()
        if isinstance(step, tuple):
            sleep(host.pause(*step))
            continue
        host.sends(step)
        try:
            answer: Response | Exception = _send(transport, step, host.saver)
        except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
            answer = error
        host.took(answer)
        del answer


def _send(transport: Transport, request: Request, saver: Saver | None) -> Response:
    if saver is None:
        return transport.send(request)
    if send_to := getattr(transport, "send_to", None):
        response: Response = send_to(request, saver.accept)
        return response
    return saver.save(transport.send(request))


async def _send_async(transport: AsyncTransport, request: Request, saver: Saver | None) -> Response:
    if saver is None:
        return await transport.send(request)
    if send_to := getattr(transport, "send_to", None):
        response: Response = await send_to(request, saver.accept)
        return response
    return saver.save(await transport.send(request))


class _Host:
    """A call, and what its host keeps of it: the time, the last answer, and where a file goes."""

    def __init__(self, call: Call, save_to: SaveTo, watch: Watch, seen: Seen | None) -> None:
        self.call = call
        self.clock = CallClock()
        self.saver = None if save_to is None else Saver(call, save_to)
        self._call_id = new_id()
        self._watched = watch.call(call, self._call_id)
        self._seen = seen
        self._attempts = 0
        self._response: Response | None = None
        self._failure: Exception | None = None

    def forget(self) -> None:
        """Leave an earlier answer behind: that to a request for a token is nobody's last response."""
        self._response = None

    def pause(self, until_ms: int, reason: Literal["token", "retry", "pace"]) -> float:
        """Give the seconds to wait before the next step."""
        seconds = self.clock.seconds_until(until_ms)
        if self._watched:
            self._watched.waits(reason, seconds)
        return seconds

    def sends(self, request: Request) -> None:
        """Count a request, and tell those who watch of it."""
        self._attempts += not self.call.asks_for_token
        if self._watched:
            self._watched.sends(request)

    def took(self, answer: Response | Exception) -> None:
        """Tell the call, and those who watch, what came of its request."""
        self._take(answer)
        if self._watched:
            self._watched.answered(None if isinstance(answer, Exception) else answer.status)

    def _take(self, answer: Response | Exception) -> None:
        if self.saver and self.saver.error:
            raise self.saver.error
        if not isinstance(answer, Exception):
            try:
                self.call.on_response(self.clock.now_ms(), answer.status, list(answer.headers), answer.body)
            except Exception as error:  # noqa: BLE001 - it comes after the request was sent: it must not look harmless
                answer = error
            else:
                self._response, self._failure = None if self.call.asks_for_token else answer, None
                return
        self._failure = answer
        failure = failure_of(answer)
        self.call.on_failure(self.clock.now_ms(), failure.kind, _message(failure))

    def result(self) -> Any:  # noqa: ANN401 - the result has any JSON shape
        """Give the result, or raise the error that ended the call."""
        try:
            content_type, data = self.call.result()
        except Exception as error:
            if isinstance(error, AirudderError):
                error.call_id = self._call_id
            # An exception that the transport did not mean to raise is chained; others would only repeat the message.
            if self._failure and failure_of(self._failure).kind == "other":
                raise error from self._failure
            raise
        if content_type is None or self._response is None:
            return data
        if self.saver:
            self.saver.keep()
            return File(content_type, b"", self.saver.path)
        return File(content_type, self._response.body)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Let go of everything, but for a campaign's call, whose result is still in it."""
        if self._watched:
            self._watched.ended(None if error is None else error_type(error))
        response, self._response = self._response, None
        self._failure = None  # error reporters show what a frame holds, this among it
        if self.saver:
            self.saver.close()
        if self._seen:
            if response:
                self._seen(Response(response.status, response.headers, response.body, self._attempts, self._call_id))
            self.call.close()


def _message(failure: Exception) -> str:
    """The text of a failure. One that has none must not hide that a request was on its way."""
    try:
        return str(failure).encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001 - whatever its class does
        return type(failure).__name__
