"""Who must not be called, whatever the contacts say."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._native import Campaign as Machine


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
