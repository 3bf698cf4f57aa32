"""Gives each of many its name: the shortest that no other one has, whatever their order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Key = TypeVar("Key")
Candidates: TypeAlias = dict[Key, list[str]]
"""The names that would do, from the shortest to one that nothing else has."""


def chosen(wanted: Candidates[Key], kept: Mapping[Key, str], reserved: Collection[str]) -> dict[Key, str]:
    """Choose the names.

    Args:
        wanted: Who needs one.
        kept: The names of those that have one from earlier; they stay.
        reserved: Names that nobody may have.
    """
    taken = {*reserved, *kept.values()}
    level = {key: 0 for key in wanted if key not in kept}
    while True:
        names = {key: wanted[key][at] for key, at in level.items()}
        count = Counter(names.values())
        crowded = {key for key, name in names.items() if count[name] > 1 or name in taken}
        raised = {key for key in crowded if level[key] + 1 < len(wanted[key])}
        if not raised:
            return {key: kept.get(key) or names[key] for key in wanted}
        for key in raised:
            level[key] += 1
