"""The catalog that an earlier import wrote: its names stay, and what its user changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from airudder._openapi.values import Json

_OF_USER = ("auth", "envelope", "replay", "find_out")
"""What the document does not tell, so that the user may have."""


class Earlier:
    """What is kept of an earlier catalog; nothing, if there is none."""

    def __init__(self, text: str | None = None) -> None:
        catalog: Any = {} if text is None else json.loads(text)
        if text is not None and not (is_object(catalog) and "airudder_catalog" in catalog):
            raise ValueError("there is another file in its place, which is no catalog")
        self._rows: dict[tuple[str, str], Json] = {
            (str(row["method"]).lower(), str(row["path"])): row
            for row in _rows(catalog, "operations", "method", "path")
        }
        self._events: dict[str, Json] = {row["name"]: row for row in _rows(catalog, "events")}
        self.names: dict[tuple[str, str], str] = {key: row["name"] for key, row in self._rows.items()}
        self.changes: list[str] = []
        """What was kept though the document says otherwise."""

    def kept(self, key: tuple[str, str], row: Json) -> Json:
        """A row with what the user changed in it."""
        earlier = self._rows.get(key)
        if earlier is None:
            return row
        changed = {name: earlier[name] for name in _OF_USER if name in earlier and earlier[name] != row.get(name)}
        self.changes += [f"{earlier['name']}: {name} {value}" for name, value in changed.items()]
        return _before_docs(row, changed)

    def kept_event(self, name: str, row: Json) -> Json:
        """The same for an event, of which a `when` is kept."""
        when = self._events.get(name, {}).get("when")
        if not when or when == row.get("when"):
            return row
        self.changes.append(f"{name}: when")
        return {"when": when, **{key: value for key, value in row.items() if key != "when"}}

    def gone(self, catalog: Json) -> list[str]:
        """The names that the earlier catalog had, and this one has not."""
        names = {row["name"] for kind in ("operations", "events") for row in catalog[kind]}
        return sorted({*self.names.values(), *self._events} - names)


def _rows(catalog: Json, kind: str, *needed: str) -> list[Json]:
    rows = catalog.get(kind, [])
    found = [row for row in rows if is_object(row)] if is_array(rows) else []
    return [row for row in found if all(isinstance(row.get(name), str) for name in ("name", *needed))]


def _before_docs(row: Json, changed: Json) -> Json:
    """Put what was changed where it would stand anyway."""
    order = ("method", "path", "auth", "envelope", "replay", "find_out", "file", "query", "docs", "params", "result")
    whole = {**row, **changed}
    return {name: whole[name] for name in order if name in whole}
