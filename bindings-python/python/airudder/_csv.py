"""Contacts from a CSV file, for the command line."""

from __future__ import annotations

import csv
from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN = ("callee", "platform", "caseid")
"""The columns that are no variables."""


class ContactsFile:
    """A CSV file whose first row names the columns.

    It is read to its end before anything is sent: of a file that breaks off inside a quotation, or is not what it
    looks like, nobody is to be called.
    """

    def __init__(self, path: Path, platform: str | None) -> None:
        self._path = path
        self._platform = platform
        self._lines = array("Q")
        self._surplus: dict[int, str] = {}
        rows = self._rows()
        nothing: tuple[int, list[str]] = (1, [])
        _, self._names = next(rows, nothing)
        self._check_names()
        for line, row in rows:
            if any(row[len(self._names) :]):
                self._surplus[len(self._lines)] = (
                    f"the row has {len(row)} cells, and there are {len(self._names)} columns"
                )
            self._lines.append(line)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Go through the contacts. A row that must not be sent is empty, which is refused, and so keeps its place."""
        rows = self._rows()
        next(rows)
        for index, (_, row) in enumerate(rows):
            yield {} if index in self._surplus else self._contact(row)

    @property
    def variables(self) -> list[str]:
        """The columns that become variables."""
        return [name for name in self._names if name and name not in OWN]

    def line(self, index: int) -> int:
        """Tell on which line of the file a contact begins."""
        return self._lines[index]

    def fault(self, index: int) -> str | None:
        """Tell what is wrong with a row that must not be sent."""
        return self._surplus.get(index)

    def _contact(self, row: list[str]) -> dict[str, Any]:
        """Make a contact; an empty cell, and one that the row does not have, is nothing."""
        cells = {name: cell for name, cell in zip(self._names, row) if name and cell}  # noqa: B905 - rows may be short
        if self._platform is not None:
            cells.setdefault("platform", self._platform)
        contact: dict[str, Any] = {name: cells.pop(name) for name in OWN if name in cells}
        return contact | {"variables": cells}

    def _check_names(self) -> None:
        names = self._names
        if twice := sorted({name for name in names if name and names.count(name) > 1}):
            raise ValueError(f"{self._path}: more than one column is called {', '.join(twice)}")
        if "callee" not in names:
            has = f"it has {', '.join(names)}" if names else "its first line names the columns"
            if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
                has += "; columns are parted by commas"
            raise ValueError(f"{self._path} has no column callee: {has}")
        if "platform" not in names and self._platform is None:
            raise ValueError(f"{self._path} has no column platform: give --platform")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows, each with the line on which it begins; empty lines are none."""
        line = 1
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise ValueError(f"{self._path} is not UTF-8 ({error.reason}): save it as such") from None
        except csv.Error as error:
            raise ValueError(f"{self._path}, in the row that begins on line {line}: {error}") from None
