"""One campaign of a `Client`, from its settings to its report."""

from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Timer
from typing import TYPE_CHECKING, Any, cast

from airudder._campaign_base import IN_TIME, NO_JOURNAL, BaseJob, check_lease, is_async_journal, not_shared
from airudder._campaign_run import Run
from airudder._file_journal import FileJournal
from airudder._journal_protocol import Journal, PartitionedJournal
from airudder._missing import Accepted
from airudder._native import clocks

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from airudder._campaign_settings import CampaignSettings
    from airudder._native import Session
    from airudder._report import Report
    from airudder._transport import Transport
    from airudder._watch import Watch


class Job(BaseJob[Run, Journal]):
    """A campaign that is run once. `stop` may come from any thread, and before it runs."""

    def __init__(self, session: Session, transport: Transport, watch: Watch, settings: CampaignSettings) -> None:
        super().__init__(session, watch, settings, is_async=False)
        self._journal = _journal_of(settings["journal"])
        check_lease(session, self._journal)
        self._shared: PartitionedJournal | None = None
        if self._partition is not None:
            if not isinstance(self._journal, PartitionedJournal):
                raise not_shared()
            self._shared = self._journal
            self._journal = self._shared.part(self._partition[0])
        self._run = Run(
            self._machine,
            transport,
            self._journal,
            self._suppression,
            self._numbers,
            self.progress,
            settings.get("progress"),
            watch,
        )

    def run(self) -> Report:
        """Run it to its end, or until it stops."""
        with self._watched():
            return self._in_time()

    def _in_time(self) -> Report:
        timer = None
        if self._seconds is not None:
            timer = Timer(self._seconds, self.stop, [IN_TIME])
            timer.daemon = True
            timer.start()
        try:
            return self._to_the_end()
        except CancelledError as error:
            if not self._why:  # somebody else's
                self._with_report(error)
                raise
            raise self._stopped() from None
        except BaseException as error:
            self._with_report(error)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def missing(self, has_result: Callable[[Any], object]) -> Iterator[Any]:
        """Give the contacts that the API has and that have no result, by the journal; nothing is sent."""
        written = self._journal.open()
        try:
            accepted = Accepted(self._machine, self._numbers, written)
            del written  # it may be large
            for contact in cast("Iterable[Any]", self._rows()):
                if accepted.has(contact) and not has_result(contact):
                    yield contact
        finally:
            self._journal.close()

    def _to_the_end(self) -> Report:
        self._suppression.begin(self._machine)
        if self._shared is not None:
            self._machine.resume_head(self._shared.head(self._machine.head(clocks()[0])))
        written = self._journal.open()
        try:
            good = self._machine.resume(written)
            if good != len(written):
                self._journal.cut(good)
            del written  # it may be large
            self._run.run(iter(cast("Iterable[Any]", self._rows())))
        finally:
            self._journal.close()
        return self._outcome()


def _journal_of(given: str | os.PathLike[str] | Journal) -> Journal:
    if is_async_journal(given):
        raise TypeError("this journal is for the campaigns of an AsyncClient")
    if isinstance(given, Journal):
        return given
    try:
        return FileJournal(given)
    except TypeError:
        raise TypeError(NO_JOURNAL) from None
