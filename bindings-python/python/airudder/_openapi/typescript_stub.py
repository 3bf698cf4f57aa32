"""Writes the types of a catalog as a declaration file of TypeScript."""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING

from airudder._openapi.model import Basic, List, Literals, Map, Modelled, Named, Type, Union
from airudder._openapi.python_stub import OURS

if TYPE_CHECKING:
    from airudder._openapi.model import Declared, Method, Model
    from airudder._openapi.values import Json

_BASIC = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "any": "Json",
}
_RESERVED = {
    *(
        "Array",
        "Boolean",
        "CallOptions",
        "CallPromise",
        "Client",
        "Date",
        "Error",
        "File",
        "Json",
        "Map",
        "Number",
        "Object",
    ),
    *("Operations", "Partial", "Promise", "Readonly", "Record", "RegExp", "Set", "String", "Symbol", "Function"),
}


def declarations(catalog: Json, client: str) -> str:
    """Write the declaration file of a catalog; `client` is the name of its client's interface."""
    own = client.removesuffix("Client")
    reserved = {*_RESERVED, client, f"{own}Operations", f"{own}Events"}
    model = Modelled(catalog, reserved).model
    parts = [
        _HEAD.format(client=client),
        *(_declaration(one) for one in model.declared),
        *(_family(model, family) for family in model.families),
        _operations(model, own),
        _events(model, own),
        _client(model, own, client),
    ]
    return "\n\n".join(parts) + "\n"


_HEAD = """\
// Made by `airudder import`; do not edit.
/**
 * Types of a catalog.
 *
 * const client = new Client({{ catalog }}) as {client};
 */
import type {{ CallOptions, CallPromise, Client, File, Json, Operations }} from "airudder";"""


def _declaration(one: Declared) -> str:
    if one.fields is None:
        return f"{_comment(one.docs)}export type {one.name} = {_text(one.type)};"
    fields = [
        f"{_comment(field.docs, '  ')}  {_key(field.name)}{'' if field.required else '?'}: {_text(field.type)};"
        for field in one.fields
    ]
    return "\n".join([f"{_comment(one.docs)}export interface {one.name} {{", *fields, "}"])


def _family(model: Model, family: str) -> str:
    lines = [f"export interface {model.classes[family]} {{"]
    for one in model.families[family]:
        docs = "\n\n".join(filter(None, [one.docs, one.about]))
        optional = "?" if one.optional else ""
        takes = f"params{optional}: {_text(one.params)}, options?: CallOptions"
        lines.append(f"{_comment(docs, '  ')}  {camel(one.action)}({takes}): CallPromise<{_result(one)}>;")
    return "\n".join([*lines, "}"])


def _operations(model: Model, own: str) -> str:
    lines = ["/** Parameters and result of each operation of the catalog. */", f"export interface {own}Operations {{"]
    for methods in model.families.values():
        for one in methods:
            lines.append(f"  {json.dumps(one.name)}: {{ params: {_text(one.params)}; result: {_result(one)} }};")
    return "\n".join([*lines, "}"])


def _events(model: Model, own: str) -> str:
    lines = ["/** The data of each event of the catalog. */", f"export interface {own}Events {{"]
    lines += [f"  {json.dumps(name)}: {declared};" for name, declared in model.events.items()]
    return "\n".join([*lines, "}"])


def _client(model: Model, own: str, client: str) -> str:
    lines = [
        "/** A client with the operations of the catalog as methods. */",
        f"export interface {client} extends Client {{",
    ]
    for family, name in model.classes.items():
        ours = f'Client["{family}"] & ' if family in OURS else ""
        lines.append(f"  readonly {camel(family)}: {ours}{name};")
    for method, result in (("call", 'CallPromise<({})[Name]["result"]>'), ("prepare", 'ReturnType<Client["prepare"]>')):
        for rows in (f"{own}Operations", "Operations"):
            lines.append(f"  {method}<Name extends keyof {rows}>(")
            lines += ["    name: Name,", f'    params: {rows}[Name]["params"],', "    options?: CallOptions,"]
            lines.append(f"  ): {result.replace('({})', rows)};")
    return "\n".join([*lines, "}"])


def camel(name: str) -> str:
    """A name in camelCase, as methods have it in JavaScript."""
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _result(one: Method) -> str:
    return f"File | {_text(one.result)}" if one.file else _text(one.result)


def _text(found: Type) -> str:
    match found:
        case Basic(name):
            return _BASIC[name]
        case Literals(values):
            return " | ".join(json.dumps(value, ensure_ascii=False) for value in dict.fromkeys(values))
        case List(item):
            inner = _text(item)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case Map(value):
            return f"Record<string, {_text(value)}>"
        case Union(types):
            return " | ".join(map(_text, types))
        case Named(name):
            return name


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name) else json.dumps(name, ensure_ascii=False)


def _comment(docs: str, margin: str = "") -> str:
    if not docs:
        return ""
    lines = [line for part in docs.replace("*/", "* /").split("\n") for line in (wrap(part, 100) or [""])]
    if len(lines) == 1:
        return f"{margin}/** {lines[0]} */\n"
    inner = "".join(f"{margin} *{' ' if line else ''}{line}\n" for line in lines)
    return f"{margin}/**\n{inner}{margin} */\n"
