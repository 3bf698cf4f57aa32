"""What the campaigns of both kinds of client share: settings, and what they tell of themselves."""

from __future__ import annotations

from collections.abc import Sized
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from airudder._campaign_settings import check_names, machine_of, seconds_left
from airudder._contacts import check_kind, rows_of
from airudder._errors import AirudderError, invalid_setting, made
from airudder._frames import as_contacts
from airudder._journal_protocol import interrupt
from airudder._numbers import numbers_of
from airudder._report import DoubtfulContact, Progress, Rejected, Report, Workflow
from airudder._suppressed import Suppression

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from airudder._campaign_settings import AsyncCampaignSettings, CampaignSettings
    from airudder._contacts import AsyncContacts, Contacts
    from airudder._native import Campaign as Machine
    from airudder._native import Session
    from airudder._run_base import BaseRun
    from airudder._watch import Watch

STOPPED = 1023
IN_TIME = "its time is over: `deadline` or `stop_at`"
NO_JOURNAL = "journal is the path of a file, or a journal of airudder.journals: it keeps people from being called twice"


_Run = TypeVar("_Run", bound="BaseRun[Any]")
_Journal = TypeVar("_Journal")


class BaseJob(Generic[_Run, _Journal]):
    """A campaign that is run once."""

    _run: _Run
    _journal: _Journal

    def __init__(
        self, session: Session, watch: Watch, settings: CampaignSettings | AsyncCampaignSettings, *, is_async: bool
    ) -> None:
        check_names(settings)
        self._watch = watch
        self._name = settings["name"]
        self._numbers = numbers_of(settings.get("default_country"))
        self._suppression = Suppression(
            settings.get("suppress", ()), settings.get("suppress_case_ids", ()), self._numbers
        )
        self._machine = machine_of(session, settings, screen=self._suppression.asks)
        self._contacts: Contacts | AsyncContacts = as_contacts(settings["contacts"])
        check_kind(self._contacts, may_be_async=is_async)
        self._seconds = seconds_left(settings)
        self._partition = settings.get("partition")
        self._why = ""

    def stop(self, why: str = "by `stop`") -> None:
        """Start nothing more; what is under way ends and is journaled."""
        self._why = self._why or why
        self._run.stop()
        interrupt(self._journal)

    def progress(self) -> Progress:
        """Tell how far it is."""
        read, accepted, rejected, doubtful, phase, until_ms = self._machine.progress()
        until = None if until_ms is None else datetime.fromtimestamp(until_ms / 1000, UTC)
        contacts = self._contacts
        total = len(contacts) if isinstance(contacts, Sized) and self._partition is None else None
        return Progress(read, accepted, rejected, doubtful, phase, until, total)

    def report(self) -> Report:
        """Tell what has become of the contacts so far."""
        return report_of(self._machine)[0]

    @contextmanager
    def _watched(self) -> Generator[None, None, None]:
        """Tell those who watch the client that it runs, and how it ends."""
        watched = self._run.watched = self._watch.campaign(self._name)
        if watched is None:
            yield
            return
        try:
            yield
        except BaseException as error:
            watched.ended(self.progress(), error)
            raise
        watched.ended(self.progress(), None)

    def _rows(self) -> Contacts | AsyncContacts:
        """The contacts by the rules of the journal, which is known by now."""
        return rows_of(self._contacts, self._machine)

    def _outcome(self) -> Report:
        report, stopped_by = report_of(self._machine)
        if stopped_by is not None:
            raise stopped_by
        return report

    def _stopped(self) -> BaseException:
        """The error of a campaign that was stopped."""
        return self._with_report(made(STOPPED, f"the campaign was stopped before its end: {self._why}"))

    def _with_report(self, error: BaseException) -> BaseException:
        with suppress(Exception):  # not every exception takes an attribute
            error.report = self.report()  # type: ignore[attr-defined]
        return error


def report_of(machine: Machine) -> tuple[Report, AirudderError | None]:
    """Read the report of a campaign, and why it stopped before its end."""
    accepted, rejected, doubtful, workflows, clock_offset_ms, stopped_by = machine.report()
    return report_from(accepted, rejected, doubtful, workflows, clock_offset_ms), stopped_by


def report_from(
    accepted: int,
    rejected: Iterable[tuple[int, str, str | None, str, str | None]],
    doubtful: Iterable[tuple[int, str | None]],
    workflows: Iterable[tuple[str | None, str, int]],
    clock_offset_ms: int | None,
) -> Report:
    """Make a report of what the core tells."""
    return Report(
        accepted,
        [Rejected(*one) for one in rejected],
        [DoubtfulContact(*one) for one in doubtful],
        [Workflow(*one) for one in workflows],
        clock_offset_ms,
    )


def is_async_journal(journal: object) -> bool:
    """Tell whether its methods are to be awaited."""
    return iscoroutinefunction(getattr(journal, "open", None))


def not_shared() -> AirudderError:
    """The error of a partition whose journal the other workers do not have."""
    why = "a campaign in partitions needs a journal that all its workers reach: one in a database, of airudder.journals"
    return invalid_setting("partition", why)


def check_lease(session: Session, journal: object) -> None:
    """Raise E1001 where a request may outlive the turn of its worker: another one may have taken over by then."""
    lease: float | None = getattr(journal, "lease", None)
    if lease is not None and session.timeout > lease / 3:
        why = f"timeout, {session.timeout:g} s, is more than a third of the lease of the journal, {lease:g} s"
        raise invalid_setting("timeout", f"{why}: give the client a shorter timeout, or the journal a longer lease")


class Handle:
    """What a handle of a campaign tells while it runs."""

    _job: BaseJob[Any, Any]

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._job.progress()

    def report(self) -> Report:
        """Tell what has become of the contacts so far; those that are not settled yet count as doubtful."""
        return self._job.report()

    def stop(self) -> None:
        """Start nothing more. What is under way ends and is journaled; then `result` raises E1023."""
        self._job.stop()
