"""The file of contacts that were not accepted, to be mended and sent again."""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from airudder._cli.cells import kept_by_spreadsheets
from airudder._cli.columns import ADDED
from airudder._report import Rejected

if TYPE_CHECKING:
    from collections.abc import Generator

    from airudder._cli.contacts import ContactsFile
    from airudder._report import DoubtfulContact, Report

COLUMNS = ("line", "state", "case_id", "code", "pointer", "message")
"""The columns that stand before those of the user, each behind `airudder:`."""


def check_path(path: Path, *others: Path | str) -> None:
    """Refuse a path that cannot be written, or that is one of the other files, before anything is sent."""
    if any(path.absolute() == Path(other).absolute() for other in others):
        raise ValueError(f"{path} is another file of this command: give --rejected a file of its own")
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"{path} cannot be written: its folder is not there, or it is one")


def write_rejects(path: Path, report: Report, contacts: ContactsFile) -> int:
    """Write the contacts that were rejected or are doubtful, with the cells that they have in the user's file.

    The file is readable by its owner only, and is there whole or not at all. It is CSV as spreadsheets read it: UTF-8
    with its mark, the separator of the user's file, and numbers that a spreadsheet would alter as ="+6281...".

    Returns:
        The number of contacts.
    """
    left: dict[int, Rejected | DoubtfulContact] = {one.contact: one for one in report.rejected}
    left |= {one.contact: one for one in report.doubtful}
    headings = contacts.headings if left else []
    # An earlier file of this kind has columns of its own.
    own = [at for at, name in enumerate(headings) if not name.startswith(ADDED)]
    with _replacing(path) as file:
        writer = csv.writer(file, delimiter=contacts.delimiter if left else ",")
        writer.writerow([*(f"{ADDED}{name}" for name in COLUMNS), *(headings[at] for at in own)])
        for index, row in enumerate(contacts.rows() if left else ()):
            if one := left.get(index):
                cells = [row[at] if at < len(row) else None for at in own] + list(row[len(headings) :])
                writer.writerow([*_told(one, contacts.line(index)), *map(_cell, cells)])
    return len(left)


def _told(one: Rejected | DoubtfulContact, line: int) -> list[object]:
    case_id = _cell(one.case_id)
    if isinstance(one, Rejected):
        return [line, "rejected", case_id, one.code, one.pointer, one.message]
    return [line, "doubtful", case_id, "", "", "it is not known whether it was taken"]


def _cell(cell: Any) -> str:  # noqa: ANN401 - whatever stands in a table
    return "" if cell is None else kept_by_spreadsheets(str(cell))


@contextmanager
def _replacing(path: Path) -> Generator[IO[str]]:
    """Write beside the path, and put it there when it is whole."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # for its owner only
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8-sig") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
