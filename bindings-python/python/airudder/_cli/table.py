"""A table of contacts, whatever kind of file it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Table(Protocol):
    """Rows of cells, which can be gone through as often as one likes."""

    unit: str
    """The word for the place of a row: `line` in texts, `row` elsewhere."""
    delimiter: str
    """The separator by which the people who wrote the file would write a CSV file."""
    names: list[str]
    """The columns; a contact has nothing of one whose name is empty."""
    nested: bool
    """Tells whether a cell may hold more than a text, such as all variables."""

    def rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Go through the rows behind the one that names the columns, each with its line or number."""
        ...

    def fault(self, row: Sequence[Any]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        ...


@dataclass(frozen=True)
class Reading:
    """The wishes of the user about how a file is read."""

    platform: str | None = None
    """The platform of contacts that have none in the file."""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    """The sheet of a workbook."""
    mapping: dict[str, str] = field(default_factory=dict[str, str])
    """The columns of fields and variables that are called otherwise in the file."""
