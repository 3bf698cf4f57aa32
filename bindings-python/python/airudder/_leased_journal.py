"""A journal in a database: a fence keeps off a worker that lost its turn, and a lease tells when one is dead.

The lease's row has an epoch, which each new holder raises. Lines are appended in one transaction with a change of that
row under the holder's own epoch: a worker that was paused, and whose lease was taken over meanwhile, changes nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol

from airudder._errors import invalid_setting, made
from airudder._native import clocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._errors import AirudderError

CONFLICT = 1018
STOPPED = 1023


class Holder(NamedTuple):
    """Who has a journal, until when by the database's clock, and how many seconds from now that is."""

    name: str
    until_ms: int
    seconds: float


class Store(Protocol):
    """What a database does for one journal, each in one transaction. `lease` is in seconds."""

    def take(self, holder: str, lease: float) -> int | Holder:
        """Take the lease if it is free or has run out, and give its new epoch; otherwise give who has it."""
        ...

    def renew(self, epoch: int, lease: float) -> bool:
        """Renew the lease of this epoch; False where somebody else has a newer one."""
        ...

    def give_back(self, epoch: int) -> None:
        """End the lease of this epoch."""
        ...

    def lines(self) -> list[str]:
        """All that was appended, in its order."""
        ...

    def append(self, epoch: int, lease: float, at: int, lines: str) -> bool:
        """Append to a journal of so many bytes and renew the lease; False where either is no longer so."""
        ...

    def head(self, line: str) -> str:
        """Append to an empty journal, whoever has the lease, and give what was appended first."""
        ...

    def close(self) -> None:
        """Let the connection go, if it is the store's own."""
        ...


class LeasedJournal:
    """A journal in a database, for one campaign at a time, wherever its worker runs."""

    def __init__(self, kind: str, name: str, lease: float, wait: float | None, connect: Callable[[str], Store]) -> None:
        if not name:
            raise invalid_setting("journal", "a journal in a database needs a name")
        if not lease >= 1:
            raise invalid_setting("journal", "lease is a number of seconds, 1 or more")
        self._kind = kind
        self._name = name
        self._connect = connect
        self._lease = lease
        self._given_wait = wait
        self._wait = lease + 1 if wait is None else wait
        self._store: Store | None = None
        self._epoch = 0
        self._since_ms = 0
        self._lost = False
        self._lock = Lock()  # the renewing thread uses the same connection
        self._closed = Event()
        self._interrupted = Event()
        self._renewing: Thread | None = None

    @property
    def lease(self) -> float:
        """After how many seconds without a sign a holder is taken for dead."""
        return self._lease

    def open(self) -> bytes:
        """Take the lease and read the journal.

        A holder that died leaves a lease that runs out: that is waited for. One that is alive renews it: E1018.
        """
        store = self._connect(self._name)
        try:
            self._epoch = self._take(store)
            content = "".join(store.lines()).encode()
        except BaseException:
            self._interrupted.clear()
            store.close()
            raise
        self._store, self._lost = store, False
        self._closed.clear()
        self._renewing = Thread(target=self._renew, name="airudder-lease", daemon=True)
        self._renewing.start()
        return content

    def interrupt(self) -> None:
        """End the wait of `open` for a holder, this one or the next, from another thread: it raises E1023."""
        self._interrupted.set()

    def append(self, lines: str, at: int, /) -> None:
        """Append in one transaction, under the lease."""
        began = clocks()[1]
        with self._lock:
            if self._store is None or self._lost or not self._store.append(self._epoch, self._lease, at, lines):
                raise self._conflict("somebody else took this journal over, or wrote to it")
            self._since_ms = began

    def cut(self, length: int, /) -> None:
        """Refuse: lines are appended wholly or not at all, so that a torn one was written by something else."""
        raise self._conflict(f"it has more than the {length} bytes of whole lines, which no campaign wrote")

    def head(self, line: str, /) -> bytes:
        """Begin the journal with this line unless it has begun, and give its beginning."""
        store = self._connect(self._name)
        try:
            return store.head(line).encode()
        finally:
            store.close()

    def part(self, index: int, /) -> LeasedJournal:
        """Give the journal of a partition, which is called `name/index`."""
        return LeasedJournal(self._kind, f"{self._name}/{index}", self._lease, self._given_wait, self._connect)

    def held(self) -> bool:
        """Tell whether at most a third of the lease has passed since it was last renewed."""
        return not self._lost and clocks()[1] - self._since_ms < self._lease * 1000 / 3

    def close(self) -> None:
        """Give the lease back."""
        self._interrupted.clear()
        self._closed.set()
        if self._renewing is not None:
            self._renewing.join()
        store, self._store = self._store, None
        if store is not None:
            with suppress(Exception):  # every line is durable by now, and the lease runs out
                store.give_back(self._epoch)
            store.close()

    def _take(self, store: Store) -> int:
        end = time.monotonic() + self._wait
        first: Holder | None = None
        own = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        while True:
            began = clocks()[1]
            taken = store.take(own, self._lease)
            if not isinstance(taken, Holder):
                self._since_ms = began
                return taken
            first = first or taken
            is_alive = taken.until_ms != first.until_ms
            if is_alive or time.monotonic() >= end:
                raise self._conflict(f"{taken.name} runs this campaign; its lease runs for {taken.seconds:.0f} s more")
            if self._interrupted.wait(min(0.5, max(0.05, taken.seconds))):
                raise made(STOPPED, f"the campaign was stopped while {taken.name} had its journal")

    def _renew(self) -> None:
        while not self._closed.wait(self._lease / 6):
            began = clocks()[1]
            with self._lock:
                store = self._store
                if store is None:
                    continue
                try:
                    self._lost = not store.renew(self._epoch, self._lease)
                except Exception:  # noqa: BLE001, S112 - without the database the lease runs out, and `held` says so
                    continue
                if self._lost:
                    return
                self._since_ms = max(self._since_ms, began)

    def _conflict(self, why: str) -> AirudderError:
        return made(CONFLICT, f"the {self._kind} journal {self._name}: {why}", "/journal")
