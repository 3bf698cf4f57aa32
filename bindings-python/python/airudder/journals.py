"""Where a campaign's journal is kept: in a file, in a database, or wherever an object of yours keeps it.

>>> from airudder.journals import PostgresJournal
>>> report = client.campaigns.run(  # doctest: +SKIP
...     journal=PostgresJournal("postgresql://...", name="july"), require_journal=restarted, ...
... )

A worker that is started again on another machine goes on where the first one was killed, as long as both reach the same
database.
"""

from airudder._file_journal import FileJournal
from airudder._journal_protocol import AsyncJournal, AsyncPartitionedJournal, Journal, PartitionedJournal
from airudder._postgres_journal import PostgresJournal
from airudder._redis_journal import RedisJournal
from airudder._sqlite_journal import SqliteJournal

__all__ = [
    "AsyncJournal",
    "AsyncPartitionedJournal",
    "FileJournal",
    "Journal",
    "PartitionedJournal",
    "PostgresJournal",
    "RedisJournal",
    "SqliteJournal",
]
