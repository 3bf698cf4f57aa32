"""The types of a catalog, as far as both Python and TypeScript can say them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from airudder._openapi.names import pascal
from airudder._openapi.values import is_object

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from airudder._openapi.values import Json

Type: TypeAlias = "Basic | Literals | List | Map | Union | Named"


@dataclass(frozen=True)
class Basic:
    """A type without parts: that of JSON Schema, or `any`."""

    name: str


@dataclass(frozen=True)
class Literals:
    """One of some values."""

    values: tuple[object, ...]


@dataclass(frozen=True)
class List:
    """A list."""

    item: Type


@dataclass(frozen=True)
class Map:
    """An object with any names."""

    value: Type


@dataclass(frozen=True)
class Union:
    """One of some types."""

    types: tuple[Type, ...]


@dataclass(frozen=True)
class Named:
    """A type that is declared under this name."""

    name: str


@dataclass(frozen=True)
class Field:
    """A field of an object."""

    name: str
    type: Type
    required: bool
    docs: str


@dataclass
class Declared:
    """A declared type: an object with these fields, or another name of a type."""

    name: str
    docs: str = ""
    fields: list[Field] | None = None
    type: Type = Basic("any")


@dataclass(frozen=True)
class Method:
    """An operation."""

    name: str
    """Family and action."""
    action: str
    about: str
    """Method, path and whether it may be repeated."""
    docs: str
    params: Type
    optional: bool
    """Whether it may be called without any."""
    result: Type
    file: bool


@dataclass
class Model:
    """The types and operations of a catalog."""

    declared: list[Declared] = field(default_factory=list[Declared])
    families: dict[str, list[Method]] = field(default_factory=dict[str, list[Method]])
    classes: dict[str, str] = field(default_factory=dict[str, str])
    """The class of each family."""
    events: dict[str, str] = field(default_factory=dict[str, str])
    """The declared type of each event's data."""

    def object(self, found: Type) -> Declared | None:
        """What is declared under a name, if it is an object with fields."""
        declared = {one.name: one for one in self.declared}
        while isinstance(found, Named) and found.name in declared:
            one = declared[found.name]
            if one.fields is not None:
                return one
            found = one.type
        return None


ANY = Basic("any")


