"""Writes the types of a catalog as a stub file of Python."""

from __future__ import annotations

import json
import keyword
import re
from textwrap import indent, wrap
from typing import TYPE_CHECKING

from airudder._openapi.model import Basic, List, Literals, Map, Modelled, Named, Type, Union

if TYPE_CHECKING:
    from airudder._openapi.model import Declared, Method, Model
    from airudder._openapi.values import Json

_BASIC = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "any": "Any"}
_KEYWORDS_OF_METHODS = ("self", "options")

OURS = {
    "auth": "Auth",
    "chat": "PagedChat",
    "process": "Process",
    "robots": "Robots",
    "sms": "Sms",
    "tasks": "Tasks",
    "workflow": "PushedWorkflow",
}
"""The classes of the families that a client has without a catalog."""

_TYPING = ("Any", "Literal", "NotRequired", "TypeAlias", "TypedDict", "Unpack")
_PACKAGE = ("AsyncClient", "CallOptions", "Client", "File")
_RESERVED = {
    *_TYPING,
    *_PACKAGE,
    *OURS.values(),
    *(f"Async{name}" for name in OURS.values()),
}


def stub(catalog: Json, stem: str, client: str) -> str:
    """Write the stub file of a catalog.

    Args:
        catalog: The catalog.
        stem: The name of its file, without the suffix.
        client: The name of its client's class.
    """
    model = Modelled(catalog, {*_RESERVED, client, f"Async{client}"}).model
    parts = [
        *(_declaration(one) for one in model.declared),
        *(_family(model, family, kind) for family in model.families for kind in ("", "Async")),
        *(_client(model, client, kind) for kind in ("", "Async")),
    ]
    body = "\n\n".join(parts)
    head = _HEAD.format(client=client, stem=stem)
    return "\n".join([head, *_imports(model, set(re.findall(r"\w+", body))), "", body, ""])


_HEAD = '''\
# Made by `airudder import`; do not edit.
"""Types of a catalog, for type checkers alone: there is no module behind this file.

    if TYPE_CHECKING:
        from {stem} import {client}

    client = cast("{client}", Client(catalog=Catalog.extend("{stem}.json")))
"""
'''


def _imports(model: Model, used: set[str]) -> list[str]:
    typing = [name for name in _TYPING if name in used]
    lines = ["import builtins"] if "builtins" in used else []
    lines += [f"from typing import {', '.join(typing)}", ""] if typing else []
    lines.append(f"from airudder import {', '.join(name for name in _PACKAGE if name in used)}")
    for family, name in OURS.items():
        if family in model.families:
            home = {"PagedChat": "_pages", "PushedWorkflow": "_push"}.get(name, "_generated.operations")
            lines.append(f"from airudder.{home} import Async{name}, {name}")
    return lines


def _declaration(one: Declared) -> str:
    if one.fields is None:
        return f"{one.name}: TypeAlias = {_text(one.type)}" + _below(one.docs, "")
    types = {
        field.name: _text(field.type) if field.required else f"NotRequired[{_text(field.type)}]" for field in one.fields
    }
    if not one.fields:
        return f"class {one.name}(TypedDict): ..."
    used = set(re.findall(r"\w+", " ".join(types.values())))
    if all(_is_name(name) and name not in used for name in types):
        about = [indent(_docstring(one.docs), "    ")] if one.docs else []
        lines = [f"    {field.name}: {types[field.name]}{_below(field.docs, '    ')}" for field in one.fields]
        return "\n".join([f"class {one.name}(TypedDict):", *about, *lines])
    # Names that are no names of Python, or would hide a type.
    fields = "".join(f"\n        {json.dumps(name)}: {kind}," for name, kind in types.items())
    return f'{one.name} = TypedDict(\n    "{one.name}",\n    {{{fields}\n    }},\n)' + _below(one.docs, "")


def _family(model: Model, family: str, kind: str) -> str:
    base = f"({kind}{OURS[family]})" if family in OURS else ""
    hidden = "|".join({one.action for one in model.families[family]} & {*_BASIC.values(), "list", "dict"})
    lines = [f"class {kind}{model.classes[family]}{base}:"]
    for one in model.families[family]:
        head, docs = _method(model, one, kind)
        lines += [re.sub(rf"(?<=[\[ ])({hidden})\b(?!\()", r"builtins.\1", head) if hidden else head, docs]
    return "\n".join(lines)


def _method(model: Model, one: Method, kind: str) -> tuple[str, str]:
    params = model.object(one.params)
    takes = "**params: Any"
    if params and params.fields is not None and not any(field.name in _KEYWORDS_OF_METHODS for field in params.fields):
        takes = f"**params: Unpack[{params.name}]" if params.fields else ""
    result = f"File | {_text(one.result)}" if one.file else _text(one.result)
    takes = ", ".join(filter(None, ["self", "*", "options: CallOptions | None = None", takes]))
    docs = indent(_docstring("\n\n".join(filter(None, [one.docs, one.about]))), "        ")
    return f"    {'async ' if kind else ''}def {one.action}({takes}) -> {result}:", docs


def _client(model: Model, client: str, kind: str) -> str:
    lines = [
        f"class {kind}{client}({kind}Client):",
        '    """A client with the operations of the catalog as methods."""',
    ]
    for family, name in model.classes.items():
        # A family of the library's own that has more methods here: it is never assigned to.
        ours = "  # pyright: ignore[reportIncompatibleVariableOverride]" if family in OURS else ""
        lines.append(f"    {family}: {kind}{name}{ours}")
    return "\n".join(lines)


def _text(found: Type) -> str:
    match found:
        case Basic(name):
            return _BASIC[name]
        case Literals(values):
            return f"Literal[{', '.join(map(_literal, dict.fromkeys(values)))}]"
        case List(item):
            return f"list[{_text(item)}]"
        case Map(value):
            return f"dict[str, {_text(value)}]"
        case Union(types):
            return " | ".join(map(_text, types))
        case Named(name):
            return name


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")


def _below(docs: str, margin: str) -> str:
    return f"\n{indent(_docstring(docs), margin)}" if docs else ""


def _docstring(docs: str) -> str:
    text = docs.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines = [line for part in text.split("\n") for line in (wrap(part, 100, break_long_words=False) or [""])]
    if len(lines) == 1 and not lines[0].endswith('"'):
        return f'"""{lines[0]}"""'
    return "\n".join([f'"""{lines[0]}', *lines[1:], '"""'])
