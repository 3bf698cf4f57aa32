"""The values of options, read from texts."""

from __future__ import annotations

import re
from datetime import datetime

import typer


def encoding(text: str) -> str:
    """The name of an encoding of texts."""
    try:
        "".encode(text)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    return text


def delimiter(text: str) -> str:
    """One character that parts columns."""
    char = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(char) != 1 or char.isalnum() or char in '"+\r\n\0':
        raise typer.BadParameter(f"{text!r} is not one character that may part columns")
    return char


def settle(text: str) -> float | None:
    """Seconds, or the word `never`."""
    try:
        return None if text == "never" else float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a number of seconds nor the word never") from None


def most(text: str) -> float:
    """A number of contacts, or a share of them."""
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a number of contacts nor a share such as 2%") from None


def moment(text: str) -> datetime:
    """A time with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise typer.BadParameter(f"{text!r} is no time with its zone, as '2026-12-01 18:00:00+07:00'")
    return found


# Those below are read by the command, since typer takes a tuple for several arguments.


def mapping(texts: list[str] | None) -> dict[str, str]:
    """The columns of fields and variables, of `callee=No HP`."""
    found: dict[str, str] = {}
    for text in texts or []:
        name, equals, column = (part.strip() for part in text.partition("="))
        if not (name and equals and column):
            raise typer.BadParameter(f"{text!r} is not FIELD=COLUMN", param_hint="'--map'")
        if name in found:
            raise typer.BadParameter(f"{name} is mapped twice", param_hint="'--map'")
        found[name] = column
    return found


def window(text: str | None) -> tuple[str, str, str] | None:
    """The hours of a day and their zone, of `08:00-20:00 Asia/Jakarta`."""
    found = re.fullmatch(r"\s*(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s+(\S+)\s*", text or "")
    if found is not None:
        return found[1], found[2], found[3]
    if text is None:
        return None
    why = f"{text!r} is not two times of day and their zone, as '08:00-20:00 Asia/Jakarta'"
    raise typer.BadParameter(why, param_hint="'--window'")


def partition(text: str | None) -> tuple[int, int] | None:
    """The number of a partition, from 0, and how many there are, of `0/8`."""
    found = re.fullmatch(r"([0-9]+)/([0-9]+)", text or "")
    if found is not None and int(found[1]) < int(found[2]):
        return int(found[1]), int(found[2])
    if text is None:
        return None
    why = f"{text!r} is not the number of a partition and how many there are, as 0/8 to 7/8"
    raise typer.BadParameter(why, param_hint="'--partition'")
