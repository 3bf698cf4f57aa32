"""An OpenAPI document, read from JSON or YAML, in which references are followed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

from airudder._openapi.place import DocumentError, Place
from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from airudder._openapi.values import Json

REFERENCE = "$ref"


class Document:
    """The whole document, in which references are followed."""

    def __init__(self, root: object) -> None:
        self.root = Place(root, "")
        if not is_object(root):
            self.root.fail("the document must be an object")
        if "apifoxProject" in root:
            self.root.fail("this is a project of Apifox: export it as OpenAPI 3.0 or 3.1 instead")
        version = root.get("openapi", root.get("swagger"))
        if not isinstance(version, str) or not version.startswith(("3.0", "3.1", "2.0")):
            self.root.fail("neither `openapi` 3.0 or 3.1 nor `swagger` 2.0 is named here")
        self.is_swagger = "openapi" not in root

    def resolved(self, place: Place) -> Place:
        """Follow references to what they stand for."""
        seen: list[str] = []
        while is_object(place.value) and REFERENCE in place.value:
            if place.pointer in seen:
                place.fail("this reference leads back to itself")
            seen.append(place.pointer)
            place = self.target(place[REFERENCE])
        return place

    def target(self, reference: Place) -> Place:
        """The place that a reference names."""
        text = reference.text()
        if not text.startswith("#/"):
            reference.fail("only references into this document (`#/…`) are followed: bundle it into one file first")
        found = self.root
        for step in unquote(text[2:]).split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if is_object(found.value) and name in found.value:
                found = found[name]
            elif is_array(found.value) and name.isdecimal() and int(name) < len(found.value):
                found = found[int(name)]
            else:
                reference.fail(f"there is no {text} in this document")
        return found


def read(content: bytes, *, yaml: bool) -> Document:
    """Read a document.

    Args:
        content: The bytes of the file.
        yaml: Whether it may be YAML, which JSON is a part of.

    Raises:
        DocumentError: It cannot be read.
        ImportError: It is YAML, and PyYAML is not installed.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError("", f"the document is not UTF-8 (byte {error.start})") from None
    try:
        root = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if not yaml:
            where = f"line {error.lineno}, column {error.colno}"
            raise DocumentError("", f"the document is not JSON ({where}): {error.msg}") from None
        from airudder._openapi.yaml_form import parse

        root = parse(text)
    return Document(root)


def _once_each(pairs: list[tuple[str, Any]]) -> Json:
    found: Json = {}
    for name, value in pairs:
        if name in found:
            raise DocumentError("", f"a field {name!r} stands twice in one object")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise DocumentError("", f"{text} is no JSON number")
