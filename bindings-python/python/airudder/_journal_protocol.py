"""What a campaign needs of its journal, and of the journals of its partitions."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Journal(Protocol):
    """An ordered list of lines, which one campaign at a time has.

    Each method does all of its work or raises. What it raises stops the campaign before anything is sent on the
    strength of it; the next run goes on from what was appended. Lines hold positions, keyed fingerprints, ids of
    workflows and masked messages, and no contact.
    """

    def open(self) -> bytes:
        """Take the journal for this campaign, and give all that was appended so far.

        Raise where somebody else has it: two campaigns on one journal would call people twice.
        """
        ...

    def append(self, lines: str, at: int, /) -> None:
        """Append whole lines, which must be durable when this returns: the next requests rest on them.

        `at` is the number of UTF-8 bytes that the journal has before them. Where it has more or fewer, or was taken by
        somebody else meanwhile, append nothing, and raise.
        """
        ...

    def cut(self, length: int, /) -> None:
        """Cut to so many bytes, to remove a line that a crash tore."""
        ...

    def held(self) -> bool:
        """Tell whether the journal is surely still this campaign's, for longer than a request takes to go out.

        It is asked before each upload is handed to the network; where it is not so, nothing is sent. A file with a lock
        says yes. One with a lease says so while at most a third of it has passed.
        """
        ...

    def close(self) -> None:
        """Let others have it. It is called once for each `open` that returned.

        A journal may have a method `interrupt`, too, which ends a wait of `open` from another thread: it is called when
        the campaign is to stop. And it may have a `lease`, in seconds, of which a request must take no more than a
        third: E1001.
        """
        ...


def interrupt(journal: object) -> None:
    """Call `interrupt` of a journal that has it."""
    if ends_wait := getattr(journal, "interrupt", None):
        ends_wait()


@runtime_checkable
class AsyncJournal(Protocol):
    """The same for campaigns of an `AsyncClient`. `held` is asked in between, and must not wait for anything."""

    async def open(self) -> bytes:
        """See `Journal.open`."""
        ...

    async def append(self, lines: str, at: int, /) -> None:
        """See `Journal.append`."""
        ...

    async def cut(self, length: int, /) -> None:
        """See `Journal.cut`."""
        ...

    def held(self) -> bool:
        """See `Journal.held`."""
        ...

    async def close(self) -> None:
        """See `Journal.close`."""
        ...


@runtime_checkable
class PartitionedJournal(Journal, Protocol):
    """A journal where workers on other machines have theirs, so that each can send one partition of a campaign.

    This one holds nothing but the head then, one line, which all workers share; each has the journal of its partition.
    """

    def head(self, line: str, /) -> bytes:
        """Keep this line as the journal's first, unless it has one, and give the first that it has then.

        In one step, so that of two workers which do so at once both get the same line; durable when this returns; and
        without taking the journal, which other workers need meanwhile.
        """
        ...

    def part(self, index: int, /) -> Journal:
        """Give the journal of a partition, another one for each number."""
        ...


@runtime_checkable
class AsyncPartitionedJournal(AsyncJournal, Protocol):
    """The same for campaigns of an `AsyncClient`."""

    async def head(self, line: str, /) -> bytes:
        """See `PartitionedJournal.head`."""
        ...

    def part(self, index: int, /) -> AsyncJournal:
        """See `PartitionedJournal.part`."""
        ...
