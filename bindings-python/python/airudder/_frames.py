"""Contacts from data frames of pandas, Polars, Arrow and others, by the library `narwhals`."""

from __future__ import annotations

from importlib import import_module
from numbers import Integral
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = ("callee", "platform", "caseid", "variables", "pds_variables")
CHUNK = 1000
"""So many rows are made dicts at once."""


def as_contacts(given: Any) -> Any:  # noqa: ANN401 - whatever is given as contacts
    """Give a data frame as contacts, where there is the library for it; anything else is given back as it is."""
    kind = cast("object", type(given))
    if not (hasattr(kind, "columns") or hasattr(kind, "column_names")) or hasattr(kind, "toLocalIterator"):
        return given
    library = _library()
    if library is None:
        return given
    frame = library.from_native(given, pass_through=True)
    if isinstance(frame, library.LazyFrame):
        frame = frame.collect()
    return FrameContacts(frame) if isinstance(frame, library.DataFrame) else given


class FrameContacts:
    """The contacts of a data frame, a row each.

    Columns that are named as fields of a contact are these; any other one is a variable of its name. What is missing in
    a row is left out. Whole numbers become texts; anything else that is no text is left to the check.
    """

    def __init__(self, frame: Any) -> None:  # noqa: ANN401 - a class of a library that is imported when it is used
        self._frame = frame

    def __len__(self) -> int:
        return len(self._frame)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._frame.iter_rows(named=True, buffer_size=CHUNK):
            yield contact_of(cast("dict[str, Any]", row))


def contact_of(row: dict[str, Any]) -> dict[str, Any]:
    """Make a contact of a row, by the names of its columns."""
    there = {str(name).strip(): value for name, value in row.items() if not _is_missing(value)}
    contact = {name: there.pop(name) for name in FIELDS if name in there}
    variables = contact.setdefault("variables", {})
    if isinstance(variables, dict):
        more = {name: str(value) if _is_whole(value) else value for name, value in there.items()}
        contact["variables"] = {**cast("dict[str, Any]", variables), **more}
    return contact


def _is_missing(value: object) -> bool:
    """Tell whether it is None, or what a library has in its place: NaN, NaT or NA, none of which equals itself."""
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


def _is_whole(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, Integral)


def _library() -> Any:  # noqa: ANN401 - a module that need not be there, where types are checked, too
    try:
        return import_module("narwhals")
    except ImportError:
        return None
