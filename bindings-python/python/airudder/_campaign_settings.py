"""The settings of a campaign, and the core's machine that they make."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Required, TypedDict, cast

from airudder._base import seed
from airudder._errors import invalid_setting
from airudder._native import Campaign as Machine
from airudder._window import closed_times

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from airudder._contacts import AsyncContacts, Contacts
    from airudder._journal_protocol import AsyncJournal, Journal
    from airudder._native import Session
    from airudder._report import Progress
    from airudder._suppressed import AsyncScreen, Screen


class CommonSettings(TypedDict, total=False):
    """The settings of campaigns of both kinds of client."""

    workflow_template_id: Required[int]
    name: Required[str]
    end_time: Required[str | datetime]
    batch_size: int
    in_flight: int
    lookups_in_flight: int
    settle: float | None
    allow_duplicates: bool
    retry_rejected: bool
    journal_key: str | None
    same_account: bool
    require_journal: bool
    recover: str | datetime | None
    partition: tuple[int, int] | None
    max_rejected: float | None
    max_outage: float
    max_doubtful_batches: int
    rate: float | None
    window: tuple[str, str, str] | None
    window_margin: float
    default_country: str | None
    deadline: float | None
    stop_at: datetime | None
    progress: Callable[[Progress], object] | None


class CampaignSettings(CommonSettings, total=False):
    """What `Campaigns.run` and `Campaigns.start` take; `run` explains each."""

    contacts: Required[Contacts]
    journal: Required[str | os.PathLike[str] | Journal]
    suppress: Iterable[str] | Screen
    suppress_case_ids: Iterable[str] | Screen


class AsyncCampaignSettings(CommonSettings, total=False):
    """What `AsyncCampaigns.run` and `AsyncCampaigns.start` take; `Campaigns.run` explains each."""

    contacts: Required[Contacts | AsyncContacts]
    journal: Required[str | os.PathLike[str] | Journal | AsyncJournal]
    suppress: Iterable[str] | Screen | AsyncScreen
    suppress_case_ids: Iterable[str] | Screen | AsyncScreen


def check_names(settings: CommonSettings) -> None:
    """Raise the `TypeError` of a function that has these parameters, and E1001 where `progress` is no function."""
    known = CampaignSettings.__required_keys__ | CampaignSettings.__optional_keys__
    unknown = [name for name in settings if name not in known]
    missing = [name for name in REQUIRED if name not in settings]
    if unknown or missing:
        settings.pop("journal_key", None)  # error reporters show the local variables of a traceback
        if unknown:
            raise TypeError(f"a campaign has no setting {unknown[0]!r}")
        raise TypeError(f"a campaign needs {', '.join(missing)}")
    progress = cast("object", settings.get("progress"))
    if progress is not None and not callable(progress):
        raise invalid_setting("progress", "progress is a function, which gets a Progress")


def machine_of(
    session: Session, settings: CommonSettings, *, check_only: bool = False, screen: bool = False
) -> Machine:
    """Make the machine, and take `journal_key` out: error reporters show the local variables of a traceback."""
    recover = settings.get("recover")
    return Machine(
        session,
        workflow_template_id=settings["workflow_template_id"],
        name=settings["name"],
        end_time=_zoned("end_time", settings["end_time"]),
        batch_size=settings.get("batch_size", 1000),
        in_flight=settings.get("in_flight", 1),
        lookups_in_flight=settings.get("lookups_in_flight", 8),
        settle=settings.get("settle", 60.0),
        allow_duplicates=settings.get("allow_duplicates", False),
        retry_rejected=settings.get("retry_rejected", False),
        journal_key=settings.pop("journal_key", None),
        same_account=settings.get("same_account", False),
        require_journal=settings.get("require_journal", False),
        recover=None if recover is None else _zoned("recover", recover),
        partition=settings.get("partition"),
        max_rejected=settings.get("max_rejected"),
        max_outage=settings.get("max_outage", 600.0),
        max_doubtful_batches=settings.get("max_doubtful_batches", 3),
        rate=settings.get("rate"),
        closed=closed_times(settings.get("window"), settings.get("window_margin", 0)),
        screen=screen,
        check_only=check_only,
        seed=seed(),
    )


def machine_to_check(session: Session, allow_duplicates: bool) -> Machine:
    """Make a machine that only checks contacts; its other settings do not matter."""
    settings: CommonSettings = {
        "workflow_template_id": 0,
        "name": "check",
        "end_time": "2099-12-01 18:00:00+08:00",
        "allow_duplicates": allow_duplicates,
    }
    return machine_of(session, settings, check_only=True)


def seconds_left(settings: CommonSettings) -> float | None:
    """Tell after how many seconds the campaign is to stop, if ever."""
    until = _seconds_until(settings.get("stop_at"))
    left = cast("object", settings.get("deadline"))
    if left is None:
        return until
    if not isinstance(left, int | float) or not left >= 0:
        raise invalid_setting("deadline", "deadline is a number of seconds, 0 or more")
    return left if until is None else min(left, until)


def _seconds_until(moment: object) -> float | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise invalid_setting("stop_at", f"stop_at is a datetime with its zone: {WITH_ZONE}")
    return max(0.0, (moment - datetime.now(moment.tzinfo)).total_seconds())


def _zoned(name: str, given: str | datetime) -> str:
    if not isinstance(given, datetime):
        return given
    if given.utcoffset() is None:
        fix = f'write {WITH_ZONE}, or "2026-12-01 18:00:00+07:00"'
        raise invalid_setting(name, f"the datetime has no zone, and this library guesses none: {fix}")
    return given.isoformat(" ", "seconds")


REQUIRED = ("workflow_template_id", "name", "end_time", "contacts", "journal")
WITH_ZONE = 'datetime(2026, 12, 1, 18, tzinfo=ZoneInfo("Asia/Jakarta"))'
