"""Who must not be called, whatever the contacts say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from airudder._errors import invalid_setting
from airudder._numbers import NotPossible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers

Screen: TypeAlias = "Callable[[list[dict[str, Any]]], Iterable[str]]"
"""Tells of the contacts of an upload whom not to call."""
AsyncScreen: TypeAlias = "Callable[[list[dict[str, Any]]], Awaitable[Iterable[str]]]"


class Suppression:
    """Who must not be called: named before a campaign begins, or asked for before each upload."""

    def __init__(self, given_numbers: object, given_case_ids: object, numbers: Numbers | None = None) -> None:
        self._given = {"suppress": given_numbers, "suppress_case_ids": given_case_ids}
        self._numbers = numbers

    @property
    def asks(self) -> bool:
        """Whether there is a function to ask."""
        return any(callable(given) for given in self._given.values())

    def begin(self, machine: Machine) -> None:
        """Tell the machine who is named beforehand."""
        named = {name: () if callable(given) else given for name, given in self._given.items()}
        self._tell(machine, named)

    def ask(self, contacts: str) -> dict[str, Any]:
        """Ask about the contacts of an upload. What the functions give may be awaitable."""
        return {name: ask(json.loads(contacts)) for name, ask in self._given.items() if callable(ask)}

    def tell(self, machine: Machine, answers: dict[str, Any]) -> None:
        """Tell the machine what the functions gave."""
        self._tell(machine, answers)
        machine.screened()

    def _tell(self, machine: Machine, who: Mapping[str, object]) -> None:
        _give("suppress", who.get("suppress", ()), lambda texts: machine.suppress(self._read(texts)))
        _give("suppress_case_ids", who.get("suppress_case_ids", ()), machine.suppress_case_ids)

    def _read(self, texts: list[str]) -> list[str]:
        """The numbers as those of the contacts are read."""
        numbers = self._numbers
        if numbers is None:
            return texts
        try:
            return [numbers.read(text) for text in texts if text.strip()]
        except NotPossible as why:
            raise invalid_setting("suppress", f"a number of suppress cannot be read: {why}") from None


def _give(name: str, entries: object, give: Callable[[list[str]], None]) -> None:
    if isinstance(entries, str | bytes) or not isinstance(entries, Iterable):
        raise TypeError(f"{name} is an iterable of texts, such as a list or a text file that is open")
    rest = iter(cast("Iterable[object]", entries))
    while chunk := list(islice(rest, CHUNK)):
        texts = [entry for entry in chunk if isinstance(entry, str)]
        if len(texts) < len(chunk):
            raise TypeError(f"{name} is an iterable of texts, and something else is among them")
        give(texts)


CHUNK = 10_000
"""So many entries are read at once."""
