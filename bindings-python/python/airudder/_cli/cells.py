"""The cells of a contact as spreadsheets write them: taken where it is sure what was meant, and else refused."""

from __future__ import annotations

import re
import unicodedata

from airudder._cli.headings import is_invisible

_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_PLAIN = re.compile(r"\+?[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SCIENTIFIC_OF_A_SPREADSHEET = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}")
_ALTERED = re.compile(r"[+0][\d ]+|\d{12,}")
EXACT = 2**53
"""From here on a spreadsheet's number may not be the one that was typed."""

HOW_TO_EXPORT = (
    "a spreadsheet shortened it, and digits are lost: give the column the format Text, or Number without decimal"
    " places, see that the digits are right, and save again"
)


def text_of(cell: str) -> str:
    """The text of a formula that is one text, as ="0812", by which spreadsheets are kept from taking it as a number."""
    formula = _TEXT_FORMULA.fullmatch(cell)
    return formula[1].replace('""', '"') if formula else cell


def number_of(cell: str) -> str:
    """A phone number without what nobody sees, and without the apostrophe that marks a text in spreadsheets."""
    if _PLAIN.fullmatch(cell):
        return cell
    plain = "".join(" " if unicodedata.category(char) == "Zs" else char for char in cell)
    return "".join(char for char in plain if char == " " or not is_invisible(char)).strip().removeprefix("'")


def fault_of(field: str, cell: str) -> str | None:
    """Tell why a text cannot be what was meant in the field, without the text."""
    if _PLAIN.fullmatch(cell):
        return None
    text = text_of(cell)
    if field == "callee" and _SCIENTIFIC.fullmatch(number_of(text)):
        return f"callee is in scientific notation, such as 6.28E+11: {HOW_TO_EXPORT}"
    if field == "caseid" and _SCIENTIFIC_OF_A_SPREADSHEET.fullmatch(text):
        return f"caseid is in scientific notation, such as 1.23E+11: {HOW_TO_EXPORT}"
    if field == "caseid" and text.startswith("'"):
        return "caseid begins with an apostrophe, by which spreadsheets mark a text: remove it"
    return None


def whole(value: object) -> str | None:
    """A cell that is no text as one, if it is a whole number and surely the one that was typed."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if value == value // 1 and abs(value) < EXACT else None


def kept_by_spreadsheets(cell: str) -> str:
    """Write a text so that a spreadsheet does not make another number of it."""
    return f'="{cell}"' if _ALTERED.fullmatch(cell) else cell
