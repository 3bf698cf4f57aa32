"""The journal of an upload: a file, or one in a database."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airudder._postgres_journal import PostgresJournal
from airudder._redis_journal import RedisJournal
from airudder._sqlite_journal import SqliteJournal

if TYPE_CHECKING:
    from airudder._journal_protocol import Journal

DATABASES = ("sqlite3", "psycopg", "redis")
"""The libraries whose errors are those of a journal's database."""


def journal_of(given: str | None, name: str, contacts: Path, *, is_pipe: bool) -> Path | Journal:
    """The journal that an option names; in a database it has the name of the campaign."""
    if given is None:
        if is_pipe:
            raise ValueError(f"{contacts} is no file that a journal could be named by: give --journal FILE, or a file")
        return _not(contacts, contacts.with_suffix(".jsonl"))
    if given.startswith("sqlite:"):
        return SqliteJournal(given.removeprefix("sqlite:"), name)
    if given.startswith(("postgresql://", "postgres://")):
        _library("psycopg", "postgres")
        return PostgresJournal(given, name)
    if given.startswith(("redis://", "rediss://")):
        return RedisJournal(_library("redis", "redis").Redis.from_url(given, socket_timeout=10), name)
    return _not(contacts, Path(given))


def database_error(error: Exception) -> ValueError | None:
    """What to say of an error of a journal's database, without its address, which may hold a password."""
    if type(error).__module__.partition(".")[0] not in DATABASES:
        return None
    why = f": {error}" if "://" not in str(error) else ""
    return ValueError(f"the database of the journal failed ({type(error).__name__}{why})")


def _not(contacts: Path, journal: Path) -> Path:
    if journal == contacts:
        raise ValueError(f"{contacts} cannot be its own journal: give --journal FILE")
    return journal


def _library(name: str, extra: str) -> Any:  # noqa: ANN401 - a module that need not be there, where types are checked
    try:
        return import_module(name)
    except ImportError:
        raise ValueError(f"this journal needs the library {name}: pip install airudder[{extra}]") from None
