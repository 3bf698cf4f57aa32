"""The contacts of a file: CSV, an Excel workbook or Parquet."""

from __future__ import annotations

import shutil
import stat
import sys
import tempfile
from array import array
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from os import fstat
from typing import IO, TYPE_CHECKING, Any

from airudder._cli import parquet, workbook
from airudder._cli.columns import Columns, FirstColumns
from airudder._cli.csv_table import CsvTable
from airudder._cli.headings import UnsoundTable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from airudder._cli.table import Reading, Table
    from airudder._report import Report

FAULT = "E1007"
"""The code of a row that must not be sent: a value is wrong."""
SHOW_EVERY = 10_000
"""So many rows are read between two calls of `when_reading`."""


class ContactsFile:
    """A file whose first row names the columns.

    It is read to its end before anything is sent: of a file that breaks off inside a quotation, or is not what it
    looks like, nobody is to be called. What cannot be read twice, such as a pipe, is copied to a temporary file first.
    """

    def __init__(
        self,
        path: Path,
        reading: Reading,
        *,
        when_reading: Callable[[int], object] = lambda _: None,
        when_read: Callable[[ContactsFile], object] = lambda _: None,
    ) -> None:
        self._path = path
        self._reading = reading
        self._when_reading = when_reading
        self._when_read = when_read
        self._lines = array("Q")
        self._faults: dict[int, str] = {}
        self.is_read = False
        """Tells whether it was read to its end."""
        self._table: Table
        self._columns: Columns | FirstColumns
        with ExitStack() as opened:
            file: IO[bytes] = sys.stdin.buffer if str(path) == "-" else opened.enter_context(path.open("rb"))
            self.is_pipe = not stat.S_ISREG(fstat(file.fileno()).st_mode)
            """Tells whether it can be read once only, and so has no name to call a journal by."""
            if self.is_pipe:
                if file.isatty():
                    raise ValueError(f"{path} is a terminal: contacts come from a file, or through a pipe")
                copy = opened.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(file, copy)
                file = copy
            self._file = file
            self._opened = opened.pop_all()

    def by_rules(self, normal: int) -> Iterable[dict[str, Any]]:
        """Read the file by the rules of a journal; raise a `ValueError` if nobody of it may be called."""
        with self._named():
            self._table = self._found(normal)
            of_today = normal > 1
            self._columns = (Columns if of_today else FirstColumns)(self._table, self._reading)
            for line, row in self._table.rows():
                if fault := self._columns.fault(row):
                    self._faults[len(self._lines)] = fault
                self._lines.append(line)
                if len(self._lines) % SHOW_EVERY == 0:
                    self._when_reading(len(self._lines))
        self.is_read = True
        self._when_read(self)
        return self._contacts()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def variables(self) -> list[str]:
        """The columns that become variables."""
        return self._columns.variables

    @property
    def headings(self) -> list[str]:
        """The columns as they are called in the file."""
        return self._table.names

    @property
    def delimiter(self) -> str:
        """The separator of columns, as those who wrote the file would write one."""
        return self._table.delimiter

    def line(self, index: int) -> int:
        """Tell on which line, or in which row, of the file a contact begins."""
        return self._lines[index]

    def place(self, index: int) -> str:
        """Tell the same in words: `line 3`."""
        return f"{self._table.unit} {self._lines[index]}"

    def fault(self, index: int) -> str | None:
        """Tell what is wrong with a row that must not be sent."""
        return self._faults.get(index)

    def explained(self, report: Report) -> Report:
        """The report with the faults of rows, where the campaign has only seen that there was no contact."""
        faults = self._faults
        rejected = [
            replace(one, code=FAULT, pointer=None, message=faults[one.contact]) if one.contact in faults else one
            for one in report.rejected
        ]
        return replace(report, rejected=rejected)

    def rows(self) -> Iterator[Sequence[Any]]:
        """Go through the rows as they stand in the file."""
        with self._named():
            for _, row in self._table.rows():
                yield row

    def _contacts(self) -> Iterator[dict[str, Any]]:
        """Go through the contacts. A row that must not be sent is empty, which is refused, and so keeps its place."""
        for index, row in enumerate(self.rows()):
            yield {} if index in self._faults else self._columns.contact(row)

    def _found(self, normal: int) -> Table:
        self._file.seek(0)
        start = self._file.read(4)
        self._file.seek(0)
        if normal > 1 and start == workbook.MARK:
            return workbook.WorkbookTable(self._file, self._reading)
        if normal > 1 and start == parquet.MARK:
            return parquet.ParquetTable(self._file, self._reading)
        return CsvTable(self._file, self._reading, normal)

    @contextmanager
    def _named(self) -> Generator[None]:
        """Name the file in what goes wrong."""
        try:
            yield
        except UnsoundTable as error:
            raise ValueError(f"{self._path}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()
