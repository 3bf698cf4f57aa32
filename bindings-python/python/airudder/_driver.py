"""Drives a call: sends what it wants sent, sleeps until it wants to go on. All decisions are the core's."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from airudder._transport import TransportFailure, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._native import Call
    from airudder._transport import AsyncTransport, Response, Transport


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def run(call: Call, transport: Transport) -> Any:  # noqa: ANN401 - the result has any JSON shape
    """Run the call to its result."""
    try:
        return _result(call, drive(call, transport))
    finally:
        call.close()


def drive(call: Call, transport: Transport, sleep: Callable[[float], object] = time.sleep) -> Exception | None:
    """Run the call until it has a result; return an exception that the transport did not mean to raise."""
    unexpected: Exception | None = None
    while (step := call.poll(now_ms())) is not None:
        if isinstance(step, int):
            sleep(max(0, step - now_ms()) / 1000)
            continue
        try:
            response = transport.send(step)
        except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
            unexpected = _report(call, error)
        else:
            _answer(call, response)
    return unexpected


async def run_async(call: Call, transport: AsyncTransport) -> Any:  # noqa: ANN401 - the result has any JSON shape
    """Run the call to its result without blocking the event loop."""
    unexpected: Exception | None = None
    try:
        while (step := call.poll(now_ms())) is not None:
            if isinstance(step, int):
                await asyncio.sleep(max(0, step - now_ms()) / 1000)
                continue
            try:
                response = await transport.send(step)
            except Exception as error:  # noqa: BLE001 - whatever it is, the core must decide what it means
                unexpected = _report(call, error)
            else:
                _answer(call, response)
        return _result(call, unexpected)
    finally:
        call.close()


def _answer(call: Call, response: Response) -> None:
    call.on_response(now_ms(), response.status, list(response.headers), response.body)


def _report(call: Call, error: Exception) -> Exception | None:
    """Report the failure; an exception that the transport did not mean to raise is returned, to be chained."""
    failure = error if isinstance(error, TransportFailure) else failure_of(error)
    call.on_failure(now_ms(), failure.kind, str(failure))
    return error if failure.kind == "other" else None


def _result(call: Call, unexpected: Exception | None) -> Any:  # noqa: ANN401 - the result has any JSON shape
    if unexpected is None:
        return call.result()
    try:
        return call.result()
    except Exception as error:
        raise error from unexpected
