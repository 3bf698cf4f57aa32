"""The journal as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from airudder._journal import JournalFile

if TYPE_CHECKING:
    import os


class FileJournal:
    """A file of JSON lines, made if it is not there. One process at a time has it, whatever its language.

    A campaign whose `journal` is a path makes one of these.

    Args:
        path: The file. Its folder must be there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._file: JournalFile | None = None

    def open(self) -> bytes:
        """Take the lock and read the file. Where another process has it: E1018."""
        self._file = JournalFile(self._path)
        try:
            return self._file.read()
        except BaseException:
            self.close()
            raise

    def append(self, lines: str, at: int, /) -> None:
        """Append, and wait for the disk."""
        self._opened().append(lines, at)

    def cut(self, length: int, /) -> None:
        """Cut to so many bytes."""
        self._opened().cut(length)

    def held(self) -> bool:
        """Say yes: the system takes the lock from a process only when it dies."""
        return True

    def close(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self) -> JournalFile:
        if self._file is None:
            raise ValueError("the journal is not open")
        return self._file
