"""The time as the system has it, whatever stands in the place of Python's `time`."""

from __future__ import annotations

from airudder._native import clocks


class CallClock:
    """The time of one call: Unix time at its start, and what a clock that nobody sets measured since.

    What was waited for has come, also where the wait itself was taken out, as tests do.
    """

    def __init__(self) -> None:
        unix, monotonic = clocks()
        self._ahead = unix - monotonic
        self._reached = unix

    def now_ms(self) -> int:
        """Tell the time in Unix milliseconds."""
        return max(self._reached, clocks()[1] + self._ahead)

    def seconds_until(self, moment_ms: int) -> float:
        """Tell how long it is until then; from now on, then has come."""
        left = moment_ms - self.now_ms()
        self._reached = max(self._reached, moment_ms)
        return max(0, left) / 1000


class Deadline:
    """The end of the time that a request may take."""

    def __init__(self, seconds: float) -> None:
        self._end = clocks()[1] / 1000 + seconds

    def left(self) -> float:
        """Tell how many seconds are left, of which there must be some."""
        left = self._end - clocks()[1] / 1000
        if left <= 0:
            raise TimeoutError
        return left
