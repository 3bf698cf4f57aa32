"""The journal in PostgreSQL, by psycopg: `pip install airudder[postgres]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airudder._leased_journal import Holder, LeasedJournal

if TYPE_CHECKING:
    import psycopg

TABLES = """
CREATE TABLE IF NOT EXISTS airudder_leases (
    name text PRIMARY KEY, epoch bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS airudder_journal (
    name text NOT NULL, at bigint NOT NULL, size bigint NOT NULL, lines text NOT NULL, PRIMARY KEY (name, at));
"""
UNTIL = "clock_timestamp() + make_interval(secs => %s)"


class PostgresJournal(LeasedJournal):
    """A journal in PostgreSQL, which may hold many, each under its name, for workers that share nothing else.

    The tables `airudder_leases` and `airudder_journal` are made if they are not there. Time is the database's.

    Args:
        conninfo: Where the database is, as `postgresql://user:password@host/name`; each campaign makes a connection.
        name: The journal's name, one for each campaign.
        lease: After so many seconds without a sign a holder is taken for dead. A campaign that is paused for longer
            sends nothing more.
        wait: How long to wait for the lease of a holder that may be dead. None: until it has run out.
    """

    def __init__(self, conninfo: str, name: str, *, lease: float = 60.0, wait: float | None = None) -> None:
        super().__init__("PostgreSQL", name, lease, wait, lambda: _PostgresStore(_connected(conninfo), name))
        self._name = name

    def __repr__(self) -> str:
        return f"PostgresJournal(name={self._name!r})"


def _connected(conninfo: str) -> psycopg.Connection[tuple[Any, ...]]:
    import psycopg

    return psycopg.connect(conninfo, autocommit=True)


class _PostgresStore:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
        self._connection = connection
        self._name = name
        try:
            # Two workers that make the tables at once would meet in the catalog.
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(hashtext('airudder_journal'))")
                connection.execute(TABLES)
        except BaseException:
            connection.close()
            raise

    def take(self, holder: str, lease: float) -> int | Holder:
        with self._connection.transaction():
            run = self._connection.execute
            run("INSERT INTO airudder_leases VALUES (%s, 0, '', '-infinity') ON CONFLICT DO NOTHING", (self._name,))
            taken = run(
                f"UPDATE airudder_leases SET epoch = epoch + 1, holder = %s, until = {UNTIL}"  # noqa: S608 - a constant
                " WHERE name = %s AND until < clock_timestamp()",
                (holder, lease, self._name),
            )
            row = run(
                "SELECT epoch, holder, (extract(epoch FROM until) * 1000)::bigint,"
                " extract(epoch FROM until - clock_timestamp())::float FROM airudder_leases WHERE name = %s",
                (self._name,),
            ).fetchone()
        epoch, other, until_ms, seconds = row or (0, "", 0, 0.0)
        return int(epoch) if taken.rowcount else Holder(other, until_ms, seconds)

    def renew(self, epoch: int, lease: float) -> bool:
        renewed = self._connection.execute(
            f"UPDATE airudder_leases SET until = {UNTIL} WHERE name = %s AND epoch = %s",  # noqa: S608
            (lease, self._name, epoch),
        )
        return renewed.rowcount == 1

    def give_back(self, epoch: int) -> None:
        self._connection.execute(
            "UPDATE airudder_leases SET until = '-infinity' WHERE name = %s AND epoch = %s", (self._name, epoch)
        )

    def lines(self) -> list[str]:
        rows = self._connection.execute("SELECT lines FROM airudder_journal WHERE name = %s ORDER BY at", (self._name,))
        return [lines for (lines,) in rows]

    def append(self, epoch: int, lease: float, at: int, lines: str) -> bool:
        with self._connection.transaction():
            # Whatever the server's setting: what was committed must survive its crash.
            self._connection.execute("SET LOCAL synchronous_commit = on")
            if not self.renew(epoch, lease):
                return False
            row = self._connection.execute(
                "SELECT coalesce(max(at + size), 0) FROM airudder_journal WHERE name = %s", (self._name,)
            ).fetchone()
            if row != (at,):
                return False
            self._connection.execute(
                "INSERT INTO airudder_journal VALUES (%s, %s, %s, %s)", (self._name, at, len(lines.encode()), lines)
            )
        return True

    def close(self) -> None:
        self._connection.close()
