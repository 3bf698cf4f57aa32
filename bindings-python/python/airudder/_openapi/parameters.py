"""What an operation takes: parameters of path, query and body as the one object of a call."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airudder._openapi.place import Place
from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from airudder._openapi.document import Document
    from airudder._openapi.schemas import Schemas
    from airudder._openapi.values import Json

_OURS = re.compile(r"authorization|content-type|content-length|accept|accept-.*|user-agent|host|x-airudder-.*", re.I)
_SIGNED = re.compile(r"x-airudder-sign(-key)?", re.I)
_ABOUT = {"name", "in", "required", "collectionFormat", "allowEmptyValue", "description"}
_COMBINED = ("anyOf", "oneOf", "not", "if", "patternProperties", "propertyNames", "dependentSchemas")

_KEPT = ("additionalProperties", "dependentRequired", "minProperties", "maxProperties")


class LeftOut(Exception):
    """An operation that a catalog cannot hold; the text says why."""


@dataclass
class Taken:
    """What an operation takes."""

    schema: Json = field(default_factory=lambda: {"type": "object", "properties": {}})
    """The schema of the parameters."""
    query: list[str] = field(default_factory=list[str])
    """Those that stand in the query."""
    signed: bool = False
    """Whether the request is signed."""
    headers: list[str] = field(default_factory=list[str])
    """Header fields that the caller must give by himself."""
    lists: list[str] = field(default_factory=list[str])
    """Parameters of the query that are no single value, which cannot be given."""


def taken(document: Document, schemas: Schemas, path: str, operation: Place, shared: Place | None) -> Taken:
    """Read the parameters of an operation, and those that all operations of the path share."""
    found = Taken()
    form: list[str] = []
    body: Place | None = None
    for parameter in _parameters(document, operation, shared):
        name, where = parameter["name"].text(), parameter["in"].text()
        if where == "header":
            _take_header(found, name)
        elif where == "cookie":
            found.headers.append("Cookie")
        elif where == "body":
            body = parameter.get("schema")
        elif where == "formData":
            form.append(name)
        elif where in ("path", "query"):
            _take(found, schemas, parameter, name, where)
        else:
            parameter["in"].fail("a parameter is in path, query, header or cookie")
    declared = found.schema["properties"].keys() - found.query
    for name in re.findall(r"{([^{}]*)}", path):
        if name not in declared:
            operation.fail(f"the path names {{{name}}}, and no parameter in the path is called so")
    if form:
        raise LeftOut("its body is a form, and operations send JSON")
    if request := operation.get("requestBody"):
        body = _json_body(document.resolved(request))
    if body is not None:
        _take_body(found, schemas, body)
    return found


def _parameters(document: Document, operation: Place, shared: Place | None) -> list[Place]:
    """The parameters; one of the operation stands for one of the path that has its place and name."""
    found: dict[tuple[str, str], Place] = {}
    for owner in filter(None, (shared, operation.get("parameters"))):
        own: set[tuple[str, str]] = set()
        for item in owner.items():
            parameter = document.resolved(item)
            for needed in ("name", "in"):
                if not isinstance(parameter.object().get(needed), str) or not parameter.value[needed]:
                    item.fail(f"a parameter needs `{needed}`, a text")
            key = (parameter.value["in"], parameter.value["name"])
            if key in own:
                item.fail(f"the parameter {key[1]} stands twice in {key[0]}")
            own.add(key)
            found[key] = parameter
    return list(found.values())


def _take_header(found: Taken, name: str) -> None:
    if _SIGNED.fullmatch(name):
        found.signed = True
    elif not _OURS.fullmatch(name):
        found.headers.append(name)


def _take(found: Taken, schemas: Schemas, parameter: Place, name: str, where: str) -> None:
    if name in found.schema["properties"]:
        raise LeftOut(f"{name} stands in the path and in the query")
    schema = parameter.get("schema")
    if schema is None and "content" in parameter.value:
        raise LeftOut(f"the parameter {name} is encoded in a way of its own")
    if schema is None:  # of Swagger 2.0: its keywords stand in the parameter
        schema = Place({key: value for key, value in parameter.value.items() if key not in _ABOUT}, parameter.pointer)
    if not _is_plain(schemas, schema):
        if where == "query" and not parameter.switch("required"):
            found.lists.append(name)
            return
        raise LeftOut(f"{name} is no single value, and stands in the {where}")
    rewritten = schemas.rewritten(schema, "request")
    if where == "path" and rewritten in (True, {}):
        rewritten = {"type": "string"}
    described = parameter.text_of("description")
    if is_object(rewritten) and described and "description" not in rewritten:
        rewritten = {**rewritten, "description": described}
    found.schema["properties"][name] = rewritten
    if where == "query":
        found.query.append(name)
    if parameter.switch("required") or where == "path":
        found.schema.setdefault("required", []).append(name)


def _is_plain(schemas: Schemas, schema: Place) -> bool:
    """Returns whether a parameter is a text, a number or a truth value."""
    value = schemas.object_of(schema).value
    kinds = value.get("type", "string") if is_object(value) else "string"
    return not any(kind in ("array", "object") for kind in (kinds if is_array(kinds) else [kinds]))


def _json_body(request: Place) -> Place | None:
    content = request.get("content")
    found = {} if content is None else {name: place.get("schema") for name, place in content.fields()}
    described = {
        name: schema for name, schema in found.items() if schema is not None and schema.value not in ({}, True)
    }
    for name, schema in described.items():
        if is_json(name):
            return schema
    for name, schema in described.items():
        if schema.object().get("properties") or "type" not in schema.value:
            raise LeftOut(f"its body is {name}, and operations send JSON")
    return None


def is_json(media: str) -> bool:
    """Returns whether a content type is JSON, or any."""
    name = media.partition(";")[0].strip().lower()
    return name in ("application/json", "*/*", "text/json") or name.endswith("+json")


def _take_body(found: Taken, schemas: Schemas, body: Place) -> None:
    whole = schemas.rewritten(body, "request")
    if whole in (True, {}):
        found.schema["additionalProperties"] = True
        return
    parts = flat(schemas, body)
    if parts is None:
        kind = schemas.object_of(body).object().get("type", "object")
        if kind != "object":
            raise LeftOut(f"its body is of type {kind}, and parameters are an object")
        if found.schema["properties"]:
            found.schema["allOf"] = [whole]
        elif is_object(whole):
            found.schema = whole if "$ref" in whole else {"type": "object", **whole}
        return
    merged = found.schema
    for bound in ("minProperties", "maxProperties"):
        if bound in parts["more"]:  # is about the body alone
            parts["more"][bound] += len(merged["properties"])
    for name, schema in parts["properties"].items():
        if name in merged["properties"]:
            raise LeftOut(f"{name} stands in the body, and in the path or query, too")
        merged["properties"][name] = schema
    if required := [*merged.pop("required", []), *parts["required"]]:
        merged["required"] = required
    merged.update(parts["more"])


def flat(schemas: Schemas, place: Place) -> dict[str, Any] | None:
    """The properties of an object, through references and `allOf`; None where there is more to it than properties."""
    found = schemas.object_of(place)
    value = found.object()
    if any(name in value for name in _COMBINED) or value.get("type", "object") != "object":
        return None
    own = schemas.rewritten(Place({key: one for key, one in value.items() if key != "allOf"}, found.pointer), "request")
    own = own if is_object(own) else {}
    more = {name: own[name] for name in _KEPT if name in own}
    merged: dict[str, Any] = {
        "properties": dict(own.get("properties", {})),
        "required": list(own.get("required", [])),
        "more": more,
    }
    if "properties" not in own and "allOf" not in value:
        merged["more"].setdefault("additionalProperties", True)
    for part in found["allOf"].items() if "allOf" in value else []:
        inner = flat(schemas, part)
        if inner is None or inner["more"] or merged["properties"].keys() & inner["properties"].keys():
            return None
        merged["properties"] |= inner["properties"]
        merged["required"] += inner["required"]
    return merged
