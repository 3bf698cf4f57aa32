"""What events say of a campaign's contacts, added up as they come."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from airudder._page.countries import calling_code, country_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from types import TracebackType
    from typing import Self


class HasData(Protocol):
    """An event, as `Webhooks.unwrap` gives it."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What it says."""
        ...


NONE = "(none)"
OTHERS = "others"
MOST = 12
"""So many labels, answers and countries are told apart; the rest is counted together."""
CHUNK = 20_000
CACHE_KIB = 64 * 1024
SCHEMA = f"""
PRAGMA cache_size = -{CACHE_KIB};
PRAGMA synchronous = OFF;
PRAGMA journal_mode = OFF;
CREATE TABLE results (
    contact BLOB PRIMARY KEY, label TEXT, answer TEXT, code TEXT, at TEXT, called INT, connected INT, talked REAL
) WITHOUT ROWID;
"""
_NOT_CALLED = ("created", "pending", "cancelled")
_UNITS = (
    ("second", 19, 180),
    ("minute", 16, 3 * 3600),
    ("hour", 13, 4 * 86400),
    ("day", 10, 120 * 86400),
    ("month", 7, 3650 * 86400),
    ("year", 4, float("inf")),
)
"""Each unit of time, how much of `2026-07-01 09:30:00` tells it, and for how many seconds at most it is used."""

Row: TypeAlias = tuple[bytes, str, str, str, str | None, bool, bool, float | None]


@dataclass(frozen=True)
class Share:
    """Contacts of one kind, and how many of them were connected."""

    name: str
    contacts: int
    connected: int


@dataclass(frozen=True)
class Figures:
    """The sums."""

    contacts: int
    """Contacts with a result."""
    called: int
    connected: int
    talked: int
    mean_seconds: float
    """The mean length of the conversations."""
    labels: list[Share]
    answers: list[Share]
    countries: list[Share]
    times: list[Share] = field(repr=False)
    unit: str
    """What each of `times` is: a `second`, `minute`, `hour`, `day`, `month` or `year`."""
    first: str | None
    last: str | None
    without_time: int
    calls: int
    """Calls that the events told of, those of another workflow left out."""
    other_events: int
    """Events that tell of no call."""
    of_other_workflows: int


