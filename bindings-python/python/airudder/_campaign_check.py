"""A check of contacts, which sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airudder._campaign_base import report_of
from airudder._campaign_settings import machine_to_check
from airudder._contacts import Intake, check_kind, rows_of
from airudder._frames import as_contacts
from airudder._numbers import numbers_of
from airudder._suppressed import Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airudder._contacts import AsyncContacts, Contacts
    from airudder._native import Session
    from airudder._report import Report

CHUNK = 1000
"""So many contacts are checked at once."""


class Check:
    """Contacts that are checked as a campaign would."""

    def __init__(
        self,
        session: Session,
        contacts: Contacts | AsyncContacts,
        *,
        allow_duplicates: bool,
        default_country: str | None,
        suppress: Iterable[str],
        suppress_case_ids: Iterable[str],
        is_async: bool,
    ) -> None:
        contacts = cast("Contacts | AsyncContacts", as_contacts(contacts))
        check_kind(contacts, may_be_async=is_async)
        self._machine = machine_to_check(session, allow_duplicates)
        numbers = numbers_of(default_country)
        Suppression(suppress, suppress_case_ids, numbers).begin(self._machine)
        self.rows = rows_of(contacts, self._machine)
        self._intake = Intake(self._machine, numbers)

    def feed(self, chunk: list[Any]) -> None:
        """Check the next ones."""
        self._intake.take(chunk)

    def report(self) -> Report:
        """Tell what became of them."""
        self._intake.take([])
        return report_of(self._machine)[0]
