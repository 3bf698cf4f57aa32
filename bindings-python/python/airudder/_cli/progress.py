"""The progress of an upload, for the person who watches."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars

from airudder._cli.output import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._report import Progress


class Kind(StrEnum):
    """The ways to show progress."""

    auto = "auto"
    bar = "bar"
    plain = "plain"
    none = "none"


PHASES = {
    "uploading": "uploading",
    "waiting_for_api": "waiting for the API",
    "looking_up": "looking up contacts in doubt",
    "paused": "paused",
    "reading": "reading",
    "settling": "settling",
    "ended": "ended",
}
PLAIN_EVERY = 10.0
"""So many seconds are between two plain lines, but for those that tell of a wait."""
WINDOW = 30.0
"""The speed is that of the last so many seconds."""


class Shown:
    """Shows nothing, between `with` and its end; the others show more."""

    def reading(self, rows: int) -> None:
        """Show how much of the file was read."""

    def show(self, progress: Progress) -> None:
        """Show how far the campaign is."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Show no more."""


def shown(kind: Kind, *, as_json: bool, quiet: bool) -> Shown:
    """Choose the way in which progress is shown."""
    seen = bool(sys.stderr and sys.stderr.isatty())
    if kind is Kind.auto:
        kind = Kind.bar if seen and not as_json else Kind.none
        if kind is Kind.bar and os.environ.get("TERM") in ("dumb", "unknown"):
            kind = Kind.plain
    if quiet or kind is Kind.none or not sys.stderr:
        return Shown()
    return Bar() if kind is Kind.bar else Plain()


class Pace:
    """The speed of the last half minute, and the time that is left at it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, done: int) -> None:
        """Take how many contacts are done with."""
        now = self._now()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] < now - WINDOW:
            self._seen.popleft()

    def text(self, total: int | None) -> str:
        """Tell the speed and the time that is left, as far as they are known."""
        (since, before), (until, done) = self._seen[0], self._seen[-1]
        if until - since < 0.5 or done == before:
            return ""
        speed = (done - before) / (until - since)
        left = f", {_duration((total - done) / speed)} left" if total and total > done else ""
        return f"{speed:.0f} contacts/s{left}" if speed >= 10 else f"{speed:.1f} contacts/s{left}"


class Plain(Shown):
    """Writes a line now and then."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pace = Pace(now)
        self._last: tuple[float, str] | None = None

    def reading(self, rows: int) -> None:
        """Tell how much of the file was read."""
        self._tell("reading", f"reading: {rows} rows", waits=False)

    def show(self, progress: Progress) -> None:
        """Tell how far the campaign is."""
        self._pace.add(_done(progress))
        parts = [f"{_phase(progress)}: {_counts(progress)}", self._pace.text(progress.total)]
        waits = progress.until is not None or progress.phase == "ended"
        self._tell(progress.phase, ", ".join(filter(None, parts)), waits=waits)

    def _tell(self, phase: str, text: str, *, waits: bool) -> None:
        now = self._now()
        since, before = self._last or (-PLAIN_EVERY, "")
        if now - since >= PLAIN_EVERY or (waits and phase != before):
            tell(text)
            self._last = (now, phase)


class Bar(Shown):
    """Draws a bar on a terminal, below whatever else is written there."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._bars = Bars(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[counts]}", markup=False),
            TextColumn("{task.fields[pace]}", markup=False),
            console=Console(stderr=True),
            redirect_stdout=False,  # the results go there, past everything
        )
        self._task = self._bars.add_task("reading", total=None, counts="", pace="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def reading(self, rows: int) -> None:
        """Show how much of the file was read."""
        self._bars.update(self._task, counts=f"{rows} rows")

    def show(self, progress: Progress) -> None:
        """Show how far the campaign is."""
        self._pace.add(_done(progress))
        self._bars.update(
            self._task,
            description=_phase(progress),
            completed=_done(progress),
            total=progress.total or None,
            counts=_counts(progress),
            pace=self._pace.text(progress.total),
        )

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it is, and go on below."""
        self._bars.stop()


def _done(progress: Progress) -> int:
    return progress.accepted + progress.rejected


def _counts(progress: Progress) -> str:
    of = f" of {progress.total}" if progress.total else ""
    doubtful = f", {progress.doubtful} in doubt" if progress.doubtful else ""
    return f"{_done(progress)}{of}{doubtful}"


def _phase(progress: Progress) -> str:
    phase = PHASES.get(progress.phase, progress.phase)
    return phase if progress.until is None else f"{phase} until {_moment(progress.until)}"


def _moment(moment: datetime) -> str:
    """A time in the zone of this machine, with its day if that is another one."""
    here, now = moment.astimezone(), datetime.now().astimezone()
    return f"{here:%H:%M:%S}" if here.date() == now.date() else f"{here:%Y-%m-%d %H:%M:%S}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
