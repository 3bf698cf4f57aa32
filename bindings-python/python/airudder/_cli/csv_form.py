"""The form of a CSV file: its encoding, what parts its columns, what they are called, and what a row of it is.

What spreadsheets leave is taken where it can be told. What cannot be told is an error that names it, since of a file
that is misread people would be called with the wrong words.
"""

from __future__ import annotations

import codecs
import csv
import re
from io import TextIOWrapper
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from airudder._cli.headings import UnsoundTable, heading, own_heading, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""The separators of columns that are recognized."""

_MARKS = (  # the longer ones first: that of UTF-32 begins as that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind, or one with a password: save it as .xlsx or CSV"),
    (b"\x1f\x8b", "compressed by gzip: give upload <(zcat FILE) in its place"),
    (b"BZh", "compressed by bzip2: give upload <(bzcat FILE) in its place"),
    (b"\xfd7zXZ\x00", "compressed by xz: give upload <(xzcat FILE) in its place"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd: give upload <(zstdcat FILE) in its place"),
    (b"%PDF", "a PDF document: save it as CSV"),
)


def found(file: IO[bytes], encoding: str | None, delimiter: str | None, callee: str | None = None) -> Form:
    """Find out the form of a file; what is given is not guessed.

    Args:
        file: The file, at its beginning.
        encoding: Its encoding, if it is given.
        delimiter: What parts its columns, if it is given.
        callee: The name of the column of the numbers, if it is another one.
    """
    start = file.read(4096)
    file.seek(0)
    for mark, what in _OTHERS:
        if start.startswith(mark):
            raise UnsoundTable(f"it is {what}")
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if encoding and marked and not _same_family(encoding, marked):
        raise csv.Error(f"its byte order mark says {marked.removesuffix('-sig').upper()}, and that is not {encoding}")
    if not encoding and not marked and b"\0" in start:
        kind = "utf-16-be" if start.startswith(b"\0") else "utf-16-le"
        raise csv.Error(
            f"it holds zero bytes, and is probably UTF-16 without its byte order mark: give --encoding {kind}"
        )
    encoding = encoding or marked or "utf-8-sig"
    text = TextIOWrapper(file, encoding=encoding, newline="")
    try:
        return Form(encoding, delimiter, _plain(text), callee)
    finally:
        text.detach()


class Form:
    """The rules of today."""

    def __init__(self, encoding: str, delimiter: str | None, text: Iterator[str], callee: str | None) -> None:
        self.encoding = encoding
        first = next(text, "")
        # Excel writes, and takes, a line that says by what columns are parted.
        stated = re.fullmatch(r'"?sep=(.)"?\1*\r?\n?', first, re.IGNORECASE)
        self._skipped = 1 if stated else 0
        head = text if stated else chain([first], text)
        if delimiter is None and stated is None:
            # The names may stand on several lines.
            kept = list(islice(head, 100))
            delimiter = _told_by_names(kept, callee)
            head = iter(kept)
        self.delimiter = delimiter or (stated[1] if stated else ",")
        # A cell that is quoted begins where the one before ends, and ends where the next one begins.
        parted = re.escape(self.delimiter)
        self._quoted = re.compile(rf'(?<![^{parted}])"[^"]*(?:""[^"]*)*"(?=[{parted}\r\n]|\Z)')
        nothing: tuple[int, list[str]] = (1, [])
        _, names = next(self._all_rows(head), nothing)
        self.names = [heading(name) for name in names]

    def rows(self, file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows; lines without a filled cell, as below the last row of a sheet, are none."""
        rows = self._all_rows(islice(_plain(file), self._skipped, None))
        next(rows, None)
        yield from rows

    def fault(self, row: Sequence[str]) -> str | None:
        """Refuse a row with cells that belong to no column: it is probably a cell that was cut in two."""
        if any(row[len(self.names) :]):
            return f"the row has {len(row)} cells, and there are {len(self.names)} columns"
        for number, (name, cell) in enumerate(zip(self.names, row), 1):  # noqa: B905 - rows may be short
            if cell and not name:
                return f"cell {number} of the row is filled, and that column has no name"
        return None

    def _all_rows(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        taken: list[str] = []

        def taking() -> Iterator[str]:
            for line in lines:
                taken.append(line)
                yield line

        line = 1 + self._skipped
        reader = csv.reader(taking(), delimiter=self.delimiter, strict=True)
        try:
            for row in reader:
                self._check_quotation("".join(taken))
                taken.clear()
                if any(map(str.strip, row)):
                    yield line, row
                line = reader.line_num + 1 + self._skipped
        except csv.Error as error:
            raise csv.Error(f"in the row that begins on line {line}: {error}") from None

    def _check_quotation(self, row: str) -> None:
        """Refuse marks that may have been meant to quote, and quote nothing: the cell would be cut at its commas."""
        if '"' not in row:
            return
        for cell in self._quoted.sub("", row).rstrip("\r\n").split(self.delimiter):
            if cell.count('"') % 2 or visible(cell).startswith('"'):
                raise csv.Error(
                    "a quotation mark stands inside a cell that does not begin with one: quote the whole cell, without"
                    ' a space before it, and double the marks in it, as "5"" pipe"'
                )


def _told_by_names(lines: list[str], callee: str | None) -> str:
    """Tell what parts the columns: the one by which one of them is called callee, or as the numbers are."""
    fitting: list[tuple[str, list[str]]] = []
    nothing: list[str] = []
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader(lines, delimiter=delimiter, strict=True), nothing)
        except csv.Error:
            continue  # a comma's error is told when the file is read by it
        if any(name.strip() == callee if callee else own_heading(name) == "callee" for name in names):
            fitting.append((delimiter, names))
    if not fitting:
        return ","
    delimiter, names = fitting[0]
    for name in names:
        if other := next((DELIMITERS[other] for other in DELIMITERS if other in name and other != delimiter), None):
            raise csv.Error(
                f"its columns are parted by {DELIMITERS[delimiter]}, and {other} are in their names, too: if they are"
                " meant so, give --delimiter"
            )
    return delimiter


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines without a byte order mark, and refuse those that are not text."""
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise UnsoundTable(
                f"it holds U+0000 on line {number}, and is probably in another encoding: give --encoding"
            )
        yield line.removeprefix("\ufeff") if number == 1 else line


def _same_family(encoding: str, marked: str) -> bool:
    """Tells whether an encoding fits a byte order mark."""
    return codecs.lookup(encoding).name.replace("_", "-").startswith(marked.removesuffix("-sig"))


def not_in(file: IO[bytes], encoding: str, error: UnicodeError) -> str:
    """Tell that a file is not in its encoding, and where."""
    if not encoding.startswith("utf-8"):
        return f"it is not {encoding} ({error}): save it as UTF-8, or give the right --encoding"
    file.seek(0)
    where = ""
    for number, line in enumerate(file, 1):
        try:
            line.decode()
        except UnicodeDecodeError as wrong:
            where = f": byte 0x{line[wrong.start]:02x} on line {number}"
            break
    return f"it is not UTF-8{where}; save it as UTF-8, or give its --encoding, such as cp1252 for most of Windows"
