"""One run of a campaign on an event loop: the core's steps in one task, calls in others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress
from inspect import isawaitable
from itertools import islice
from typing import TYPE_CHECKING, Any

from airudder._driver import drive_async
from airudder._errors import AirudderError
from airudder._guarded import AsyncGuarded
from airudder._native import clocks
from airudder._run_base import NEARLY, BaseRun, seconds_until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from airudder._journal_protocol import AsyncJournal
    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers
    from airudder._report import Progress
    from airudder._suppressed import Suppression
    from airudder._transport import AsyncTransport
    from airudder._watch import Watch


class Stopped(Exception):
    """The run was stopped."""


class AsyncRun(BaseRun["asyncio.Task[None]"]):
    """One run, in the task that runs it: whoever cancels that one must stop the run and wait for it instead."""

    def __init__(
        self,
        machine: Machine,
        transport: AsyncTransport,
        journal: AsyncJournal,
        suppression: Suppression,
        numbers: Numbers | None,
        progress: Callable[[], Progress],
        show: Callable[[Progress], object] | None,
        watch: Watch,
    ) -> None:
        super().__init__(machine, suppression, numbers, progress, show, watch)
        self._transport = AsyncGuarded(transport, journal)
        self._journal = journal
        self._reading: asyncio.Task[list[Any]] | None = None
        self._stop = asyncio.Event()
        self._stopping: asyncio.Task[Any] | None = None

    def stop(self) -> None:
        """End it: what waits is woken, and `run` raises `Stopped`."""
        self._stop.set()

    async def run(self, contacts: Iterable[Any] | AsyncIterable[Any]) -> None:
        """Do what the machine asks for, until it ends. The journal is open."""
        rest = iterate(contacts)
        self._stopping = asyncio.create_task(self._stop.wait())
        try:
            self._check()
            while (step := self._machine.poll(*(now := clocks()))) is not None:
                if step[0] == "journal":
                    await self._write(step[1], step[2])
                elif step[0] == "contacts":
                    await self._feed(rest, step[1])
                elif step[0] == "screen":
                    await self._screen(step[1])
                elif step[0] == "call":
                    call = asyncio.create_task(drive_async(step[2], self._transport, self._sleep, self._watch))
                    self._running[call] = (step[1], step[2])
                else:
                    await self._wait(step[1], *now)
                self._check()
                await self._show()
        except BaseException:
            await self._give_up()
            raise
        finally:
            self._stopping.cancel()

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    async def _write(self, lines: str, at: int) -> None:
        await self._journal.append(lines, at)
        self._machine.journal_written()

    async def _feed(self, contacts: Iterator[Any] | AsyncIterator[Any], want: int) -> None:
        """Hand over the contacts that were read. Slow ones do not keep the results of calls from being taken."""
        reading = self._reading = self._reading or asyncio.create_task(take(contacts, want))
        await self._news(None, reading)
        if not reading.done():
            return
        self._reading = None
        chunk = reading.result()
        try:
            self._intake.take(chunk)
        finally:
            del chunk, reading  # error reporters show the local variables of a traceback

    async def _screen(self, contacts: str) -> None:
        try:
            answers = self._suppression.ask(contacts)
            for name, answer in answers.items():
                if isawaitable(answer):
                    answers[name] = await answer
            self._suppression.tell(self._machine, answers)
        finally:
            del contacts  # error reporters show the local variables of a traceback

    async def _wait(self, until_ms: int | None, unix_ms: int, monotonic_ms: int) -> None:
        """Wait for what runs, or until then by the clock that nobody sets, which began at the last poll."""
        await self._news(seconds_until(until_ms, unix_ms, monotonic_ms))

    async def _news(self, seconds: float | None, *more: asyncio.Task[Any]) -> None:
        """Wait until a call has ended, or one of these tasks, or the run is to stop; take the results of calls."""
        stopping = [] if self._stopping is None else [self._stopping]
        await asyncio.wait([*self._running, *more, *stopping], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in [task for task in self._running if task.done()]:
            self._collect(task)

    async def _show(self) -> None:
        show, now = self._to_show, self._to_tell()
        if show is not None and now is not None:
            shown = show(now)
            if isawaitable(shown):
                await shown

    async def _sleep(self, seconds: float) -> None:
        """Wait between two requests of a call, unless the campaign stops meanwhile."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        self._check()

    async def _give_up(self) -> None:
        """Start nothing more, cut lookups off, let uploads that are under way end, and journal what they brought.

        Where that fails too, for instance on a full disk, the journal says less than it might: then more contacts are
        doubtful, and looked up when the campaign is run again.
        """
        self._stop.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._running:
            await asyncio.wait(self._running, timeout=NEARLY)
            in_doubt = self._in_doubt()
            for task in self._running:
                if task not in in_doubt:
                    task.cancel()
            await asyncio.wait(self._running)
        with suppress(AirudderError, OSError):
            if lines := self._last_lines():
                await self._write(*lines)


def iterate(contacts: Iterable[Any] | AsyncIterable[Any]) -> Iterator[Any] | AsyncIterator[Any]:
    """Begin to read."""
    return aiter(contacts) if isinstance(contacts, AsyncIterable) else iter(contacts)


async def take(contacts: Iterator[Any] | AsyncIterator[Any], want: int) -> list[Any]:
    """Read so many, or those that are left."""
    if not isinstance(contacts, AsyncIterable):
        return list(islice(contacts, want))
    chunk: list[Any] = []
    while len(chunk) < want:
        try:
            chunk.append(await anext(contacts))
        except StopAsyncIteration:
            break
    return chunk
