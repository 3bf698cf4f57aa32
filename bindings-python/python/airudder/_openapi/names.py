"""The names of operations and events, in ASCII, from what the document says of them."""

from __future__ import annotations

import hashlib
import keyword
import re
from enum import StrEnum

_GENERIC = re.compile(r"(api|apis|service|services|open|openapi|open_api|rest|cloud|v\d+)")
_VERBS = {"get": "get", "post": "create", "put": "update", "patch": "update", "delete": "delete"}

OWN_FAMILIES = frozenset(
    (
        *("aclose", "call", "campaign", "campaigns", "catalog", "close", "constructor", "from_env", "has_own_property"),
        *("last_response", "off", "on", "operations", "prepare", "raw", "request", "then", "to_string", "value_of"),
    )
)
"""What a client has for itself, in one of the languages."""


def snake(text: str) -> str:
    """A text in snake_case, of its ASCII letters and digits; empty where there are none, or a digit comes first."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    found = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
    return found[:60].rstrip("_") if found[:1].isalpha() else ""


def pascal(text: str) -> str:
    """A text in PascalCase; empty where it has no ASCII letter to begin with."""
    found = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))
    return found if found[:1].isalpha() else ""


def family_of_tag(tag: str) -> str:
    """The family that a tag names; tags of Apifox are the paths of folders, of which the last in ASCII counts."""
    return next(filter(None, (snake(part) for part in reversed(tag.split("/")))), "")


def candidates(method: str, path: str, tag: str, identity: str) -> list[tuple[str, str]]:
    """Families and actions that would name an operation, from the shortest to one that no other operation has.

    Args:
        method: The HTTP method in lower case.
        path: The path with its fields, as `/service/plans/{plan_id}`.
        tag: The first tag, or nothing.
        identity: The operationId, or nothing.
    """
    words = _words(path)
    dotted, _, own = identity.rpartition(".")
    family = snake(dotted) or family_of_tag(tag) or words[0]
    rest = words[words.index(family) + 1 :] if family in words else words
    by_path = ["_".join(rest)] if rest and "{" not in path else []
    by_path.append("_".join([_verb(method, path, rest), *rest]))
    full = in_full(method, path)
    actions = [*_of_identity(own, method, path, family), *by_path, full, f"{full}_{digest(f'{method} {path}')}"]
    return [(family, action) for action in dict.fromkeys(actions)]


def _words(path: str) -> list[str]:
    found = [word for step in path.split("/") if not step.startswith("{") and (word := snake(step))]
    while len(found) > 1 and _GENERIC.fullmatch(found[0]):
        found.pop(0)
    return found or ["root"]


def _verb(method: str, path: str, rest: list[str]) -> str:
    is_list = method == "get" and not path.rstrip("/").endswith("}") and (not rest or rest[-1].endswith("s"))
    return "list" if is_list else _VERBS[method]


def _of_identity(identity: str, method: str, path: str, family: str) -> list[str]:
    """The actions that an operationId names: without the family in it, and as it is."""
    text = snake(identity)
    text = text.removesuffix(f"_{snake(path.replace('/', '_'))}_{method}")  # as FastAPI makes them
    kept = [word for word in text.split("_") if word not in (family, family.removesuffix("s"))]
    return list(filter(None, ["_".join(kept), text]))


def in_full(method: str, path: str) -> str:
    """An action that no other operation has: method and path."""
    steps = (f"by_{snake(step)}" if step.startswith("{") else snake(step) for step in path.split("/") if step)
    return "_".join([method, *filter(None, steps)])


def digest(text: str) -> str:
    """Eight hex digits, the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def usable(family: str, action: str) -> str:
    """The name of family and action; what a language or a client has for itself gets a word behind it."""
    if family in OWN_FAMILIES or keyword.iskeyword(family):
        family = f"{family}_api"
    if keyword.iskeyword(action) or action in ("constructor", "then"):
        action = f"{action}_it"
    return f"{family}.{action}"


class Source(StrEnum):
    """Where names come from."""

    TAG = "tag"
    """The family from the tag, the action from the operationId, and each from the path where that says nothing."""
    PATH = "path"
    """The path alone."""
