"""Campaigns: many contacts, sent once each, whatever happens on the way. All decisions are the core's."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event as Signal
from threading import Thread
from typing import TYPE_CHECKING, Any

from airudder._base import seed
from airudder._contacts import ByRules, check_chunk, check_kind
from airudder._driver import drive
from airudder._errors import AirudderError, invalid_setting
from airudder._journal import JournalFile
from airudder._native import Campaign as Machine
from airudder._native import clocks

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from airudder._native import Call, Session
    from airudder._transport import Transport
    from airudder.types import Detail


@dataclass(frozen=True)
class Progress:
    """How far a campaign is."""

    contacts: int
    """Contacts read so far."""
    accepted: int
    """Contacts that the API has."""
    rejected: int
    """Contacts that were refused, by the checks or by the API."""
    doubtful: int
    """Contacts of which nothing certain is known, for now or for good."""


@dataclass(frozen=True)
class Rejected:
    """A contact that was refused, by the checks or by the API."""

    contact: int
    """Its position among the contacts, from 0."""
    code: str
    """The error's number, for instance `E1007`."""
    pointer: str | None
    """JSON pointer to the bad field of the contact, for instance `/callee`."""
    message: str
    """Why. Where the API refused its batch, how many of the batch were looked up afterwards and not found."""


@dataclass(frozen=True)
class DoubtfulContact:
    """A contact of which it is not known whether the API has it. Only the next run of the campaign settles it."""

    contact: int
    """Its position among the contacts, from 0."""
    case_id: str | None
    """Its case id, if it has one."""


@dataclass(frozen=True)
class Workflow:
    """A workflow of a campaign."""

    workflow_id: str | None
    """Its id; None where it is not known whether it was created: it would be empty, and phones nobody."""
    name: str
    """Its name."""
    contacts: int
    """Contacts that it has, or may have."""


@dataclass(frozen=True)
class Report:
    """What became of a campaign. Each contact is counted once: accepted, rejected or doubtful."""

    accepted: int
    """How many contacts the API has."""
    rejected: list[Rejected]
    """The contacts that were refused, in their order."""
    doubtful: list[DoubtfulContact]
    """The contacts that stay doubtful, or were not looked up before the campaign stopped, in their order."""
    workflows: list[Workflow]
    """The workflows, the possible orphans included."""
    clock_offset_ms: int | None = None
    """How far the API's clock is ahead of this machine's, in milliseconds, where they are more than an hour apart."""


class Campaigns:
    """Campaigns of a client."""

    def __init__(self, session: Session, transport: Transport) -> None:
        self._session = session
        self._transport = transport

    def run(
        self,
        *,
        workflow_template_id: int,
        name: str,
        end_time: str | datetime,
        contacts: Iterable[Detail] | Iterable[Mapping[str, Any]] | ByRules,
        journal: str | os.PathLike[str],
        batch_size: int = 1000,
        in_flight: int = 1,
        lookups_in_flight: int = 8,
        settle: float | None = 60.0,
        allow_duplicates: bool = False,
        retry_rejected: bool = False,
        journal_key: str | None = None,
        same_account: bool = False,
        progress: Callable[[Progress], object] | None = None,
    ) -> Report:
        """Send contacts to as many workflows as they need, each contact once.

        Every batch is written to the journal before it is sent. When the program dies, at whatever moment, run it again
        with the same journal and the same contacts in the same order: what is done is not done again, what is doubtful
        is looked up, and new contacts at the end go out, if `end_time` has not passed. Keep the journal as long as the
        campaign may be run again.

        Contacts that break a rule, are no JSON, or come twice are reported as rejected; the others go out.

        Args:
            workflow_template_id: The template of the workflows.
            name: The name of the workflow; further ones are called `name (2)`, `name (3)`, ...
            end_time: When the workflows end, as `2099-12-01 18:00:00+08:00`, or a `datetime` with its zone.
            contacts: Dicts as `workflow.upload_details` takes them. They are read as they are needed, in this thread.
                Files and tables are not read by themselves: that is a `TypeError`. Of a contact that was sent, a later
                run must give the same fields in the same order.
            journal: A file of JSON lines, made if it is not there. It holds positions, checksums, and the API's
                messages, but no contact.
            batch_size: Contacts in one upload, 1 to 10 000.
            in_flight: Uploads under way at once.
            lookups_in_flight: Look-ups of doubtful contacts under way at once.
            settle: A contact that a doubtful upload may have carried is looked up; if it is not found, again so many
                seconds later, and only then sent again. That nobody is called twice rests on the API not taking up a
                request later than this. None: never send such a contact again; it stays doubtful.
            allow_duplicates: Whether a contact may come again. Contacts are the same when their case ids are, or,
                without one, their numbers.
            retry_rejected: Whether contacts that the API refused in an earlier run are sent again. Each is looked up
                before, and again after `settle`.
            journal_key: What the fingerprints in the journal are keyed by. None: the app secret. After a change of the
                app secret, give the earlier one here to go on with a campaign that began before.
            same_account: Take a journal that was written for another `base_url` or `app_key`: the account is the same.
            progress: Is called in this thread whenever something changed.

        Returns:
            What became of every contact.

        Raises:
            AirudderError: The campaign had to stop; `report` of the exception says how far it came. Mend the cause, and
                run it again. `E1012`: the journal belongs to other contacts. `E1018`: another process runs this
                journal, or wrote to it.
            OSError: The journal cannot be opened or written, for instance since its folder is not there.
        """
        try:
            path = Path(journal)
        except TypeError:
            raise TypeError("journal is the path of a file: it keeps people from being called twice") from None
        check_kind(contacts)
        try:
            machine = Machine(
                self._session,
                workflow_template_id=workflow_template_id,
                name=name,
                end_time=_end_time(end_time),
                batch_size=batch_size,
                in_flight=in_flight,
                lookups_in_flight=lookups_in_flight,
                settle=settle,
                allow_duplicates=allow_duplicates,
                retry_rejected=retry_rejected,
                journal_key=journal_key,
                same_account=same_account,
                seed=seed(),
            )
        finally:
            del journal_key  # error reporters show the local variables of a traceback
        error: AirudderError | None = None
        try:
            with JournalFile(path) as file:
                file.cut(machine.resume(file.read()))
                rows = contacts.by_rules(machine.normal) if isinstance(contacts, ByRules) else contacts
                _Run(machine, self._transport, file, progress).run(iter(rows))
        except AirudderError as raised:
            error = raised
        accepted, rejected, doubtful, workflows, clock_offset_ms, stopped_by = machine.report()
        report = Report(
            accepted,
            [Rejected(*one) for one in rejected],
            [DoubtfulContact(*one) for one in doubtful],
            [Workflow(*one) for one in workflows],
            clock_offset_ms,
        )
        error = error or stopped_by
        if error is not None:
            error.report = report
            raise error
        return report


