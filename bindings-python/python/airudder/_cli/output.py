"""What the command line writes: text that no encoding and no terminal stumbles over, and that is there when it says so.

What an event or the API says may hold characters that steer a terminal, or turn the direction of a line: they are shown
by their numbers.
"""

from __future__ import annotations

import codecs
import errno
import json
import re
import sys
import unicodedata
from contextlib import suppress

_NOT_ASCII = re.compile(r"[^\x20-\x7e\n]")
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, marks of direction and the like, lone surrogates, other ends of lines."""


def as_json(value: object, *, indent: int | None = None) -> str:
    """Write JSON that every terminal shows as it is; to a program it is the same JSON."""
    text = _NOT_ASCII.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))
    try:
        text.encode(_encoding())
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def say(text: str) -> None:
    """Write a line on the standard output; it is there when this returns, or an `OSError` tells why it is not."""
    _out.write(f"{text}\n")


def say_plain(text: str) -> None:
    """Do the same with a text that may hold anything."""
    say(_shown(text))


def tell(text: str) -> None:
    """Write a line for the person who watches; what is done goes on if nobody does."""
    with suppress(OSError, ValueError):
        _err(f"{_shown(text)}\n")


def _err(text: str) -> None:
    if sys.stderr:
        sys.stderr.write(text)
        sys.stderr.flush()


def _shown(text: str) -> str:
    return _NOT_ASCII.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    return json.dumps(char)[1:-1] if unicodedata.category(char) in _STEERING else char


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


class _Output:
    """The standard output without a buffer: what could not be written must not follow by itself later."""

    def __init__(self) -> None:
        self._torn = False
        self._encoder: codecs.IncrementalEncoder | None = None

    def write(self, text: str) -> None:
        if sys.stdout is None:
            raise OSError("the standard output is closed")
        sys.stdout.flush()
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:  # something took the place of the standard output, such as a text in memory
            sys.stdout.write(text)
            return
        if self._encoder is None:
            self._encoder = codecs.getincrementalencoder(_encoding())("backslashreplace")
        raw = getattr(buffer, "raw", buffer)
        rest = self._encoder.encode(f"\n{text}" if self._torn else text)
        while rest:
            written = raw.write(rest)
            if written is None:
                raise BlockingIOError(errno.EAGAIN, "the standard output takes nothing for now")
            rest = rest[written:]
            self._torn = bool(rest)


_out = _Output()
