"""The events that a document describes, as webhooks or callbacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airudder._openapi.answers import properties
from airudder._openapi.names import digest, snake
from airudder._openapi.parameters import LeftOut, is_json
from airudder._openapi.place import escaped
from airudder._openapi.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder._openapi.document import Document
    from airudder._openapi.place import Place
    from airudder._openapi.schemas import Schemas
    from airudder._openapi.values import Json

_DEPTH = 4
_TEXTUAL_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


def webhooks(document: Document) -> Iterator[tuple[str, Place]]:
    """The webhooks, each with its name and what is sent."""
    if found := document.root.get("webhooks"):
        yield from _posts(document, found.fields())


def callbacks(document: Document, operation: Place) -> Iterator[tuple[str, Place]]:
    """The same for the callbacks of an operation."""
    found = operation.get("callbacks")
    for name, place in found.fields() if found else ():
        yield from _posts(document, ((name, path) for _, path in document.resolved(place).fields()))


def _posts(document: Document, paths: Iterator[tuple[str, Place]]) -> Iterator[tuple[str, Place]]:
    for name, place in paths:
        path = document.resolved(place)
        for method in ("post", "put"):
            if sent := path.get(method):
                yield name, sent


def event(document: Document, schemas: Schemas, place: Place) -> Json:
    """The row of an event, without its name."""
    request = place.get("requestBody")
    content = document.resolved(request).get("content") if request else None
    bodies = dict(content.fields()) if content else {}
    schema = next(
        (body["schema"] for name, body in bodies.items() if is_json(name) and "schema" in body.object()), None
    )
    if schema is None:
        raise LeftOut("no body in JSON is described")
    row: Json = {"body": schemas.rewritten(schema, "answer")}
    if when := dict(_constants(schemas, schema, "", 0)):
        row = {"when": when, **row}
    return row


def _constants(schemas: Schemas, place: Place, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    """The fields that hold one value always."""
    for name, field in properties(schemas, place).items():
        here = f"{pointer}/{escaped(name)}"
        found = schemas.object_of(field)
        if not is_object(found.value):
            continue
        values = [found.value["const"]] if "const" in found.value else found.value.get("enum", [])
        if len(values) == 1 and isinstance(values[0], str | int | float) and values[0] is not True:
            yield here, values[0]
        elif depth < _DEPTH:
            yield from _constants(schemas, field, here, depth + 1)


def candidates(key: str, row: Json, place: Place) -> list[str]:
    """Names for an event: what a field of its own says, or the name in the document."""
    said = [
        value for value in row.get("when", {}).values() if isinstance(value, str) and _TEXTUAL_NAME.fullmatch(value)
    ]
    parts = [part for part in map(snake, key.split(".")) if part]
    named = ".".join(parts if len(parts) > 1 else ["event", *parts])
    return [*said[:1], *([named] if parts else []), f"{named}.{digest(place.pointer)}"]