class _Run:
    """One run: the machine in one thread, calls in others, the caller's code in the caller's.

    So the machine is never interrupted between two steps: Python raises `KeyboardInterrupt` in the main thread alone.
    """

    def __init__(
        self,
        machine: Machine,
        transport: Transport,
        journal: JournalFile,
        progress: Callable[[Progress], object] | None,
    ) -> None:
        self._machine = machine
        self._transport = transport
        self._journal = journal
        self._progress = progress
        self._shown: Progress | None = None
        self._begun = False
        self._running: dict[Future[None], tuple[int, Call]] = {}
        self._stop = Signal()
        self._tasks: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def run(self, contacts: Iterator[Any]) -> None:
        """Do what the machine's thread asks for, until it ends."""
        driving = _start(self._drive, contacts)
        try:
            while (task := self._next_task()) is not None:
                self._answers.put(task())
        finally:
            self._stop.set()
            self._answers.put(None)
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
                elif step[0] == "call":
                    future = _start(drive, step[2], self._transport, self._sleep)
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
            if not self._begun:
                check_chunk(chunk)
                self._begun = True
            if chunk:
                self._machine.feed(chunk)
            else:
                self._machine.end_of_contacts()
        finally:
            del chunk  # error reporters show the local variables of a traceback

    def _wait(self, until_ms: int | None, unix_ms: int, monotonic_ms: int) -> None:
        """Wait for what runs, or until then by the clock that nobody sets, which began at the last poll."""
        passed = clocks()[1] - monotonic_ms
        seconds = None if until_ms is None else max(0, until_ms - unix_ms - passed) / 1000
        if self._running:
            done, _ = wait(self._running, seconds, FIRST_COMPLETED)
            self._collect(done)
        elif seconds is not None:
            self._stop.wait(seconds)

    def _collect(self, done: Iterable[Future[None]]) -> None:
        for future in done:
            future.result()
            number, call = self._running.pop(future)
            self._machine.on_result(number, *clocks(), call)

    def _show(self) -> None:
        now = Progress(*self._machine.progress())
        progress = self._progress
        if progress is not None and now != self._shown:
            self._shown = now
            self._ask(lambda: progress(now))

    def _sleep(self, seconds: float) -> None:
        """Wait between two requests of a call, unless the campaign stops meanwhile."""
        self._stop.wait(seconds)
        self._check()

    def _give_up(self) -> None:
        """Start nothing more, let requests that are under way end, and journal what they brought.

        Where that fails too, for instance on a full disk, the journal says less than it might: then more contacts are
        doubtful, and looked up when the campaign is run again.
        """
        self._stop.set()
        wait(self._running)
        with suppress(AirudderError, OSError):
            self._machine.give_up()
            for future, (number, call) in self._running.items():
                if future.exception() is None:
                    self._machine.on_result(number, *clocks(), call)
                else:  # it waited for its next try, and the journal has it as doubtful
                    call.close()
            step = self._machine.poll(*clocks())
            if step is not None and step[0] == "journal":
                self._write(step[1], step[2])


def _end_time(given: str | datetime) -> str:
    if not isinstance(given, datetime):
        return given
    if given.utcoffset() is None:
        fix = 'write datetime(2026, 12, 1, 18, tzinfo=ZoneInfo("Asia/Jakarta")), or "2026-12-01 18:00:00+07:00"'
        raise invalid_setting("end_time", f"the datetime has no zone, and this library guesses none: {fix}")
    return given.isoformat(" ", "seconds")


def _start(run: Callable[..., None], *arguments: Any) -> Future[None]:  # noqa: ANN401 - the function types them
    """Run it in a thread of its own, which is a daemon if this one is.

    No pool of `concurrent.futures`: one takes no more work as soon as the main thread has ended, while a campaign in
    another thread goes on.
    """
    future: Future[None] = Future()

    def work() -> None:
        try:
            run(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
            future.set_exception(error)
        else:
            future.set_result(None)

    Thread(target=work, name="airudder-campaign").start()
    return future
