"""Schemas of the document as JSON Schema 2020-12; those that are referred to go under `$defs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from airudder._openapi.document import REFERENCE
from airudder._openapi.names import digest, pascal
from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from airudder._openapi.document import Document
    from airudder._openapi.place import Place
    from airudder._openapi.values import Json

    Side: TypeAlias = Literal["request", "answer"]

_TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
_OF_SCHEMA = ("items", "not", "if", "then", "else", "additionalProperties", "contains", "propertyNames")
_OF_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_OF_NAMES = ("properties", "patternProperties", "dependentSchemas")
_AS_IT_IS = {
    *("title", "description", "default", "deprecated", "examples", "readOnly", "writeOnly", "format", "pattern"),
    *("enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
    *("minProperties", "maxProperties", "dependentRequired", "contentEncoding", "contentMediaType"),
}
_COUNTS = {name for name in _AS_IT_IS if name.startswith(("min", "max")) and name not in ("minimum", "maximum")}
_NOT_SENT: dict[Side, str] = {"request": "readOnly", "answer": "writeOnly"}
"""A property that is marked so need not be there, whatever `required` says."""


class Schemas:
    """Rewrites schemas, and collects those that they refer to.

    A schema with a property that is `readOnly` or `writeOnly` means one thing in a request and another in an answer, so
    it may be collected twice.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: dict[tuple[str, Side | None], str] = {}
        self._sided: dict[str, bool] = {}
        self.defs: dict[str, Json] = {}

    def rewritten(self, place: Place, side: Side) -> Json | bool:
        """A schema as JSON Schema 2020-12."""
        if isinstance(place.value, bool):
            return place.value
        found: Json = {}
        for name, field in place.fields():
            if name == REFERENCE:
                found[name] = f"#/$defs/{self._collected(field, side)}"
            elif name in _OF_SCHEMA:
                found[name] = self.rewritten(field, side)
            elif name in _OF_LIST:
                found[name] = [self.rewritten(item, side) for item in _some(field)]
            elif name in _OF_NAMES:
                if field.object():  # Apifox writes none where it knows none
                    found[name] = {key: self.rewritten(field[key], side) for key in field.value}
            elif name == "required":
                if required := _required(place, field, side):
                    found[name] = required
            elif name == "type":
                found |= _typed(field)
            elif name in _AS_IT_IS:
                found[name] = _checked(name, field)
            elif name == "example" and "examples" not in place.value:
                found["examples"] = [field.value]
        _tell_values(place, found)
        _make_exclusive(place, found)
        return _nullable(found) if place.switch("nullable") else found

    def object_of(self, place: Place) -> Place:
        """The object behind a reference, or behind an `allOf` of one."""
        found = self._document.resolved(place)
        seen: set[str] = set()
        while is_object(found.value) and set(found.value) <= {"allOf", "description", "nullable", "title"}:
            parts = found["allOf"].items() if "allOf" in found.value else []
            if len(parts) != 1:
                break
            if found.pointer in seen:
                found.fail("this schema leads back to itself")
            seen.add(found.pointer)
            found = self._document.resolved(parts[0])
        return found

    def _collected(self, reference: Place, side: Side) -> str:
        target = self._document.target(reference)
        self._document.resolved(target)  # which refuses a circle of nothing but references
        key = (target.pointer, side if self._is_sided(target) else None)
        if name := self._names.get(key):
            return name
        own = pascal(target.pointer.rpartition("/")[2]) or f"Type{digest(target.pointer)}"
        name = f"{own}Input" if key[1] == "request" else own
        if name in self.defs:
            name = f"{name}{digest(target.pointer)}"
        self._names[key] = name
        self.defs[name] = {}  # it may refer to itself
        rewritten = self.rewritten(target, side)
        self.defs[name] = rewritten if is_object(rewritten) else {} if rewritten else {"not": {}}
        return name

    def _is_sided(self, target: Place) -> bool:
        """Returns whether a schema, or one that it refers to, means something else in a request than in an answer."""
        if target.pointer not in self._sided:
            reached: dict[str, Place] = {}
            pending = [target]
            while pending:
                one = pending.pop()
                if one.pointer not in reached:
                    reached[one.pointer] = one
                    pending += [self._document.target(reference) for reference in _references(one)]
            self._sided[target.pointer] = any(_has_sides(one.value) for one in reached.values())
        return self._sided[target.pointer]


