"""What an operation answers: the result in its envelope, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airudder._openapi.parameters import LeftOut, is_json
from airudder._openapi.place import Place
from airudder._openapi.values import is_object

if TYPE_CHECKING:
    from airudder._openapi.document import Document
    from airudder._openapi.schemas import Schemas
    from airudder._openapi.values import Json


@dataclass(frozen=True)
class Answer:
    """What an operation answers."""

    result: Json | bool
    """The schema of what the envelope holds."""
    envelope: str | None = None
    """The envelope; None where the document does not tell it."""
    file: bool = False
    """Whether it may be a file."""


def answer(document: Document, schemas: Schemas, operation: Place) -> Answer:
    """Read the answer that means success."""
    responses = operation.get("responses")
    statuses = {} if responses is None else dict(responses.fields())
    good = sorted(status for status in statuses if status[:1] == "2")
    chosen = next((statuses[status] for status in (*good, "default") if status in statuses), None)
    if chosen is None:
        return Answer({})
    response = document.resolved(chosen)
    content = response.get("content")
    bodies = dict(content.fields()) if content else {}
    if document.is_swagger and "schema" in response.object():
        bodies = {"application/json": response}
    schema = next(
        (body["schema"] for name, body in bodies.items() if is_json(name) and "schema" in body.object()), None
    )
    file = any(map(_is_file, bodies))
    if bodies and schema is None and not file:
        raise LeftOut(f"its answer is {next(iter(bodies))}, which is neither JSON nor a file")
    if schema is not None and schemas.object_of(schema).object().get("type") == "file":
        return Answer({}, file=True)
    envelope, inside = (None, None) if schema is None else _opened(schemas, schema)
    return Answer({} if inside is None else schemas.rewritten(inside, "answer"), envelope, file)


def _is_file(media: str) -> bool:
    """Returns whether an answer of this content type comes back as a file."""
    name = media.lower().partition(";")[0].rstrip()
    if name in {"text/csv", "text/tab-separated-values"}:
        return True
    return (
        not is_json(name)
        and "json" not in name
        and not name.startswith("text/")
        and not name.endswith(("/xml", "+xml"))
    )


def _opened(schemas: Schemas, schema: Place) -> tuple[str | None, Place | None]:
    """The envelope of an answer, and what is in it."""
    fields = properties(schemas, schema)
    if "retcode" in fields:
        return "process", fields.get("data")
    if "code" in fields and "body" in fields and "data" not in fields:
        return "sms", fields["body"]
    if "code" in fields or "data" in fields:
        return "chat" if "request_id" in fields else "cloud", fields.get("data")
    if fields.keys() - {"status", "message", "msg", "success"}:
        raise LeftOut(f"its answer is in no known envelope: it has {', '.join(list(fields)[:5])}, and no code")
    return None, None


def properties(schemas: Schemas, place: Place, depth: int = 0) -> dict[str, Place]:
    """The properties of an object, through references and `allOf`."""
    found = schemas.object_of(place)
    if not is_object(found.value) or depth > 20:  # as deep as no document is, if it is no circle
        return {}
    fields: dict[str, Place] = {}
    for part in found["allOf"].items() if "allOf" in found.value else []:
        fields |= properties(schemas, part, depth + 1)
    own = found.get("properties")
    return fields if own is None else fields | {name: own[name] for name in own.object()}
