"""One campaign of this process, from its settings to its report."""

from __future__ import annotations

from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING

from airudder._campaign_run import Run
from airudder._campaign_settings import check_names, machine_of, seconds_left
from airudder._contacts import ByRules, check_kind
from airudder._errors import AirudderError, invalid_setting, made
from airudder._file_journal import FileJournal
from airudder._journal_protocol import Journal, PartitionedJournal
from airudder._native import clocks
from airudder._report import DoubtfulContact, Progress, Rejected, Report, Workflow
from airudder._suppressed import suppress_in

if TYPE_CHECKING:
    import os

    from airudder._campaign_settings import CampaignSettings
    from airudder._native import Campaign as Machine
    from airudder._native import Session
    from airudder._transport import Transport

STOPPED = 1023


class Job:
    """A campaign that is run once. `stop` may come from any thread, and before it runs."""

    def __init__(self, session: Session, transport: Transport, settings: CampaignSettings) -> None:
        check_names(settings)
        self._machine = machine_of(session, settings)
        self._journal = _journal_of(settings["journal"])
        self._shared: PartitionedJournal | None = None
        if (partition := settings.get("partition")) is not None:
            self._shared = _shared(self._journal)
            self._journal = self._shared.part(partition[0])
        self._contacts = settings["contacts"]
        check_kind(self._contacts)
        self._suppressed = settings.get("suppress", ()), settings.get("suppress_case_ids", ())
        self._seconds = seconds_left(settings)
        self._run = Run(self._machine, transport, self._journal, settings.get("progress"))
        self._why = ""

    def run(self) -> Report:
        """Run it to its end, or until it stops."""
        timer = None
        if self._seconds is not None:
            timer = Timer(self._seconds, self.stop, ["its time is over: `deadline` or `stop_at`"])
            timer.daemon = True
            timer.start()
        try:
            return self._to_the_end()
        except CancelledError as error:
            if not self._why:  # somebody else's
                self._with_report(error)
                raise
            raise self._with_report(made(STOPPED, f"the campaign was stopped before its end: {self._why}")) from None
        except BaseException as error:
            self._with_report(error)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _to_the_end(self) -> Report:
        suppress_in(self._machine, *self._suppressed)
        if self._shared is not None:
            self._machine.resume_head(self._shared.head(self._machine.head(clocks()[0])))
        written = self._journal.open()
        try:
            good = self._machine.resume(written)
            if good != len(written):
                self._journal.cut(good)
            del written  # it may be large
            contacts = self._contacts
            rows = contacts.by_rules(self._machine.normal) if isinstance(contacts, ByRules) else contacts
            self._run.run(iter(rows))
        finally:
            self._journal.close()
        report, stopped_by = report_of(self._machine)
        if stopped_by is not None:
            raise stopped_by
        return report

    def stop(self, why: str = "by `stop`") -> None:
        """Start nothing more; what is under way ends and is journaled."""
        self._why = self._why or why
        self._run.stop()

    def progress(self) -> Progress:
        """Tell how far it is."""
        return Progress(*self._machine.progress())

    def report(self) -> Report:
        """Tell what has become of the contacts so far."""
        return report_of(self._machine)[0]

    def _with_report(self, error: BaseException) -> BaseException:
        with suppress(Exception):  # not every exception takes an attribute
            error.report = self.report()  # type: ignore[attr-defined]
        return error


def _journal_of(given: str | os.PathLike[str] | Journal) -> Journal:
    if isinstance(given, Journal):
        return given
    try:
        return FileJournal(given)
    except TypeError:
        why = (
            "journal is the path of a file, or a journal of airudder.journals: it keeps people from being called twice"
        )
        raise TypeError(why) from None


def _shared(journal: Journal) -> PartitionedJournal:
    if isinstance(journal, PartitionedJournal):
        return journal
    why = "a campaign in partitions needs a journal that all its workers reach: one in a database, of airudder.journals"
    raise invalid_setting("partition", why)


def report_of(machine: Machine) -> tuple[Report, AirudderError | None]:
    """Read the report of a campaign, and why it stopped before its end."""
    accepted, rejected, doubtful, workflows, clock_offset_ms, stopped_by = machine.report()
    report = Report(
        accepted,
        [Rejected(*one) for one in rejected],
        [DoubtfulContact(*one) for one in doubtful],
        [Workflow(*one) for one in workflows],
        clock_offset_ms,
    )
    return report, stopped_by