def _references(place: Place) -> list[Place]:
    found: list[Place] = []
    if is_object(place.value):
        for name, field in place.fields():
            found += [field] if name == REFERENCE and isinstance(field.value, str) else _references(field)
    elif is_array(place.value):
        for item in place.items():
            found += _references(item)
    return found


def _has_sides(value: object) -> bool:
    if is_object(value):
        is_marked = value.get("readOnly") is True or value.get("writeOnly") is True
        return is_marked or any(_has_sides(field) for field in value.values())
    return is_array(value) and any(_has_sides(item) for item in value)


def _some(place: Place) -> list[Place]:
    return place.items() or place.fail("this must have an item at least")


def _required(schema: Place, place: Place, side: Side) -> list[str]:
    if isinstance(place.value, bool):
        place.fail("`required` of a schema is a list of names; a property is made optional by leaving it out there")
    names = list(dict.fromkeys(place.texts()))
    properties = schema.value.get("properties")
    if not is_object(properties):
        return names
    not_sent = {name for name, one in properties.items() if is_object(one) and one.get(_NOT_SENT[side]) is True}
    return [name for name in names if name not in not_sent]


def _typed(place: Place) -> Json:
    if place.value == "file":  # Swagger 2.0
        return {"type": "string", "format": "binary"}
    kinds = [place] if isinstance(place.value, str) else _some(place)
    for kind in kinds:
        if kind.text() not in _TYPES:
            kind.fail(f"{kind.value!r} is no type: those are {', '.join(sorted(_TYPES))}")
    return {"type": place.value}


def _checked(name: str, place: Place) -> Any:  # noqa: ANN401 - any JSON
    value = place.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _COUNTS and not (is_number and value == int(value) >= 0):
        place.fail(f"`{name}` must be a whole number from 0 on")
    if name in ("minimum", "maximum", "multipleOf") and not is_number:
        place.fail(f"`{name}` must be a number")
    if name in ("title", "description", "format", "pattern"):
        return place.text()
    if name in ("enum", "examples"):
        _some(place) if name == "enum" else place.items()
    return value


def _tell_values(place: Place, found: Json) -> None:
    """Add what Apifox knows of the values of an enumeration to the description."""
    told = place.value.get("x-apifox-enum")
    lines = [
        f"{one['value']}: {says}"
        for one in (told if is_array(told) else [])
        if is_object(one)
        and "value" in one
        and (
            says := ", ".join(text for key in ("name", "description") if isinstance(text := one.get(key), str) and text)
        )
    ]
    if lines:
        found["description"] = "\n".join([*filter(None, [found.get("description")]), *lines])


def _make_exclusive(place: Place, found: Json) -> None:
    """Rewrite the bounds of OpenAPI 3.0, where `exclusiveMinimum: true` is about `minimum`."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(is_exclusive := found.get(exclusive), bool):
            del found[exclusive]
            if is_exclusive:
                found[exclusive] = found.pop(bound, None)
                if found[exclusive] is None:
                    place[exclusive].fail(f"`{exclusive}: true` needs a `{bound}`")
        elif exclusive in found:
            _checked(bound, place[exclusive])


def _nullable(schema: Json) -> Json:
    if kind := schema.get("type"):
        kinds: list[str] = kind if is_array(kind) else [kind]
        schema = {**schema, "type": kinds if "null" in kinds else [*kinds, "null"]}
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    about: Json = {name: schema.pop(name) for name in ("title", "description", "deprecated") if name in schema}
    return {**about, "anyOf": [schema, {"type": "null"}]} if schema else about
