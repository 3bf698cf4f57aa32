"""Contacts from a CSV file, for the command line."""

from __future__ import annotations

import csv
import shutil
import stat
import sys
import tempfile
from array import array
from contextlib import ExitStack
from io import TextIOWrapper
from os import fstat
from typing import IO, TYPE_CHECKING, Any, Protocol

from airudder import _csv_first, _csv_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self


class Rules(Protocol):
    """The rules by which the rows of a file become contacts."""

    encoding: str
    names: list[str]
    """The columns; a contact has nothing of one whose name is empty."""

    def rows(self, file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows behind the one that names the columns, each with the line on which it begins."""
        ...

    def fault(self, row: list[str]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        ...


class ContactsFile:
    """A CSV file whose first row names the columns.

    It is read to its end before anything is sent: of a file that breaks off inside a quotation, or is not what it
    looks like, nobody is to be called. What cannot be read twice, such as a pipe, is copied to a temporary file first.
    """

    def __init__(
        self,
        path: Path,
        platform: str | None,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        when_read: Callable[[ContactsFile], object] = lambda _: None,
    ) -> None:
        self._path = path
        self._platform = platform
        self._encoding = encoding
        self._delimiter = delimiter
        self._when_read = when_read
        self._lines = array("Q")
        self._faults: dict[int, str] = {}
        self._rules: Rules
        self._names: list[str] = []
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
        rules = _csv_first.FirstRules if normal == 1 else _csv_form.found
        self._file.seek(0)
        self._rules = self._named(lambda: rules(self._file, self._encoding, self._delimiter), self._encoding)
        self._names = self._rules.names
        self._check_names()
        for line, row in self._rows():
            if fault := self._rules.fault(row):
                self._faults[len(self._lines)] = fault
            self._lines.append(line)
        self._when_read(self)
        return self._contacts()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def variables(self) -> list[str]:
        """The columns that become variables."""
        return [name for name in self._names if name and name not in _csv_form.OWN]

    def line(self, index: int) -> int:
        """Tell on which line of the file a contact begins."""
        return self._lines[index]

    def fault(self, index: int) -> str | None:
        """Tell what is wrong with a row that must not be sent."""
        return self._faults.get(index)

    def _contacts(self) -> Iterator[dict[str, Any]]:
        """Go through the contacts. A row that must not be sent is empty, which is refused, and so keeps its place."""
        for index, (_, row) in enumerate(self._rows()):
            yield {} if index in self._faults else self._contact(row)

    def _contact(self, row: list[str]) -> dict[str, Any]:
        """Make a contact; an empty cell, and one that the row does not have, is nothing."""
        cells = {name: cell for name, cell in zip(self._names, row) if name and cell}  # noqa: B905 - rows may be short
        if self._platform is not None:
            cells.setdefault("platform", self._platform)
        contact: dict[str, Any] = {name: cells.pop(name) for name in _csv_form.OWN if name in cells}
        return contact | {"variables": cells}

    def _check_names(self) -> None:
        names = self._names
        if twice := sorted({name for name in names if name and names.count(name) > 1}):
            raise ValueError(f"{self._path}: more than one column is called {', '.join(twice)}")
        if "callee" not in names:
            has = f"it has {', '.join(names)}" if any(names) else "its first line names the columns"
            raise ValueError(f"{self._path} has no column callee: {has}")
        if "platform" not in names and self._platform is None:
            raise ValueError(f"{self._path} has no column platform: give --platform")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        self._file.seek(0)
        text = TextIOWrapper(self._file, encoding=self._rules.encoding, newline="")
        try:
            rows = self._rules.rows(text)
            while (row := self._named(lambda: next(rows, None), text.encoding)) is not None:
                yield row
        finally:
            text.detach()  # it must not close the file when it goes

    def _named(self, read: Callable[[], Any], encoding: str | None) -> Any:  # noqa: ANN401 - whatever is read
        """Read, and name the file in what goes wrong."""
        try:
            return read()
        except UnicodeError as error:
            raise ValueError(f"{self._path} {_csv_form.not_in(self._file, encoding or 'utf-8', error)}") from None
        except csv.Error as error:
            raise ValueError(f"{self._path}, {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()
