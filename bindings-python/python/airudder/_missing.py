"""Who was accepted, and has no result yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._contacts import Intake
from airudder._errors import made

if TYPE_CHECKING:
    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers

NO_JOURNAL = 1019


class Accepted:
    """Tells which contacts the API has, by the journal of their campaign. Nothing is sent."""

    def __init__(self, machine: Machine, numbers: Numbers | None, journal: bytes) -> None:
        if not journal:
            raise made(NO_JOURNAL, "there is no journal of this campaign here", "/journal")
        machine.resume(journal)
        self._machine = machine
        self._intake = Intake(machine, numbers)
        self._count = 0

    def has(self, contact: object) -> bool:
        """Tell whether the next contact is one of them."""
        try:
            self._intake.take([contact])
        finally:
            del contact  # error reporters show the local variables of a traceback
        before, self._count = self._count, self._machine.progress()[1]
        return self._count > before