class Results:
    """Results by contact, in a temporary file: memory does not grow with them.

    The file holds no number and no case id but fingerprints of them by a key that is thrown away, and is removed with
    its `close`. Of several results of a contact the last one counts.
    """

    def __init__(self, workflows: Collection[str] = ()) -> None:
        """Take the results of these workflows; without any, those of all."""
        self._workflows = frozenset(workflows)
        self._key = secrets.token_bytes(16)
        self._unnamed = count()
        self._db = sqlite3.connect("")
        self._db.executescript(SCHEMA)
        self._calls = self._other_events = self._of_others = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, events: Iterable[HasData | Mapping[str, Any]]) -> None:
        """Count events."""
        rows: list[Row] = []
        for event in events:
            rows += self._rows(event if isinstance(event, Mapping) else event.data)
            if len(rows) >= CHUNK:
                self._put(rows)
                rows = []
        self._put(rows)

    def has(self, contact: Mapping[str, Any]) -> bool:
        """Tell whether there is a result of a contact, by its `caseid`, or by its `callee`."""
        keys = [self._fingerprint(contact[name]) for name in ("caseid", "callee") if _text(contact.get(name))]
        found = (self._db.execute("SELECT 1 FROM results WHERE contact = ?", (key,)).fetchone() for key in keys)
        return any(found)

    def figures(self) -> Figures:
        """Add up."""
        sums = (
            "count(*), coalesce(sum(called), 0), coalesce(sum(connected), 0), count(talked), coalesce(avg(talked), 0)"
        )
        contacts, called, connected, talked, mean = self._row(f"SELECT {sums} FROM results")  # noqa: S608 - ours
        first, last, timed = self._row("SELECT min(at), max(at), count(at) FROM results")
        unit, digits = _unit(first, last)
        query = (
            "SELECT substr(at, 1, ?), count(*), sum(connected) FROM results WHERE at IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        times = [Share(*row) for row in self._db.execute(query, (digits,))]
        countries = [Share(country_of(one.name), one.contacts, one.connected) for one in self._shares("code")]
        return Figures(
            contacts,
            called,
            connected,
            talked,
            mean,
            labels=_most(self._shares("label")),
            answers=_most(self._shares("answer")),
            countries=_most(iter(countries)),
            times=times,
            unit=unit,
            first=first,
            last=last,
            without_time=contacts - timed,
            calls=self._calls,
            other_events=self._other_events,
            of_other_workflows=self._of_others,
        )

    def _rows(self, data: Mapping[str, Any]) -> Iterator[Row]:
        details = data.get("details")
        calls = [cast("Mapping[str, Any]", one) for one in _list(details) if isinstance(one, Mapping)]
        self._other_events += not calls
        for call in calls:
            # The vendor does not say whether these stand beside `details` or in them.
            workflow = _text(data.get("workflow_id")) or _text(call.get("workflow_id"))
            if self._workflows and workflow and workflow not in self._workflows:
                self._of_others += 1
                continue
            self._calls += 1
            yield self._row_of(call, _text(data.get("case_id")) or _text(call.get("case_id")))

    def _row_of(self, call: Mapping[str, Any], case_id: str) -> Row:
        callee, answer = _text(call.get("callee")), _text(call.get("ring_type"))
        connected = answer == "normal"
        seconds = call.get("duration")
        talked = float(seconds) if isinstance(seconds, int | float) and 0 < seconds < 1e9 else None
        return (
            self._fingerprint(case_id or callee or _text(call.get("call_id")) or f"\0{next(self._unnamed)}"),
            _text(call.get("result_label")) or NONE,
            answer or NONE,
            calling_code(callee),
            _time(call.get("call_end_time")) or _time(call.get("call_start_time")),
            connected or call.get("result") not in _NOT_CALLED,
            connected,
            talked if connected else None,
        )

    def _fingerprint(self, name: str) -> bytes:
        return blake2b(name.encode(), key=self._key, digest_size=12).digest()

    def _put(self, rows: list[Row]) -> None:
        # In order, a database takes many rows at once faster.
        rows.sort(key=lambda row: row[0])
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _shares(self, column: str) -> Iterator[Share]:
        query = f"SELECT {column}, count(*), sum(connected) FROM results GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608
        with closing(self._db.execute(query)) as rows:
            for row in rows:
                yield Share(*row)

    def _row(self, query: str) -> Any:  # noqa: ANN401 - the columns of the query
        return self._db.execute(query).fetchone()


def _most(shares: Iterator[Share]) -> list[Share]:
    """Keep the largest, and count the rest together."""
    kept: list[Share] = []
    contacts = connected = 0
    for one in shares:
        if len(kept) < MOST:
            kept.append(one)
        else:
            contacts, connected = contacts + one.contacts, connected + one.connected
    return [*kept, Share(OTHERS, contacts, connected)] if contacts else kept


def _unit(first: str | None, last: str | None) -> tuple[str, int]:
    """Choose the unit for the time from first to last, and how many characters of a time tell it."""
    span = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() if first and last else 0
    return next((unit, digits) for unit, digits, longest in _UNITS if span <= longest)


def _time(value: object) -> str | None:
    """A time as the API writes it, `2026-07-01 09:30:00`, in the account's local time."""
    try:
        return datetime.fromisoformat(_text(value)).replace(tzinfo=None).isoformat(" ", "seconds")
    except ValueError:
        return None


def _text(value: object) -> str:
    """A text; what it has that is no character, half of a surrogate pair, is a question mark."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
