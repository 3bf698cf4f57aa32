"""The journal in an SQLite database."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from airudder._leased_journal import Holder, LeasedJournal

if TYPE_CHECKING:
    import os
    from collections.abc import Generator

TABLES = """
CREATE TABLE IF NOT EXISTS airudder_leases (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, holder TEXT NOT NULL, until_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS airudder_journal (
    name TEXT NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (name, at));
"""
NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


class SqliteJournal(LeasedJournal):
    """A journal in an SQLite database, which may hold many, each under its name.

    The file must be on a disk of the machine: locks of network file systems may not hold. A process that is paused amid
    a write keeps the file locked until it goes on or dies; others wait for 30 seconds, and get the database's error.

    Args:
        path: The file, made if it is not there.
        name: The journal's name, one for each campaign.
        lease: After so many seconds without a sign a holder is taken for dead. A campaign that is paused for longer
            sends nothing more.
            The client's `timeout` is a third of it or less: else a campaign is E1001.
        wait: How long to wait for the lease of a holder that may be dead. None: until it has run out.
    """

    def __init__(
        self, path: str | os.PathLike[str], name: str, *, lease: float = 60.0, wait: float | None = None
    ) -> None:
        super().__init__("SQLite", name, lease, wait, lambda name: _SqliteStore(Path(path), name))


class _SqliteStore:
    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(TABLES)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def take(self, holder: str, lease: float) -> int | Holder:
        with self._transaction():
            run = self._connection.execute
            run("INSERT OR IGNORE INTO airudder_leases VALUES (?, 0, '', 0)", (self._name,))
            taken = run(
                f"UPDATE airudder_leases SET epoch = epoch + 1, holder = ?, until_ms = {NOW} + ?"  # noqa: S608 - a constant
                f" WHERE name = ? AND until_ms < {NOW}",
                (holder, int(lease * 1000), self._name),
            )
            row = run(
                f"SELECT epoch, holder, until_ms, until_ms - {NOW} FROM airudder_leases WHERE name = ?",  # noqa: S608
                (self._name,),
            ).fetchone()
        epoch, other, until_ms, left_ms = row
        return int(epoch) if taken.rowcount else Holder(other, until_ms, left_ms / 1000)

    def renew(self, epoch: int, lease: float) -> bool:
        renewed = self._connection.execute(
            f"UPDATE airudder_leases SET until_ms = {NOW} + ? WHERE name = ? AND epoch = ?",  # noqa: S608
            (int(lease * 1000), self._name, epoch),
        )
        return renewed.rowcount == 1

    def give_back(self, epoch: int) -> None:
        self._connection.execute(
            "UPDATE airudder_leases SET until_ms = 0 WHERE name = ? AND epoch = ?", (self._name, epoch)
        )

    def lines(self) -> list[str]:
        rows = self._connection.execute("SELECT lines FROM airudder_journal WHERE name = ? ORDER BY at", (self._name,))
        return [lines for (lines,) in rows]

    def append(self, epoch: int, lease: float, at: int, lines: str) -> bool:
        with self._transaction():
            if not self.renew(epoch, lease):
                return False
            (length,) = self._connection.execute(
                "SELECT coalesce(max(at + size), 0) FROM airudder_journal WHERE name = ?", (self._name,)
            ).fetchone()
            if length != at:
                return False
            self._connection.execute(
                "INSERT INTO airudder_journal VALUES (?, ?, ?, ?)", (self._name, at, len(lines.encode()), lines)
            )
        return True

    def head(self, line: str) -> str:
        run = self._connection.execute
        run("INSERT OR IGNORE INTO airudder_journal VALUES (?, 0, ?, ?)", (self._name, len(line.encode()), line))
        (first,) = run("SELECT lines FROM airudder_journal WHERE name = ? AND at = 0", (self._name,)).fetchone()
        return str(first)

    def close(self) -> None:
        self._connection.close()
