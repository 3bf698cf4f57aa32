"""How version 0.1.0 read CSV files, for campaigns that it began: their contacts must compare as those it sent."""

from __future__ import annotations

import csv
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class FirstRules:
    """UTF-8 and commas; names as they are, each row that is not empty a contact, quotation marks inside cells kept."""

    encoding = "utf-8-sig"
    delimiter = ","

    def __init__(self, file: IO[bytes]) -> None:
        text = TextIOWrapper(file, encoding=self.encoding, newline="")
        try:
            nothing: tuple[int, list[str]] = (1, [])
            _, self.names = next(_rows(text), nothing)
        finally:
            text.detach()

    def rows(self, file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows; empty lines are none."""
        rows = _rows(file)
        next(rows)
        yield from rows

    def fault(self, row: Sequence[str]) -> str | None:
        """Refuse only what has no column at all."""
        if any(row[len(self.names) :]):
            return f"the row has {len(row)} cells, and there are {len(self.names)} columns"
        return None


def _rows(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    reader = csv.reader(file, strict=True)
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(f"in the row that begins on line {line}: {error}") from None
