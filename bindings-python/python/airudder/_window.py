"""The hours in which a campaign uploads."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, cast

from airudder._errors import invalid_setting

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAYS = 400
"""So many days are worked out beforehand; after them nothing is uploaded."""
FOR_EVER = 253_402_300_799_000
"""The end of the year 9999, in Unix milliseconds."""


def closed_times(window: object, margin: object) -> list[tuple[int, int]]:
    """From when and until when nothing is uploaded, in Unix milliseconds."""
    if not isinstance(margin, int | float) or not 0 <= margin < 86_400:
        raise invalid_setting("window_margin", "window_margin is a number of seconds, less than a day")
    if window is None:
        return []
    opens, closes, zone = _read(window)
    first = datetime.now(zone).date() - timedelta(days=2)
    closed_from = 0
    closed: list[tuple[int, int]] = []
    for day in (first + timedelta(days=number) for number in range(DAYS)):
        opens_at = _ms(datetime.combine(day, opens, zone))
        if opens_at > closed_from:
            closed.append((closed_from, opens_at))
        last = day if opens < closes else day + timedelta(days=1)
        closed_from = max(opens_at, _ms(datetime.combine(last, closes, zone)) - round(margin * 1000))
    return [*closed, (closed_from, FOR_EVER)]


def _ms(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000)


def _read(window: object) -> tuple[time, time, ZoneInfo]:
    try:
        opens, closes, zone = (str(text) for text in cast("tuple[object, ...]", window))
        opens_at, closes_at = time.fromisoformat(opens), time.fromisoformat(closes)
    except (TypeError, ValueError):
        raise invalid_setting("window", WHAT) from None
    if opens_at.tzinfo or closes_at.tzinfo or opens_at == closes_at:
        raise invalid_setting("window", WHAT)
    return opens_at, closes_at, _zone(zone)


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # loads more than a client needs

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        why = "there is no such zone here: write one as Asia/Jakarta, and on Windows `pip install tzdata`"
        raise invalid_setting("window", f"window: {why}") from None


WHAT = 'window is two different times of day and their zone, as ("08:00", "20:00", "Asia/Jakarta")'
