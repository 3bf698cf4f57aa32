"""Campaigns of an `AsyncClient`. All decisions are the core's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Self, Unpack, cast

from airudder._async_journal import async_journal_of, shared
from airudder._async_run import AsyncRun, Stopped, iterate, take
from airudder._campaign_base import IN_TIME, BaseJob, Handle, check_lease
from airudder._campaign_check import CHUNK, Check
from airudder._journal_protocol import AsyncJournal
from airudder._missing import Accepted
from airudder._native import clocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
    from types import TracebackType

    from airudder._campaign_settings import AsyncCampaignSettings
    from airudder._contacts import AsyncContacts, Contacts
    from airudder._native import Session
    from airudder._report import Report
    from airudder._transport import AsyncTransport
    from airudder._watch import Watch


class AsyncCampaigns:
    """Campaigns of an `AsyncClient`, on its event loop."""

    def __init__(self, session: Session, transport: AsyncTransport, watch: Watch) -> None:
        self._session = session
        self._transport = transport
        self._watch = watch

    async def run(self, **settings: Unpack[AsyncCampaignSettings]) -> Report:
        """Do what `Campaigns.run` does, without blocking the event loop.

        `contacts` may be an async iterable, `journal` an `airudder.journals.AsyncJournal`, and what `progress` returns
        is awaited where it can be. A journal with methods that cannot be awaited, such as a file, waits for its disk in
        a thread. When the task is cancelled, requests that are under way end and are journaled, then
        `asyncio.CancelledError` is raised, with the `report`; run the campaign again to go on.
        """
        return await _Job(self._session, self._transport, self._watch, settings).run()

    def start(self, **settings: Unpack[AsyncCampaignSettings]) -> AsyncRunningCampaign:
        """Do what `run` does, in a task of its own.

        >>> async with client.campaigns.start(journal="july.jsonl", ...) as campaign:  # doctest: +SKIP
        ...     while not campaign.done():
        ...         show(campaign.progress)
        ...         await asyncio.sleep(1)
        ...     report = await campaign.result()

        Raises:
            AirudderError: A setting is wrong. What happens later is raised by `result`.
        """
        return AsyncRunningCampaign(_Job(self._session, self._transport, self._watch, settings))

    def missing(
        self, has_result: Callable[[Any], object], **settings: Unpack[AsyncCampaignSettings]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Do what `Campaigns.missing` does; what `has_result` gives is awaited where it can be."""
        return _Job(self._session, self._transport, self._watch, settings).missing(has_result)

    async def check(
        self,
        contacts: Contacts | AsyncContacts,
        *,
        allow_duplicates: bool = False,
        default_country: str | None = None,
        suppress: Iterable[str] = (),
        suppress_case_ids: Iterable[str] = (),
    ) -> Report:
        """Do what `Campaigns.check` does; `contacts` may be an async iterable."""
        checked = Check(
            self._session,
            contacts,
            allow_duplicates=allow_duplicates,
            default_country=default_country,
            suppress=suppress,
            suppress_case_ids=suppress_case_ids,
            is_async=True,
        )
        rest = iterate(cast("Iterable[Any] | AsyncIterable[Any]", checked.rows))
        while chunk := await take(rest, CHUNK):
            checked.feed(chunk)
            await asyncio.sleep(0)  # others want the event loop, too
        return checked.report()


class AsyncRunningCampaign(Handle):
    """A campaign that `AsyncCampaigns.start` began.

    As an async context manager it waits for the end, and stops the campaign first where the block raises.
    """

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._task = asyncio.create_task(job.run(), name="airudder-campaign")

    def done(self) -> bool:
        """Tell whether it has ended, one way or another."""
        return self._task.done()

    async def result(self) -> Report:
        """Wait for the end. Whoever is cancelled while waiting does not end the campaign.

        Returns:
            The report.

        Raises:
            AirudderError: As `Campaigns.run` raises it; so is what else stopped it.
        """
        return await asyncio.shield(self._task)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self.result()
            return
        self.stop()
        await _finished(self._task)


class _Job(BaseJob[AsyncRun, AsyncJournal]):
    """A campaign that is run once, on one event loop."""

    def __init__(
        self, session: Session, transport: AsyncTransport, watch: Watch, settings: AsyncCampaignSettings
    ) -> None:
        super().__init__(session, watch, settings, is_async=True)
        self._journal = async_journal_of(settings["journal"])
        check_lease(session, self._journal)
        self._shared = None
        if self._partition is not None:
            self._shared = shared(self._journal)
            self._journal = self._shared.part(self._partition[0])
        self._run = AsyncRun(
            self._machine,
            transport,
            self._journal,
            self._suppression,
            self._numbers,
            self.progress,
            settings.get("progress"),
            watch,
        )

    async def run(self) -> Report:
        """Run it to its end, or until it stops. Cancelled, it is stopped and waited for, not left between two steps."""
        with self._watched():
            return await self._in_time()

    async def _in_time(self) -> Report:
        running = asyncio.create_task(self._to_the_end())
        timer = None
        if self._seconds is not None:
            timer = asyncio.get_running_loop().call_later(self._seconds, self.stop, IN_TIME)
        try:
            await asyncio.wait([running])
            return running.result()
        except Stopped:
            raise self._stopped() from None
        except BaseException as error:
            self.stop()
            await _finished(running)
            self._with_report(error)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    async def missing(self, has_result: Callable[[Any], object]) -> AsyncIterator[Any]:
        """Give the contacts that the API has and that have no result, by the journal; nothing is sent."""
        written = await self._journal.open()
        try:
            accepted = Accepted(self._machine, self._numbers, written)
            del written  # it may be large
            rest = iterate(cast("Iterable[Any] | AsyncIterable[Any]", self._rows()))
            while chunk := await take(rest, CHUNK):
                for contact in chunk:
                    if accepted.has(contact):
                        has = has_result(contact)
                        if not (await has if isawaitable(has) else has):
                            yield contact
                await asyncio.sleep(0)  # others want the event loop, too
        finally:
            await self._journal.close()

    async def _to_the_end(self) -> Report:
        self._suppression.begin(self._machine)
        if self._shared is not None:
            self._machine.resume_head(await self._shared.head(self._machine.head(clocks()[0])))
        written = await self._journal.open()
        try:
            good = self._machine.resume(written)
            if good != len(written):
                await self._journal.cut(good)
            del written  # it may be large
            await self._run.run(cast("Iterable[Any] | AsyncIterable[Any]", self._rows()))
        finally:
            await self._journal.close()
        return self._outcome()


async def _finished(task: asyncio.Task[Any]) -> None:
    """Wait for its end, however often this task is cancelled meanwhile; what it raises has been said already."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
