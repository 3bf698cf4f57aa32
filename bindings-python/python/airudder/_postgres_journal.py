"""The journal in PostgreSQL, by psycopg: `pip install airudder[postgres]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from airudder._leased_journal import Holder, LeasedJournal

if TYPE_CHECKING:
    import psycopg

# Each is one message to the server and one transaction there: a worker that is paused between two of them holds no lock
# that others would wait for. Two workers that make the tables at once would meet in the catalog.
TABLES = """
SELECT pg_advisory_xact_lock(hashtext('airudder_journal'));
CREATE TABLE IF NOT EXISTS airudder_leases (
    name text PRIMARY KEY, epoch bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS airudder_journal (
    name text NOT NULL, at bigint NOT NULL, size bigint NOT NULL, lines text NOT NULL, PRIMARY KEY (name, at));
"""
FREE = "INSERT INTO airudder_leases VALUES ($1, 0, '', '-infinity') ON CONFLICT DO NOTHING"
TAKE = """
UPDATE airudder_leases SET epoch = epoch + 1, holder = $2, until = clock_timestamp() + $3 * interval '1 ms'
WHERE name = $1 AND until < clock_timestamp() RETURNING epoch"""
HOLDER = """
SELECT holder, extract(epoch FROM until) * 1000, extract(epoch FROM until - clock_timestamp()) * 1000
FROM airudder_leases WHERE name = $1"""
RENEW = """
UPDATE airudder_leases SET until = clock_timestamp() + $3 * interval '1 ms'
WHERE name = $1 AND epoch = $2 RETURNING 1"""
GIVE_BACK = "UPDATE airudder_leases SET until = '-infinity' WHERE name = $1 AND epoch = $2"
LINES = "SELECT lines FROM airudder_journal WHERE name = $1 ORDER BY at"
# Whatever the server's setting: what was committed must survive its crash.
APPEND = f"""
WITH own AS ({RENEW}),
    ended AS (SELECT coalesce(max(at + size), 0) AS length FROM airudder_journal WHERE name = $1),
    durable AS (SELECT set_config('synchronous_commit', 'on', true))
INSERT INTO airudder_journal SELECT $1, $4, $5, $6 FROM own, ended, durable WHERE length = $4 RETURNING 1"""  # noqa: S608 - of constants

HEAD = """
WITH durable AS (SELECT set_config('synchronous_commit', 'on', true))
INSERT INTO airudder_journal SELECT $1, 0, $2, $3 FROM durable ON CONFLICT DO NOTHING"""
FIRST = "SELECT lines FROM airudder_journal WHERE name = $1 AND at = 0"


class PostgresJournal(LeasedJournal):
    """A journal in PostgreSQL, which may hold many, each under its name, for workers that share nothing else.

    The tables `airudder_leases` and `airudder_journal` are made if they are not there. Time is the database's.

    Args:
        conninfo: Where the database is, as `postgresql://user:password@host/name`; each campaign makes a connection.
        name: The journal's name, one for each campaign.
        lease: After so many seconds without a sign a holder is taken for dead. A campaign that is paused for longer
            sends nothing more.
            The client's `timeout` is a third of it or less: else a campaign is E1001.
        wait: How long to wait for the lease of a holder that may be dead. None: until it has run out.
    """

    def __init__(self, conninfo: str, name: str, *, lease: float = 60.0, wait: float | None = None) -> None:
        super().__init__("PostgreSQL", name, lease, wait, lambda name: _PostgresStore(_connected(conninfo), name))

    def __repr__(self) -> str:
        return f"PostgresJournal(name={self._name!r})"


def _connected(conninfo: str) -> psycopg.Connection[tuple[Any, ...]]:
    import psycopg

    # Statements are not prepared, so that a pooler between may give each to another connection of its own.
    return psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.RawCursor)


class _PostgresStore:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
        self._connection = connection
        self._name = name
        try:
            connection.execute(TABLES)
        except BaseException:
            connection.close()
            raise

    def take(self, holder: str, lease: float) -> int | Holder:
        self._run(FREE)
        taken = self._run(TAKE, holder, int(lease * 1000)).fetchone()
        if taken is not None:
            return int(taken[0])
        other, until_ms, left_ms = self._run(HOLDER).fetchone() or ("", 0, 0)
        return Holder(other, int(until_ms), float(left_ms) / 1000)

    def renew(self, epoch: int, lease: float) -> bool:
        return self._run(RENEW, epoch, int(lease * 1000)).rowcount == 1

    def give_back(self, epoch: int) -> None:
        self._run(GIVE_BACK, epoch)

    def lines(self) -> list[str]:
        return [lines for (lines,) in self._run(LINES)]

    def append(self, epoch: int, lease: float, at: int, lines: str) -> bool:
        return self._run(APPEND, epoch, int(lease * 1000), at, len(lines.encode()), lines).rowcount == 1

    def head(self, line: str) -> str:
        self._run(HEAD, len(line.encode()), line)
        (first,) = self._run(FIRST).fetchone() or ("",)
        return str(first)

    def close(self) -> None:
        self._connection.close()

    def _run(self, statement: LiteralString, *values: str | int) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement, (self._name, *values))
