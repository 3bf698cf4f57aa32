"""Who must not be called, whatever the contacts say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from airudder._native import Campaign as Machine

Screen: TypeAlias = "Callable[[list[dict[str, Any]]], Iterable[str]]"
"""Tells of the contacts of an upload whom not to call."""
AsyncScreen: TypeAlias = "Callable[[list[dict[str, Any]]], Awaitable[Iterable[str]]]"


class Suppression:
    """Who must not be called: named before a campaign begins, or asked for before each upload."""

    def __init__(self, numbers: object, case_ids: object) -> None:
        self._given = {"suppress": numbers, "suppress_case_ids": case_ids}

    @property
    def asks(self) -> bool:
        """Whether there is a function to ask."""
        return any(callable(given) for given in self._given.values())

    def begin(self, machine: Machine) -> None:
        """Tell the machine who is named beforehand."""
        named = {name: () if callable(given) else given for name, given in self._given.items()}
        suppress_in(machine, named["suppress"], named["suppress_case_ids"])

    def ask(self, contacts: str) -> dict[str, Any]:
        """Ask about the contacts of an upload. What the functions give may be awaitable."""
        return {name: ask(json.loads(contacts)) for name, ask in self._given.items() if callable(ask)}


def tell(machine: Machine, answers: dict[str, Any]) -> None:
    """Tell the machine what the functions gave."""
    suppress_in(machine, answers.get("suppress", ()), answers.get("suppress_case_ids", ()))
    machine.screened()


def suppress_in(machine: Machine, numbers: object, case_ids: object) -> None:
    """Tell the machine whom it must not call, before it begins."""
    _give("suppress", numbers, machine.suppress)
    _give("suppress_case_ids", case_ids, machine.suppress_case_ids)


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
