"""Values of JSON, as type checkers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from typing import TypeGuard

Json: TypeAlias = dict[str, Any]
"""A JSON object."""


def is_object(value: object) -> TypeGuard[Json]:
    """Returns whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Returns whether a value is a JSON array."""
    return isinstance(value, list)
