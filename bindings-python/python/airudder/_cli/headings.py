"""The names of a table's columns, however a spreadsheet writes them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = ("callee", "platform", "caseid")
"""The columns that are no variables."""


class UnsoundTable(Exception):
    """A table is not sound, or is not what it looks like. The text follows the name of the file."""


def heading(written: str) -> str:
    """The name of a column, without what nobody sees at its ends."""
    if own := own_heading(written):
        return own
    name = written.strip("".join(char for char in written if is_invisible(char)))
    if hidden := next((char for char in name if is_invisible(char) and char != " "), None):
        raise UnsoundTable(
            f"its column {visible(name)!r} holds {_code(hidden)} in its name, which nobody sees: remove it, since a"
            " variable of that name is not the robot's"
        )
    return name


def own_heading(written: str) -> str | None:
    """The column that is no variable and differs from this name in case, width or invisible characters at most."""
    name = unicodedata.normalize("NFKC", visible(written)).casefold()
    return name if name in OWN else None


def check_case_id(fields: Sequence[str]) -> None:
    """Refuse a column that is probably the case ids under another name."""
    if "caseid" in fields:
        return
    for name in fields:
        if re.sub(r"[_.-]", "", name.casefold()) == "caseid":
            raise UnsoundTable(
                f"it has no column caseid, but one called {name}: rename it, give --map caseid={name}, or add an"
                " empty column caseid if it is a variable"
            )


def is_invisible(char: str) -> bool:
    """Tells whether nobody sees the character: spaces, controls, marks of direction and order, fillers."""
    return char == " " or not char.isprintable() or char in "\u034f\u115f\u1160\u2800\u3164\uffa0\ufe0e\ufe0f"


def visible(text: str) -> str:
    """The text without what nobody sees."""
    return "".join(char for char in text if not is_invisible(char))


def _code(char: str) -> str:
    return f"U+{ord(char):04X} ({unicodedata.name(char, 'a control character')})"
