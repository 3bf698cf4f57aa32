"""The contacts that a campaign takes. What is surely something else is refused before anything begins."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, runtime_checkable

from airudder._numbers import NotPossible

if TYPE_CHECKING:
    from airudder._generated.types import Detail
    from airudder._native import Campaign as Machine
    from airudder._numbers import Numbers


@runtime_checkable
class ByRules(Protocol):
    """Contacts that are made of something else, such as rows of a file, by rules that depend on the journal.

    A campaign that an earlier version began goes on by that version's rules: otherwise its contacts would not compare
    as those that were sent.
    """

    def by_rules(self, normal: int) -> Iterable[Any]:
        """Make the contacts by the rules of this number, which the journal says."""
        ...


Contacts: TypeAlias = "Iterable[Detail] | Iterable[Mapping[str, Any]] | ByRules"
AsyncContacts: TypeAlias = "AsyncIterable[Detail] | AsyncIterable[Mapping[str, Any]]"


def check_kind(contacts: object, *, may_be_async: bool = False) -> None:
    """Raise a `TypeError` for what cannot be an iterable of contacts, though Python might iterate over it."""
    if isinstance(contacts, ByRules) or (may_be_async and isinstance(contacts, AsyncIterable)):
        return
    if remedy := _remedy(contacts):
        raise TypeError(f"contacts is an iterable of dicts, and this is {_a(contacts)}: {remedy}")


def check_chunk(contacts: list[Any]) -> None:
    """Raise a `TypeError` where none of the first contacts can be one: then it is no single bad contact."""
    if contacts and not any(isinstance(contact, Mapping) for contact in contacts):
        raise TypeError(f"contacts is an iterable of dicts, and the first of it is {_a(contacts[0])}: {_AS_DICTS}")


def rows_of(contacts: Contacts | AsyncContacts, machine: Machine) -> Contacts | AsyncContacts:
    """The contacts by the rules of the machine's journal."""
    return contacts.by_rules(machine.normal) if isinstance(contacts, ByRules) else contacts


class Intake:
    """Hands contacts to a machine."""

    def __init__(self, machine: Machine, numbers: Numbers | None) -> None:
        self._machine = machine
        self._numbers = numbers
        self._read: list[Any] = []
        self._begun = False

    def take(self, chunk: list[Any]) -> None:
        """Hand over the next ones; none are the end."""
        try:
            if not self._begun:
                check_chunk(chunk)
                self._begun = True
            if chunk:
                self._feed(chunk)
            else:
                self._machine.end_of_contacts()
        finally:
            del chunk  # error reporters show the local variables of a traceback

    def _feed(self, chunk: list[Any]) -> None:
        if self._numbers is None:
            self._machine.feed(chunk)
            return
        for _ in map(partial(self._read_number, self._numbers), chunk):
            pass
        self._hand_over()

    def _read_number(self, numbers: Numbers, contact: object) -> None:
        given = cast("Mapping[str, Any]", contact if isinstance(contact, Mapping) else {})
        try:
            number = given.get("callee")
            self._read.append({**given, "callee": numbers.read(number)} if isinstance(number, str) else contact)
        except NotPossible as why:
            self._hand_over()
            self._machine.refuse(given.get("caseid"), "/callee", f"callee: {why}")
        finally:
            del contact, given  # error reporters show the local variables of a traceback
            number = None

    def _hand_over(self) -> None:
        self._machine.feed(self._read)
        self._read.clear()


_AS_DICTS = "make a dict of each, as workflow.upload_details takes it"
_READ_CSV = "make a dict of each row of it, for instance by the csv module, or run `airudder upload`"


def _remedy(contacts: object) -> str | None:
    """The value to pass in place of this; None where it may well be contacts."""
    match contacts:
        case str() | bytes() | bytearray() | memoryview() | os.PathLike():
            return f"a file is not read by itself; {_READ_CSV}"
        case io.IOBase():
            return f"its lines are no contacts; {_READ_CSV}"
        case Mapping():
            return "for one contact, pass a list of it: [contact]"
        case AsyncIterable():
            return "give it to an AsyncClient, or collect it first: [contact async for contact in contacts]"
        case _:
            pass
    # Tables are known by what they can do, since none of their libraries is imported here. Iterating over one gives
    # columns or names of columns.
    if hasattr(contacts, "to_pylist"):
        return "pass contacts.to_pylist()"
    if hasattr(contacts, "to_dicts"):
        return "pass contacts.to_dicts()"
    if hasattr(contacts, "columns") and hasattr(contacts, "to_dict"):
        return 'pass contacts.to_dict("records")'
    if hasattr(contacts, "columns") and hasattr(contacts, "toLocalIterator"):
        return "pass (row.asDict(recursive=True) for row in contacts.toLocalIterator())"
    if any(hasattr(contacts, name) for name in ("__dataframe__", "__arrow_c_stream__", "__array__")):
        return _AS_DICTS
    if isinstance(contacts, Iterable) or hasattr(contacts, "__getitem__"):
        return None
    return "call it, and pass what it returns" if callable(contacts) else "pass a list or a generator"


def _a(thing: object) -> str:
    """The type, without the value, which may be personal."""
    return f"a `{type(thing).__name__}`"
