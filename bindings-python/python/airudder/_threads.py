"""Threads whose results are waited for."""

from __future__ import annotations

from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


def in_thread(run: Callable[..., _Result], *arguments: Any, daemon: bool | None = None) -> Future[_Result]:  # noqa: ANN401 - the function types them
    """Run it in a thread of its own, which is a daemon if this one is, unless `daemon` says so.

    No pool of `concurrent.futures`: one takes no more work as soon as the main thread has ended, while a campaign in
    another thread goes on.
    """
    future: Future[_Result] = Future()

    context = copy_context()  # of traces, for instance

    def work() -> None:
        try:
            result = context.run(run, *arguments)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
            future.set_exception(error)
        else:
            future.set_result(result)

    Thread(target=work, name="airudder-campaign", daemon=daemon).start()
    return future
