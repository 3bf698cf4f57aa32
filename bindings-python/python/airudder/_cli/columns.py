"""The fields and variables of contacts, and the columns of a table that they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airudder._cli.cells import fault_of, number_of, text_of, whole
from airudder._cli.headings import OWN, UnsoundTable, check_case_id
from airudder._frames import contact_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airudder._cli.table import Reading, Table

ADDED = "airudder:"
"""The beginning of the names of columns that `--rejected` adds: they are no variables when the file comes again."""
NEVER_AGAIN = {
    "doubtful": "it may have been sent: run the campaign itself again, which settles that",
    "E1013": "it stood in its campaign twice, and may have been sent",
    "E1021": "it must not be called",
}
"""States and codes of contacts of a file of rejected ones that nobody is to send as they are."""


class Columns:
    """The columns by the rules of today."""

    def __init__(self, table: Table, reading: Reading) -> None:
        self._table = table
        self._platform = reading.platform
        self._columns = self._found(reading.mapping)
        self._states = [at for at, name in enumerate(table.names) if name in (f"{ADDED}state", f"{ADDED}code")]
        self._own = [(name, at) for name, at in self._columns if name in OWN]
        fields = [name for name, _ in self._columns]
        _check_fields(fields, table.names, self._platform)
        check_case_id(fields)
        self.variables = [name for name in fields if name not in OWN]

    def contact(self, row: Sequence[Any]) -> dict[str, Any]:
        """Make a contact; an empty cell, and one that the row does not have, is nothing."""
        cells: dict[str, Any] = {}
        for name, at in self._columns:
            cell = row[at] if at < len(row) else None
            if cell is not None and cell != "" and (taken := _taken(name, cell)) != "":
                cells[name] = taken
        if self._platform is not None:
            cells.setdefault("platform", self._platform)
        if self._table.nested:
            return contact_of(cells)
        contact: dict[str, Any] = {name: cells.pop(name) for name in OWN if name in cells}
        return contact | {"variables": cells}

    def fault(self, row: Sequence[Any]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        if fault := self._table.fault(row):
            return fault
        for at in self._states:
            if why := NEVER_AGAIN.get(str(row[at]) if at < len(row) else ""):
                return f"the row is of a file of rejected contacts, and {why}"
        for name, at in self._own:
            if at < len(row) and isinstance(cell := row[at], str) and (fault := fault_of(name, cell)):
                return fault
        return None

    def _found(self, mapping: dict[str, str]) -> list[tuple[str, int]]:
        names = self._table.names
        for column in mapping.values():
            if column not in names or not column:
                raise UnsoundTable(f"no column {column!r}, as --map says: it has {_listed(names)}")
        mapped = [(field, names.index(column)) for field, column in mapping.items()]
        others = [
            (name, at)
            for at, name in enumerate(names)
            if name and name not in mapping.values() and not name.startswith(ADDED)
        ]
        return sorted([*mapped, *others], key=lambda column: column[1])


class FirstColumns:
    """The columns as version 0.1.0 took them."""

    def __init__(self, table: Table, reading: Reading) -> None:
        self._table = table
        self._platform = reading.platform
        _check_fields(table.names, table.names, self._platform)
        self.variables = [name for name in table.names if name and name not in OWN]

    def contact(self, row: Sequence[Any]) -> dict[str, Any]:
        """Make a contact; an empty cell, and one that the row does not have, is nothing."""
        cells = {name: cell for name, cell in zip(self._table.names, row) if name and cell}  # noqa: B905 - short rows
        if self._platform is not None:
            cells.setdefault("platform", self._platform)
        contact: dict[str, Any] = {name: cells.pop(name) for name in OWN if name in cells}
        return contact | {"variables": cells}

    def fault(self, row: Sequence[Any]) -> str | None:
        """Tell why a row must not be sent, if it must not."""
        return self._table.fault(row)


def _taken(name: str, cell: Any) -> Any:  # noqa: ANN401 - a nested table has cells of any kind
    if isinstance(cell, str):
        text = text_of(cell) if cell.startswith("=") else cell
        return number_of(text) if name == "callee" else text
    return whole(cell) or cell


def _check_fields(fields: Sequence[str], names: Sequence[str], platform: str | None) -> None:
    if twice := sorted({name for name in fields if name and list(fields).count(name) > 1}):
        raise UnsoundTable(f"more than one column is called {', '.join(twice)}")
    if "callee" not in fields:
        has = f"it has {_listed(names)}; --map callee=NAME names the column" if any(names) else NO_NAMES
        raise UnsoundTable(f"no column callee: {has}")
    if "platform" not in fields and platform is None:
        raise UnsoundTable("no column platform: give --platform")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name) or "none"


NO_NAMES = "its first line names the columns"
