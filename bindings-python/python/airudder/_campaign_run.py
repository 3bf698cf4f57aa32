"""One run of a campaign: the core's steps in one thread, calls in others, the caller's code in the caller's."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

from airudder._driver import drive
from airudder._errors import AirudderError
from airudder._guarded import Guarded
from airudder._native import clocks
from airudder._run_base import NEARLY, BaseRun, seconds_until
from airudder._threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airudder._journal_protocol import Journal
    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers
    from airudder._report import Progress
    from airudder._suppressed import Suppression
    from airudder._transport import Transport
    from airudder._watch import Watch


class Run(BaseRun[Future[None]]):
    """One run: the machine in one thread, calls in others, the caller's code in the caller's.

    So the machine is never interrupted between two steps: Python raises `KeyboardInterrupt` in the main thread alone.
    """

    def __init__(
        self,
        machine: Machine,
        transport: Transport,
        journal: Journal,
        suppression: Suppression,
        numbers: Numbers | None,
        progress: Callable[[], Progress],
        show: Callable[[Progress], object] | None,
        watch: Watch,
    ) -> None:
        super().__init__(machine, suppression, numbers, progress, show, watch)
        self._stop = Signal()
        self._transport = Guarded(transport, journal, self._stop.is_set)
        self._journal = journal
        self._woken: Future[None] = Future()
        self._tasks: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def stop(self) -> None:
        """End it from another thread: what waits is woken, and `run` raises `CancelledError`."""
        if not self._stop.is_set():
            self._stop.set()
            self._woken.set_result(None)
            self._answers.put(None)

    def run(self, contacts: Iterator[Any]) -> None:
        """Do what the machine's thread asks for, until it ends. The journal is open."""
        driving = in_thread(self._drive, contacts)
        try:
            while (task := self._next_task()) is not None:
                self._answers.put(task())
        finally:
            self.stop()
            wait([driving])  # it journals what running calls bring, so the journal must stay open
        driving.result()

    def _next_task(self) -> Callable[[], Any] | None:
        while True:
            with suppress(Empty):
                return self._tasks.get(timeout=0.5)  # on Windows, Ctrl-C comes through between two waits

    def _ask(self, task: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the task returns
        """Have it done in the caller's thread."""
        self._tasks.put(task)
        answer = self._answers.get()
        self._check()
        return answer

    def _check(self) -> None:
        if self._stop.is_set():
            raise CancelledError

    def _drive(self, contacts: Iterator[Any]) -> None:
        try:
            while (step := self._machine.poll(*(now := clocks()))) is not None:
                if step[0] == "journal":
                    self._write(step[1], step[2])
                elif step[0] == "contacts":
                    self._feed(contacts, step[1])
                elif step[0] == "screen":
                    self._screen(step[1])
                elif step[0] == "call":
                    future = in_thread(drive, step[2], self._transport, self._sleep, self._watch)
                    self._running[future] = (step[1], step[2])
                else:
                    self._wait(step[1], *now)
                self._check()
                self._show()
        except BaseException:
            self._give_up()
            raise
        finally:
            self._tasks.put(None)

    def _write(self, lines: str, at: int) -> None:
        self._journal.append(lines, at)
        self._machine.journal_written()

    def _feed(self, contacts: Iterator[Any], want: int) -> None:
        chunk = self._ask(lambda: list(islice(contacts, want)))
        try:
            self._intake.take(chunk)
        finally:
            del chunk  # error reporters show the local variables of a traceback

    def _screen(self, contacts: str) -> None:
        try:
            self._suppression.tell(self._machine, self._ask(partial(self._suppression.ask, contacts)))
        finally:
            del contacts  # error reporters show the local variables of a traceback

    def _wait(self, until_ms: int | None, unix_ms: int, monotonic_ms: int) -> None:
        """Wait for what runs, or until then by the clock that nobody sets, which began at the last poll."""
        seconds = seconds_until(until_ms, unix_ms, monotonic_ms)
        if self._running:
            done, _ = wait([*self._running, self._woken], seconds, FIRST_COMPLETED)
            for future in done - {self._woken}:
                self._collect(future)
        elif seconds is not None:
            self._stop.wait(seconds)

    def _show(self) -> None:
        show, now = self._to_show, self._to_tell()
        if show is not None and now is not None:
            self._ask(lambda: show(now))

    def _sleep(self, seconds: float) -> None:
        """Wait between two requests of a call, unless the campaign stops meanwhile."""
        self._stop.wait(seconds)
        self._check()

    def _give_up(self) -> None:
        """Start nothing more, let uploads that are under way end, and journal what they brought.

        Lookups end in threads of their own, and nobody waits for them.

        Where that fails too, for instance on a full disk, the journal says less than it might: then more contacts are
        doubtful, and looked up when the campaign is run again.
        """
        self._stop.set()
        wait(self._running, NEARLY)
        wait(self._in_doubt())
        with suppress(AirudderError, OSError):
            if lines := self._last_lines():
                self._write(*lines)
