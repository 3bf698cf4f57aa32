"""What the runs of both kinds of client share: handing contacts over, telling the progress, and giving up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from airudder._contacts import Intake
from airudder._native import clocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._native import Call
    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers
    from airudder._report import Progress
    from airudder._suppressed import Suppression
    from airudder._watch import Watch, WatchedCampaign


NEARLY = 0.2
"""So many seconds a campaign that stops waits for calls that are about to end."""


class _Ended(Protocol):
    def done(self) -> bool: ...
    def cancelled(self) -> bool: ...
    def exception(self) -> BaseException | None: ...
    def result(self) -> Any: ...  # noqa: ANN401 - the result of a call is in the call


_Task = TypeVar("_Task", bound=_Ended)


class BaseRun(Generic[_Task]):
    """One run: a machine, and the calls that it has under way."""

    def __init__(
        self,
        machine: Machine,
        suppression: Suppression,
        numbers: Numbers | None,
        progress: Callable[[], Progress],
        show: Callable[[Progress], object] | None,
        watch: Watch,
    ) -> None:
        self._machine = machine
        self._suppression = suppression
        self._intake = Intake(machine, numbers)
        self._progress = progress
        self._to_show = show
        self._shown: Progress | None = None
        self._watch = watch
        self.watched: WatchedCampaign | None = None
        """Those who watch this campaign; known once it begins."""
        self._running: dict[_Task, tuple[int, Call]] = {}

    def stop(self) -> None:
        """End it."""
        raise NotImplementedError

    def _to_tell(self) -> Progress | None:
        """The progress, if it has changed and somebody wants to know."""
        if self._to_show is None and self.watched is None:
            return None
        now = self._progress()
        if self.watched is not None:
            self.watched.progress(now)
        if self._to_show is None or now == self._shown:
            return None
        self._shown = now
        return now

    def _collect(self, task: _Task) -> None:
        """Take the result of a call that has ended, or raise what ended it."""
        task.result()
        number, call = self._running.pop(task)
        self._machine.on_result(number, *clocks(), call)

    def _in_doubt(self) -> list[_Task]:
        """The calls whose requests must not be sent twice, and are under way."""
        return [task for task, (_, call) in self._running.items() if not task.done() and call.in_doubt]

    def _last_lines(self) -> tuple[str, int] | None:
        """Start nothing more. Give the lines that the calls brought for the journal; those in doubt have ended."""
        self._machine.give_up()
        for task, (number, call) in self._running.items():
            if task.done() and not task.cancelled() and task.exception() is None:
                self._machine.on_result(number, *clocks(), call)
            else:  # it waited for its next try, or looks somebody up, and the journal has it as doubtful
                call.close()
        step = self._machine.poll(*clocks())
        return (step[1], step[2]) if step is not None and step[0] == "journal" else None


def seconds_until(until_ms: int | None, unix_ms: int, monotonic_ms: int) -> float | None:
    """How long to wait by the clock that nobody sets, of a time that was asked for at these times."""
    passed = clocks()[1] - monotonic_ms
    return None if until_ms is None else max(0, until_ms - unix_ms - passed) / 1000
