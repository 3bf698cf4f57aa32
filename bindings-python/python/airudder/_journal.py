"""The journal of a campaign as a file: one campaign at a time has it, and lines are on the disk before they count."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from airudder._errors import made

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from airudder._errors import AirudderError


class JournalFile:
    """An append-only file of lines, locked until it is closed or the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        # Unbuffered: what could not be written must not follow by itself when the file is closed.
        self._file = open(self._path, "a+b", buffering=0, opener=_open_private)  # noqa: SIM115 - it stays open
        self._name: socket.socket | None = None
        self._length = 0
        _OPEN.add(self)
        try:
            self._lock()
            if os.name == "posix":
                _sync_folder(self._path.parent)
        except BaseException:
            self.close()
            raise

    def read(self) -> bytes:
        """Read the whole journal. A torn last line may be no text any more; the core cuts it off."""
        self._file.seek(0)
        content = self._file.read()
        self._length = len(content)
        return content

    def cut(self, length: int) -> None:
        """Cut off what is behind the good lines."""
        if length != self._length:
            self._check(self._length)  # only what was read may go
            self._file.truncate(length)

    def append(self, lines: str, at: int) -> None:
        """Append to a journal of this length, and wait for the disk.

        Where that fails, nothing may be done on the strength of these lines. Of lines that cannot be written, for
        instance on a full disk, none stays, unless somebody else has written, too.
        """
        self._check(at)
        rest = memoryview(lines.encode())
        end = at + len(rest)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except BaseException:
            if os.fstat(self._file.fileno()).st_size == end - len(rest):
                self._file.truncate(at)
            raise
        self._check(end)

    def close(self) -> None:
        """Let others have it, also if a child that was forked meanwhile still has the file open."""
        _OPEN.discard(self)
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(self._file.fileno(), fcntl.LOCK_UN)
        self.drop()

    def drop(self) -> None:
        """Close it, and leave the lock to whoever else has the file open: the parent of a forked child."""
        self._file.close()
        if self._name is not None:
            self._name.close()

    def _check(self, length: int) -> None:
        """Find other writers, whom the locks do not keep away everywhere."""
        own = os.fstat(self._file.fileno())
        if own.st_size != length:
            raise self._conflict("somebody else writes this journal")
        if os.name == "posix":  # elsewhere, an open file keeps its name
            try:
                replaced = not os.path.samestat(own, self._path.stat())
            except FileNotFoundError:
                replaced = True
            if replaced:
                raise self._conflict("the journal was moved, removed or replaced during the campaign")

    def _lock(self) -> None:
        """Keep others away, whatever their language; the system gives the locks back when the process dies."""
        try:
            if sys.platform == "win32":
                import msvcrt

                # Windows keeps others from reading what is locked, so it is a byte that no journal reaches.
                self._file.seek(LOCKED_BYTE)
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise self._conflict(TAKEN) from None
        if sys.platform == "linux":
            self._bind()

    def _bind(self) -> None:
        """Take the name that JavaScript has instead of a lock, where it may not start the program that locks files.

        It fills the whole address, since some runtimes pad shorter ones. Where there are no such names, the lock has to
        do.
        """
        import socket

        file = os.fstat(self._file.fileno())
        name = f"\0airudder-journal-{file.st_dev}-{file.st_ino}".encode().ljust(ADDRESS_BYTES, b"\0")
        try:
            self._name = socket.socket(socket.AF_UNIX)
            self._name.bind(name)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise self._conflict(TAKEN) from None

    def _conflict(self, why: str) -> AirudderError:
        return made(CONFLICT, f"{self._path}: {why}", "/journal")


CONFLICT = 1018
TAKEN = "another process runs the campaign of this journal"
ADDRESS_BYTES = 108
"""The size of a Unix socket's address on Linux."""
LOCKED_BYTE = 2**31 - 2
"""The last byte that Windows can lock in any file."""

_OPEN: WeakSet[JournalFile] = WeakSet()
"""The journals of this process's campaigns."""


def _leave_to_parent() -> None:
    """A forked child has no part in its parent's campaigns: it must not keep their journals when the parent dies."""
    for journal in list(_OPEN):
        journal.drop()
    _OPEN.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def _open_private(path: str, flags: int) -> int:
    """Make a new file readable by its owner alone; one that is there keeps its mode."""
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file as durable as its content, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
