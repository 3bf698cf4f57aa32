"""The table in a sheet of an Excel workbook (.xlsx), by the library openpyxl."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from importlib import import_module
from itertools import zip_longest
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from airudder._cli.cells import EXACT, whole
from airudder._cli.headings import UnsoundTable, heading

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from airudder._cli.table import Reading

MARK = b"PK\x03\x04"
"""The first bytes of a ZIP archive, which a workbook is."""
_UNSAVED = object()
"""The cell of a formula whose result the file does not hold."""
AS_TEXT = "write it as text, for instance with the format Text"


class WorkbookTable:
    """One sheet, read row by row. Its first row with a filled cell names the columns.

    A workbook holds numbers with 15 digits, and shows them by their format, so only whole numbers are taken as texts: a
    date, a fraction or an error is a fault of its row.
    """

    unit = "row"
    delimiter = ","
    nested = False

    def __init__(self, file: IO[bytes], reading: Reading) -> None:
        self._library = _library()
        if reading.encoding or reading.delimiter:
            raise UnsoundTable("it is a workbook: leave --encoding and --delimiter out")
        self._file = file
        with self._opened(data_only=True) as book:
            self._sheet = _sheet_of(book, reading.sheet)
            self._errors: set[str] = set(self._library.cell.cell.ERROR_CODES)
        nothing: tuple[int, Sequence[Any]] = (0, ())
        self._named_at, names = next(self._filled(), nothing)
        self.names = [heading("" if name is None else whole(name) or str(name)) for name in names]

    def rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Go through the sheet once more; rows without a filled cell are none."""
        return (row for row in self._filled() if row[0] > self._named_at)

    def fault(self, row: Sequence[Any]) -> str | None:
        """Refuse cells that belong to no column, and those of which it is not sure what text they show."""
        for number, cell in enumerate(row, 1):
            if cell is None or cell == "":
                continue
            name = self.names[number - 1] if number <= len(self.names) else ""
            if not name:
                return f"cell {number} of the row is filled, and that column has no name"
            if why := self._unclear(cell):
                return f"the cell of {name} {why}"
        return None

    def _unclear(self, cell: Any) -> str | None:  # noqa: ANN401 - whatever stands in a cell
        if isinstance(cell, str):
            return f"holds the error {cell}" if cell in self._errors else None
        if cell is _UNSAVED:
            return "is a formula whose result is not in the file: open it in Excel and save it"
        if whole(cell) is not None:
            return None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            what = "of more digits than a workbook keeps" if abs(cell) >= EXACT else "that is not whole"
            return f"is a number {what}: {AS_TEXT}"
        return f"is neither a text nor a whole number, but a {type(cell).__name__}: {AS_TEXT}"

    def _filled(self) -> Iterator[tuple[int, Sequence[Any]]]:
        with self._opened(data_only=True) as results, self._opened(data_only=False) as formulas:
            pairs = zip_longest(self._cells(results), self._cells(formulas), fillvalue=())
            for at, (row, written) in enumerate(pairs, 1):
                cells = [
                    _UNSAVED if cell is None and formula is not None else cell
                    for cell, formula in zip_longest(row, written)
                ]
                if any(cell not in (None, "") and not (isinstance(cell, str) and cell.isspace()) for cell in cells):
                    yield at, cells

    def _cells(self, book: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - a class of openpyxl
        sheet = book[self._sheet]
        sheet.reset_dimensions()  # some programs write how large a sheet is, and are wrong
        return iter(sheet.iter_rows(values_only=True))

    @contextmanager
    def _opened(self, *, data_only: bool) -> Generator[Any]:
        wrong = (BadZipFile, KeyError, ParseError, self._library.utils.exceptions.InvalidFileException)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about charts and styles, which do not matter here
            try:
                book = self._library.load_workbook(self._file, read_only=True, data_only=data_only)
            except wrong:
                raise UnsoundTable("it is a ZIP archive, and no workbook that can be read: save it as CSV") from None
            yield book


def _sheet_of(book: Any, given: str | None) -> str:  # noqa: ANN401 - a class of openpyxl
    names: list[str] = [sheet.title for sheet in book.worksheets]
    seen: list[str] = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if given is not None and given not in names:
        raise UnsoundTable(f"no sheet {given!r}: it has {', '.join(names)}")
    if given is None and len(seen) != 1:
        raise UnsoundTable(f"it has several sheets: give --sheet, one of {', '.join(names)}")
    return given or seen[0]


def _library() -> Any:  # noqa: ANN401 - a module that need not be there, where types are checked, too
    try:
        return import_module("openpyxl")
    except ImportError:
        fix = "pip install airudder[xlsx], or save it as CSV"
        raise UnsoundTable(f"it is an Excel workbook, which the library openpyxl reads: {fix}") from None
