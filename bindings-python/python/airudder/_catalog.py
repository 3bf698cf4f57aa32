"""Catalogs of your own: operations and events that this library does not know, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, Self

from airudder import _native
from airudder._errors import invalid_setting, made

INVALID = 1027


@dataclass(frozen=True)
class CatalogOperation:
    """An operation of a catalog of your own, as its file says."""

    name: str
    """The name, for instance `plans.create`."""
    method: str
    """The HTTP method."""
    path: str
    """The path, with `{name}` where a parameter is put."""
    auth: Literal["token", "sign", "headers", "none"]
    """The way in which a request proves its sender."""
    envelope: Literal["cloud", "chat", "sms", "process"]
    """The envelope of the answer."""
    replay: Literal["safe", "never"]
    """Whether a request may be sent again when nothing tells what became of it."""
    find_out: str
    """The operation that tells what became of a request; empty where there is none."""
    file: bool
    """Whether an answer that is not JSON comes back as a `File`."""
    query: tuple[str, ...]
    """The parameters that stand in the query of a request with a body."""
    docs: str
    """What it does, in the words of the file."""
    params: Any = None
    """The JSON Schema of the parameters, as it stands in the file; None where there is none."""
    result: Any = None
    """The JSON Schema of the result, as it stands in the file; None where there is none."""


@dataclass(frozen=True)
class CatalogEvent:
    """An event of a catalog of your own, as its file says."""

    name: str
    """The name, for instance `plan.finished`, which is the `type` of such an event."""
    docs: str
    """What happened, in the words of the file."""
    when: Mapping[str, Any]
    """JSON pointers into the body, each with the value that stands there; True for any. All must hold."""
    body: Any = None
    """The JSON Schema of the body, as it stands in the file; None where there is none."""


class Catalog:
    """Operations and events of your own, for `Client`, `AsyncClient` and `Webhooks`; made by `extend`.

    `airudder import` makes the file from an OpenAPI document. Nothing is shared by the process: a client knows the
    catalog that it was given. A catalog never changes, so any number of clients and threads may have it, and it can be
    pickled.
    """

    _native: _native.Catalog
    _text: str

    def __init__(self) -> None:
        raise TypeError('a catalog is made by Catalog.extend("vendor.json")')

    @classmethod
    def extend(cls, source: str | PathLike[str] | Mapping[str, Any]) -> Self:
        """Read a catalog.

        Args:
            source: The path of its file, or what the file holds as a dict.

        Raises:
            ValidationError: The catalog has a fault (E1027); `pointer` names the place in the file.
            OSError: The file cannot be read.
        """
        if isinstance(source, Mapping):
            return cls._of_text(_native.to_json(dict(source)))
        content = _path(source).read_bytes()
        try:
            return cls._of_text(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise made(INVALID, "the file is not UTF-8", "") from None

    @classmethod
    def _of_text(cls, text: str) -> Self:
        catalog = object.__new__(cls)
        catalog._native = _native.Catalog(text)
        catalog._text = text
        return catalog

    @cached_property
    def operations(self) -> tuple[CatalogOperation, ...]:
        """The operations, in the order of the file."""
        return tuple(CatalogOperation(**row) for row in self._listing["operations"])

    @cached_property
    def events(self) -> tuple[CatalogEvent, ...]:
        """The events, in the order of the file."""
        return tuple(CatalogEvent(**row) for row in self._listing["events"])

    @cached_property
    def _listing(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = json.loads(self._native.to_json())
        for row in found["operations"]:
            row["query"] = tuple(row["query"])
        return found

    def __repr__(self) -> str:
        return f"<Catalog operations={len(self.operations)} events={len(self.events)}>"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self)._of_text, (self._text,)


def _path(source: object) -> Path:
    if isinstance(source, str | PathLike):
        return Path(fspath(source))
    raise invalid_setting("source", "source is the path of a catalog's file, or a dict with what it holds")


def native(catalog: object) -> _native.Catalog | None:
    """The catalog of a setting that may be absent, as the native half has it."""
    if catalog is None:
        return None
    if not isinstance(catalog, Catalog):
        raise invalid_setting("catalog", 'catalog is a Catalog, such as Catalog.extend("vendor.json")')
    return catalog._native  # pyright: ignore[reportPrivateUsage]
