"""Makes the catalog of an OpenAPI document, and tells what became of each operation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from airudder import _native
from airudder._generated.events import CLASSES
from airudder._openapi import events
from airudder._openapi.answers import answer
from airudder._openapi.choice import Candidates, chosen
from airudder._openapi.names import candidates, usable
from airudder._openapi.parameters import LeftOut, taken
from airudder._openapi.place import DocumentError, Place
from airudder._openapi.schemas import Schemas
from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airudder._openapi.document import Document
    from airudder._openapi.earlier import Earlier
    from airudder._openapi.values import Json

METHODS = ("get", "post", "put", "patch", "delete")
_OTHERS = ("head", "options", "trace")


@dataclass(frozen=True)
class Selection:
    """What is imported, and how it is named."""

    include: Sequence[str] = ()
    """Paths with `*`, or tags; none: all."""
    exclude: Sequence[str] = ()
    """Those of them that are not."""
    by_path: bool = False
    """Whether names are made of the path alone, without tags and operationIds."""


@dataclass
class Imported:
    """A catalog, and what is to be said of it."""

    catalog: Json = field(default_factory=dict[str, Any])
    left_out: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What the catalog does not hold: method and path, or an event, and why."""
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What the user should know of an operation or event."""


@dataclass
class _Described:
    """An operation as the document describes it."""

    method: str
    path: str
    tags: list[str]
    place: Place
    shared: Place | None

    @property
    def sent(self) -> str:
        """The path in ASCII."""
        return quote(self.path, safe="/{}%:@!$&'()*+,;=~")

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.method, self.sent

    @property
    def title(self) -> str:
        return f"{self.method.upper()} {self.path}"


def imported(document: Document, selection: Selection, earlier: Earlier) -> Imported:
    """Make the catalog.

    Args:
        document: The document.
        selection: What is imported of it.
        earlier: What an earlier import wrote, and its user changed.

    Raises:
        DocumentError: The document is not as it must be.
    """
    return _Importer(document, selection, earlier).run()


class _Importer:
    def __init__(self, document: Document, selection: Selection, earlier: Earlier) -> None:
        self._document = document
        self._selection = selection
        self._earlier = earlier
        self._schemas = Schemas(document)
        self._ours = {(method.lower(), path): name for name, method, path in _native.operations()}
        self._found = Imported()
        self._events: list[tuple[str, Place]] = []

    def run(self) -> Imported:
        described = list(_described(self._document))
        selected = [one for one in described if self._is_selected(one)]
        self._refuse_idle_patterns(described)
        rows = {one.key: row for one in selected if (row := self._row(one)) is not None}
        names = self._names([one for one in selected if one.key in rows])
        operations = [{"name": names[key], **self._earlier.kept(key, rows[key])} for key in rows]
        for operation in operations:
            self._tell_of(operation)
        self._events += events.webhooks(self._document)
        catalog = {
            "airudder_catalog": 1,
            "operations": sorted(operations, key=lambda row: row["name"]),
            "events": sorted(self._named_events(), key=lambda row: row["name"]),
        }
        self._found.catalog = {**catalog, "$defs": _used(catalog, self._schemas.defs)}
        self._found.left_out.sort()
        self._found.notes.sort()
        return self._found

    def _is_selected(self, one: _Described) -> bool:
        include, exclude = self._selection.include, self._selection.exclude
        wanted = not include or any(_fits(pattern, one) for pattern in include)
        return wanted and not any(_fits(pattern, one) for pattern in exclude)

    def _refuse_idle_patterns(self, described: list[_Described]) -> None:
        for pattern in (*self._selection.include, *self._selection.exclude):
            if not any(_fits(pattern, one) for one in described):
                raise DocumentError("/paths", f"no path and no tag fits {pattern!r}")

    def _row(self, one: _Described) -> Json | None:
        """The row of an operation, without its name; None if it is left out."""
        try:
            self._leave_out(one)
            takes = taken(self._document, self._schemas, one.path, one.place, one.shared)
            gives = answer(self._document, self._schemas, one.place)
        except LeftOut as why:
            self._found.left_out.append((one.title, str(why)))
            return None
        self._events += events.callbacks(self._document, one.place)
        if takes.headers:
            names = ", ".join(takes.headers)
            self._found.notes.append((one.title, f"give the header fields yourself, by the option headers: {names}"))
        if takes.lists:
            names = ", ".join(takes.lists)
            self._found.notes.append(
                (one.title, f"without the parameters of the query that are no single value: {names}")
            )
        row: Json = {"method": one.method.upper(), "path": one.sent}
        row |= {"auth": "sign"} if takes.signed else {}
        row |= {"envelope": gives.envelope} if gives.envelope else {}
        row |= {"replay": "never"} | ({"file": True} if gives.file else {})
        row |= {"query": takes.query} if takes.query and one.method != "get" else {}
        row |= {"docs": docs} if (docs := _docs(one.place)) else {}
        return row | {"params": takes.schema, "result": gives.result}

    def _leave_out(self, one: _Described) -> None:
        if name := self._ours.get(one.key):
            raise LeftOut(f"the library has it as {name}")
        if one.method in _OTHERS:
            raise LeftOut(f"{one.method.upper()} is no method of an operation")
        if re.search(r"[?#\\]|//|/\.\.?(/|$)", one.path):
            raise LeftOut("its path holds ?, # or an empty part")

    def _names(self, described: list[_Described]) -> dict[tuple[str, str], str]:
        by_path = self._selection.by_path
        wanted: Candidates[tuple[str, str]] = {}
        for one in described:
            tag = one.tags[0] if one.tags and not by_path else ""
            identity = "" if by_path else one.place.text_of("operationId")
            found = candidates(one.method, one.path, tag, identity)
            wanted[one.key] = [usable(family, action) for family, action in found]
        return chosen(wanted, self._earlier.names, set(self._ours.values()))

    def _named_events(self) -> Iterator[Json]:
        rows: dict[str, tuple[Json, str]] = {}
        wanted: Candidates[str] = {}
        for key, place in self._events:
            if key in CLASSES:
                self._found.left_out.append((f"event {key}", "the library has it"))
                continue
            try:
                row = {**_about(place), **events.event(self._document, self._schemas, place)}
            except LeftOut as why:
                self._found.left_out.append((f"event {key}", str(why)))
                continue
            rows[place.pointer] = row, key
            wanted[place.pointer] = events.candidates(key, row, place)
        names = chosen(wanted, {}, CLASSES)
        for pointer, (row, key) in rows.items():
            whole = {"name": names[pointer], **self._earlier.kept_event(names[pointer], row)}
            if "when" in whole:
                yield whole
            else:
                told = f"no field tells it apart: write it into the catalog with a `when`, as {names[pointer]}"
                self._found.left_out.append((f"event {key}", told))

    def _tell_of(self, operation: Json) -> None:
        name, properties = operation["name"], operation["params"].get("properties", {})
        if clash := properties.keys() & {"options", "self"}:
            self._found.notes.append((name, f"{', '.join(sorted(clash))} cannot be a keyword: use client.call"))


def _described(document: Document) -> Iterator[_Described]:
    paths = document.root.get("paths")
    if paths is None:
        return
    seen: set[tuple[str, str]] = set()
    for path, place in paths.fields():
        if not path.startswith("/"):
            place.fail("a path begins with /")
        item = document.resolved(place)
        for method in (*METHODS, *_OTHERS):
            if operation := item.get(method):
                whole = f"{_prefix(document, item, operation)}{path}"
                if (method, whole) in seen:
                    operation.fail(f"{method.upper()} {whole} stands twice")
                seen.add((method, whole))
                tags = operation.get("tags")
                yield _Described(method, whole, tags.texts() if tags else [], operation, item.get("parameters"))


def _prefix(document: Document, item: Place, operation: Place) -> str:
    """The path in the address of the server, which stands before all others."""
    if document.is_swagger:
        return document.root.text_of("basePath").rstrip("/")
    for owner in (operation, item, document.root):
        servers = owner.get("servers")
        if servers is None or not servers.items():
            continue
        server = servers.items()[0]
        address = server.text_of("url")
        variables = server.get("variables")
        for name, variable in variables.fields() if variables else ():
            address = address.replace(f"{{{name}}}", variable.text_of("default"))
        return urlsplit(address).path.rstrip("/")
    return ""


def _fits(pattern: str, one: _Described) -> bool:
    if pattern.startswith("/"):
        return fnmatchcase(one.path, pattern)
    return any(f"{tag}/".startswith(f"{pattern}/") for tag in one.tags)


def _docs(place: Place) -> str:
    summary, description = place.text_of("summary"), place.text_of("description")
    parts = ["" if description.startswith(summary) else summary, description]
    parts += ["Deprecated."] if place.switch("deprecated") else []
    return "\n\n".join(filter(None, parts))


def _about(place: Place) -> Json:
    docs = _docs(place)
    return {"docs": docs} if docs else {}


def _used(value: Any, defs: dict[str, Json]) -> dict[str, Json]:  # noqa: ANN401 - any JSON
    """Those definitions that the catalog refers to, in the order of their names."""
    used: set[str] = set()
    pending: list[Any] = [value]
    while pending:
        one = pending.pop()
        pending += one.values() if is_object(one) else one if is_array(one) else []
        name = str(one["$ref"]).rpartition("/")[2] if is_object(one) and isinstance(one.get("$ref"), str) else ""
        if name in defs and name not in used:
            used.add(name)
            pending.append(defs[name])
    return {name: defs[name] for name in sorted(used)}