class Modelled:
    """Makes the model of a catalog.

    Args:
        catalog: The catalog, as its file holds it.
        reserved: Names that a type must not have.
    """

    def __init__(self, catalog: Json, reserved: Collection[str]) -> None:
        self._defs: Json = catalog.get("$defs", {})
        self._taken = set(reserved)
        self._names: dict[str, str] = {}
        self.model = Model()
        rows: list[Json] = catalog["operations"]
        for family in sorted({row["name"].split(".")[0] for row in rows}):
            self.model.families[family] = []
            self.model.classes[family] = self._claimed(pascal(family), "Operations")
        for name in self._defs:
            self._names[name] = self._claimed(pascal(name) or "Type", "Data")
        for name, schema in self._defs.items():
            self._declare(self._names[name], schema)
        for row in rows:
            self._add(row)
        for event in catalog.get("events", []):
            name = self._claimed(f"{pascal(event['name'])}Data", "Event")
            self._declare(name, event.get("body", {}))
            self.model.events[event["name"]] = name

    def _add(self, row: Json) -> None:
        family, _, action = row["name"].partition(".")
        named = pascal(row["name"])
        params = row.get("params", {})
        method = Method(
            name=row["name"],
            action=action,
            about=f"{row['method']} `{row['path']}`. {_REPEATED[row.get('replay', 'never')]}",
            docs=row.get("docs", ""),
            params=self._type(params, f"{named}Params") if _has_fields(params) else Map(ANY),
            optional=not _required(params),
            result=self._type(row.get("result", {}), f"{named}Result"),
            file=bool(row.get("file")),
        )
        self.model.families[family].append(method)

    def _claimed(self, name: str, ending: str) -> str:
        number = 1
        wanted = name
        while wanted in self._taken:
            wanted = f"{name}{ending}{'' if number == 1 else number}"
            number += 1
        self._taken.add(wanted)
        return wanted

    def _declare(self, name: str, schema: object) -> None:
        """Declare a type under a name that is claimed."""
        declared = Declared(name, _docs(schema))
        self.model.declared.append(declared)
        if _is_object(schema):
            declared.fields = self._fields(schema, name)
        else:
            declared.type = self._type(schema, f"{name}Value")

    def _fields(self, schema: Any, name: str) -> list[Field]:  # noqa: ANN401 - any JSON
        properties, required = self._merged(schema)
        return [
            Field(key, self._type(one, f"{name}{pascal(key) or 'Value'}"), key in required, _docs(one))
            for key, one in properties.items()
        ]

    def _merged(self, schema: Json) -> tuple[Json, set[str]]:
        """The properties of an object and of what it is made of, and which are required."""
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, needed = self._merged(self._target(part))
            properties |= {key: one for key, one in more.items() if key not in properties}
            required |= needed
        return properties, required

    def _target(self, schema: object) -> Json:
        while is_object(schema) and "$ref" in schema:
            schema = self._defs[_name_of(schema)]
        return schema if is_object(schema) else {}

    def _type(self, schema: Any, name: str) -> Type:  # noqa: ANN401 - any JSON
        if not is_object(schema):
            return ANY
        if "$ref" in schema:
            return Named(self._names[_name_of(schema)])
        if "const" in schema or "enum" in schema:
            return _literals([schema["const"]] if "const" in schema else schema["enum"])
        if isinstance(schema.get("type"), list):
            kinds: list[str] = schema["type"]
            return _union(self._type({**schema, "type": kind}, name) for kind in kinds)
        if schema.get("type") == "null":
            return Basic("null")
        if parts := schema.get("oneOf") or schema.get("anyOf"):
            return self._alternatives(schema, parts, name)
        if schema.get("type") == "array":
            items = schema.get("items", True)
            return List(ANY if schema.get("prefixItems") else self._type(items, f"{name}Item"))
        if len(parts := schema.get("allOf", [])) == 1 and "properties" not in schema:
            return self._type(parts[0], name)
        return self._plain(schema, name)

    def _plain(self, schema: Json, name: str) -> Type:
        if _has_fields(schema) and not schema.get("additionalProperties"):
            claimed = self._claimed(name, "Data")
            self._declare(claimed, schema)
            return Named(claimed)
        kind = schema.get("type", "object" if "properties" in schema else "any")
        if kind == "object":
            return Map(
                ANY if "properties" in schema else self._type(schema.get("additionalProperties", True), f"{name}Value")
            )
        return Basic(kind)

    def _alternatives(self, schema: Json, parts: list[Any], name: str) -> Type:
        """A union; where the alternatives only say which fields are needed, the object itself."""
        own = {key: one for key, one in schema.items() if key not in ("oneOf", "anyOf")}
        if all(is_object(part) and part.keys() <= {"required", "description", "title"} for part in parts):
            return self._type(own, name)
        if "properties" in schema or "allOf" in schema:
            return Map(ANY)
        return _union(self._type(part, f"{name}{at}") for at, part in enumerate(parts, 1))


_REPEATED = {"safe": "May be repeated.", "never": "Is never repeated when its outcome is unknown."}


def _name_of(schema: Json) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _docs(schema: object) -> str:
    found = schema.get("description") if is_object(schema) else None
    return found.strip() if isinstance(found, str) else ""


def _has_fields(schema: object) -> bool:
    return is_object(schema) and ("properties" in schema or len(schema.get("allOf", [])) > 1)


def _is_object(schema: object) -> bool:
    """Returns whether a schema is an object with fields, and nothing else."""
    return (
        is_object(schema)
        and _has_fields(schema)
        and schema.get("type", "object") == "object"
        and not schema.keys() & {"oneOf", "anyOf", "$ref", "enum", "const"}
        and not schema.get("additionalProperties")
    )


def _required(schema: object) -> bool:
    if not is_object(schema):
        return False
    return bool(schema.get("required")) or any(_required(part) for part in schema.get("allOf", []))


def _literals(values: list[object]) -> Type:
    if all(value is None or isinstance(value, str | int) for value in values):
        return Literals(tuple(values))
    return ANY


def _union(types: Iterable[Type]) -> Type:
    flat: list[Type] = []
    for one in types:
        flat += one.types if isinstance(one, Union) else [one]
    distinct = tuple(dict.fromkeys(flat))
    if ANY in distinct:
        return ANY
    return distinct[0] if len(distinct) == 1 else Union(distinct)
