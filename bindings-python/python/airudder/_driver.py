"""Drives a call: sends what it wants sent, sleeps until it wants to go on. All decisions are the core's."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from airudder._options import File
from airudder._transport import Response, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._native import Call
    from airudder._transport import AsyncTransport, Transport


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def run(call: Call, transport: Transport) -> Any:  # noqa: ANN401 - the result has any JSON shape
    """Run the call to its result."""
    try:
        return _result(call, drive(call, transport))
    finally:
        call.close()


def drive(
    call: Call, transport: Transport, sleep: Callable[[float], object] = time.sleep
) -> Response | Exception | None:
    """Run the call until it has a result; return what the transport returned or raised last."""
    last: Response | Exception | None = None
    while (step := call.poll(now_ms())) is not None:
        if isinstance(step, int):
            sleep(max(0, step - now_ms()) / 1000)
            continue
        try:
            last = transport.send(step)
        except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
            last = error
        last = _report(call, last)
    return last


async def run_async(call: Call, transport: AsyncTransport) -> Any:  # noqa: ANN401 - the result has any JSON shape
    """Run the call to its result without blocking the event loop."""
    last: Response | Exception | None = None
    try:
        while (step := call.poll(now_ms())) is not None:
            if isinstance(step, int):
                await asyncio.sleep(max(0, step - now_ms()) / 1000)
                continue
            try:
                last = await transport.send(step)
            except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
                last = error
            last = _report(call, last)
        return _result(call, last)
    finally:
        call.close()


def _report(call: Call, last: Response | Exception) -> Response | Exception:
    """Tell the call what came of its request; return it, or what is wrong with a response that is none."""
    if not isinstance(last, Exception):
        try:
            call.on_response(now_ms(), last.status, list(last.headers), last.body)
        except Exception as error:  # noqa: BLE001 - it comes after the request was sent, so it must not look harmless
            last = error
        else:
            return last
    failure = failure_of(last)
    call.on_failure(now_ms(), failure.kind, str(failure))
    return last


def _result(call: Call, last: Response | Exception | None) -> Any:  # noqa: ANN401 - the result has any JSON shape
    try:
        content_type, data = call.result()
    except Exception as error:
        # An exception that the transport did not mean to raise is chained; the others would only repeat the message.
        if isinstance(last, Exception) and failure_of(last).kind == "other":
            raise error from last
        raise
    if content_type is not None and isinstance(last, Response):
        return File(content_type, last.body)
    return data
