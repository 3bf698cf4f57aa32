"""The table in a Parquet file, by the library pyarrow, or by polars where only that one is there."""

from __future__ import annotations

import re
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

from airudder._cli.headings import UnsoundTable, heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airudder._cli.table import Reading

MARK = b"PAR1"
"""The first bytes of a Parquet file."""
ROWS = 10_000
"""So many rows are read at once."""
_INDEX = re.compile(r"__index_level_\d+__")
"""The columns that pandas adds for its index."""


class ParquetTable:
    """A Parquet file. Whole numbers become texts, and a column `variables` may hold all variables."""

    unit = "row"
    delimiter = ","
    nested = True

    def __init__(self, file: IO[bytes], reading: Reading) -> None:
        if reading.encoding or reading.delimiter or reading.sheet:
            raise UnsoundTable("it is a Parquet file: leave --encoding, --delimiter and --sheet out")
        self._reader = _reader(file)
        self.names = [heading("" if _INDEX.fullmatch(name) else name) for name in self._reader.names]

    def rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Go through the file once more."""
        yield from enumerate(self._reader.rows(), 1)

    def fault(self, row: Sequence[Any]) -> str | None:  # noqa: ARG002 - as other tables have it
        """Find no fault: rows of Parquet have the cells that they should have, and their kinds are checked later."""
        return None


class _Arrow:
    """Reads one batch of rows after the other."""

    def __init__(self, library: Any, file: IO[bytes]) -> None:  # noqa: ANN401 - a module
        try:
            self._file = library.ParquetFile(file)
        except (ValueError, OSError) as error:
            raise _unreadable(error) from None
        self.names: list[str] = self._file.schema_arrow.names

    def rows(self) -> Iterator[Sequence[Any]]:
        try:
            for batch in self._file.iter_batches(ROWS):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
        except (ValueError, OSError) as error:
            raise _unreadable(error) from None


class _Polars:
    """Reads one slice of the rows after the other."""

    def __init__(self, library: Any, file: IO[bytes]) -> None:  # noqa: ANN401 - a module
        self._wrong: type[Exception] = library.exceptions.PolarsError
        try:
            self._frame = library.scan_parquet(file)
            self.names: list[str] = self._frame.collect_schema().names()
        except (self._wrong, OSError) as error:
            raise _unreadable(error) from None

    def rows(self) -> Iterator[Sequence[Any]]:
        at = 0
        while True:
            try:
                rows: list[Sequence[Any]] = self._frame.slice(at, ROWS).collect().rows()
            except (self._wrong, OSError) as error:
                raise _unreadable(error) from None
            if not rows:
                return
            yield from rows
            at += len(rows)


def _reader(file: IO[bytes]) -> _Arrow | _Polars:
    try:
        return _Arrow(import_module("pyarrow.parquet"), file)
    except ImportError:
        pass
    try:
        return _Polars(import_module("polars"), file)
    except ImportError:
        fix = "pip install airudder[parquet]"
        raise UnsoundTable(f"it is a Parquet file, which the library pyarrow or polars reads: {fix}") from None


def _unreadable(error: Exception) -> UnsoundTable:
    return UnsoundTable(f"it is a Parquet file that cannot be read ({error})")
