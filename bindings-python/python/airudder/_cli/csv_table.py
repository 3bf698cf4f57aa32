"""The table in a CSV file."""

from __future__ import annotations

import csv
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, Protocol

from airudder._cli import csv_form
from airudder._cli.csv_first import FirstRules
from airudder._cli.headings import UnsoundTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from airudder._cli.table import Reading


class Rules(Protocol):
    """The rules by which a text is a table."""

    encoding: str
    delimiter: str
    names: list[str]

    def rows(self, file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows behind the one that names the columns, each with the line on which it begins."""
        ...

    def fault(self, row: Sequence[str]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        ...


class CsvTable:
    """A CSV file by the rules of today, or by those of version 0.1.0."""

    unit = "line"
    nested = False

    def __init__(self, file: IO[bytes], reading: Reading, normal: int) -> None:
        self._file = file
        self._encoding = reading.encoding
        if reading.sheet is not None:
            raise UnsoundTable("a text has no sheets: leave --sheet out")
        try:
            self._rules: Rules = _rules(file, reading, normal)
        except UnicodeError as error:
            raise self._not_in(reading.encoding, error) from None
        except csv.Error as error:
            raise UnsoundTable(str(error)) from None
        self.names = self._rules.names
        self.delimiter = self._rules.delimiter

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Go through the file once more."""
        self._file.seek(0)
        text = TextIOWrapper(self._file, encoding=self._rules.encoding, newline="")
        try:
            yield from self._rules.rows(text)
        except UnicodeError as error:
            raise self._not_in(text.encoding, error) from None
        except csv.Error as error:
            raise UnsoundTable(str(error)) from None
        finally:
            with suppress(ValueError):  # of a file that was closed amid the rows
                text.detach()  # it must not close the file when it goes

    def fault(self, row: Sequence[str]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        return self._rules.fault(row)

    def _not_in(self, encoding: str | None, error: UnicodeError) -> UnsoundTable:
        return UnsoundTable(csv_form.not_in(self._file, encoding or "utf-8", error))


def _rules(file: IO[bytes], reading: Reading, normal: int) -> Rules:
    if normal > 1:
        return csv_form.found(file, reading.encoding, reading.delimiter, reading.mapping.get("callee"))
    if reading.encoding or reading.delimiter or reading.mapping:
        raise UnsoundTable(
            "version 0.1.0 began its campaign, so it is read as it was: without --encoding and --delimiter, and without"
            " --map"
        )
    return FirstRules(file)
