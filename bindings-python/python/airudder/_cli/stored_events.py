"""Events as they were stored: JSON lines, a database of SQLite, a file of Parquet."""

from __future__ import annotations

import codecs
import json
import sqlite3
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE = b"SQLite format 3\0"
PARQUET = b"PAR1"
ROWS = 1000
"""So many rows of a file of Parquet are made dicts at once."""


def stored_events(file: Path) -> Iterator[dict[str, Any]]:
    """Read the data of events, one by one.

    JSON lines: what `listen` prints, or the data of an event in each. SQLite: the column `body` of the table `events`,
    as `examples/python/store.py` keeps it. Parquet: a column `body` or `raw` with the JSON text, or `data`, or the
    fields of the events as columns. `-` is the standard input, for JSON lines.

    Raises:
        ValueError: The file is none of these.
        OSError: It cannot be read.
        ImportError: It is Parquet, and pyarrow is not installed.
    """
    if str(file) == "-":
        return _lines(sys.stdin.buffer, "the standard input")
    with file.open("rb") as opened:
        start = opened.read(len(SQLITE))
    if start == SQLITE:
        return _rows(file)
    return _columns(file) if start.startswith(PARQUET) else _lines_of(file)


def _lines_of(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as opened:
        yield from _lines(opened, str(file))


def _lines(opened: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(opened, 1):
        text = line.removeprefix(codecs.BOM_UTF8).strip()
        if text:
            event = _event(text, f"{name}, line {number}")
            data = event.get("data")
            yield cast("dict[str, Any]", data) if isinstance(data, dict) and "type" in event else event


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    address = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            for number, body in enumerate(database.execute("SELECT body FROM events"), 1):
                yield _event(body[0], f"{file}, row {number} of the table events")
    except sqlite3.Error as error:
        raise ValueError(f"{file} is no database with a table events and its column body: {error}") from None


def _columns(file: Path) -> Iterator[dict[str, Any]]:
    try:
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise ImportError("a file of Parquet needs the library pyarrow: pip install pyarrow") from None
    with parquet.ParquetFile(file) as opened:
        names = opened.schema_arrow.names
        column = next((name for name in ("body", "raw", "data") if name in names), None)
        for batch in opened.iter_batches(batch_size=ROWS, columns=[column] if column else None):
            for row in batch.to_pylist():
                value = row[column] if column else row
                yield value if isinstance(value, dict) else _event(value, f"{file}, column {column}")


def _event(text: Any, place: str) -> dict[str, Any]:  # noqa: ANN401 - whatever a database has
    try:
        event = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{place}: this is not JSON") from None
    if not isinstance(event, dict):
        raise ValueError(f"{place}: an event is a JSON object")  # noqa: TRY004 - what is wrong is the file
    return cast("dict[str, Any]", event)
