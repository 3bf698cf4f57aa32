"""Journals for asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, cast

from airudder._campaign_base import NO_JOURNAL, is_async_journal, not_shared
from airudder._file_journal import FileJournal
from airudder._journal_protocol import AsyncJournal, AsyncPartitionedJournal, Journal, PartitionedJournal, interrupt
from airudder._threads import in_thread

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

_Result = TypeVar("_Result")


def async_journal_of(given: str | os.PathLike[str] | Journal | AsyncJournal) -> AsyncJournal:
    """The journal with methods that are to be awaited."""
    if is_async_journal(given):
        return cast("AsyncJournal", given)
    waits = cast("str | os.PathLike[str] | Journal", given)
    if isinstance(waits, PartitionedJournal):
        return _PartitionedInThreads(waits)
    if isinstance(waits, Journal):
        return _InThreads(waits)
    try:
        return _InThreads(FileJournal(waits))
    except TypeError:
        raise TypeError(NO_JOURNAL) from None


def shared(journal: AsyncJournal) -> AsyncPartitionedJournal:
    """The journal, which must be one that all workers share."""
    if not isinstance(journal, AsyncPartitionedJournal):
        raise not_shared()
    return journal


class _InThreads:
    """A journal that waits for its disk or database, in a thread for each time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def open(self) -> bytes:
        return await _done(self._journal.open)

    async def append(self, lines: str, at: int, /) -> None:
        await _done(self._journal.append, lines, at)

    async def cut(self, length: int, /) -> None:
        await _done(self._journal.cut, length)

    def held(self) -> bool:
        return self._journal.held()

    async def close(self) -> None:
        await _done(self._journal.close)

    def interrupt(self) -> None:
        interrupt(self._journal)

    @property
    def lease(self) -> float | None:
        return getattr(self._journal, "lease", None)


class _PartitionedInThreads(_InThreads):
    def __init__(self, journal: PartitionedJournal) -> None:
        super().__init__(journal)
        self._shared = journal

    async def head(self, line: str, /) -> bytes:
        return await _done(self._shared.head, line)

    def part(self, index: int, /) -> AsyncJournal:
        return _InThreads(self._shared.part(index))


async def _done(run: Callable[..., _Result], *arguments: Any) -> _Result:  # noqa: ANN401 - the function types them
    """Do it to its end, also where the task is cancelled meanwhile: nobody may go on beside it."""
    future = asyncio.wrap_future(in_thread(run, *arguments))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise
