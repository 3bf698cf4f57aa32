"""Header fields, from whatever a framework has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@runtime_checkable
class SupportsItems(Protocol):
    """A mapping, or a framework's own multi-dict."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Name and value of each header field."""
        ...


HeaderFields: TypeAlias = "SupportsItems | Iterable[tuple[str | bytes, str | bytes]]"
"""Header fields, as a mapping or as pairs. A value may be a list of several."""


class Fields(Mapping[str, str]):
    """Header fields by their names, in any case. Several of one name are one, with a comma between, as HTTP says."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields: dict[str, tuple[str, str]] = {}
        for name, value in fields:
            first, before = self._fields.get(name.lower(), (name, None))
            self._fields[name.lower()] = (first, value if before is None else f"{before}, {value}")

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Fields({', '.join(self)})"  # the values may be secret


def pairs(headers: HeaderFields) -> list[tuple[str, str]]:
    """Make pairs of names and values; what is no header field is a `TypeError` that shows no value."""
    try:
        found = list(headers.items() if isinstance(headers, SupportsItems) else headers)
        if _is_environment(found):
            found = [(_header_name(name), value) for name, value in found if _is_header(name)]
        return [(_text(name), one) for name, value in found for one in _texts(value)]
    except (TypeError, ValueError):
        kind = type(headers).__name__
    finally:
        found = []
        del headers
    raise TypeError(f"header fields are a mapping, or pairs of name and value, all of them texts, and not a `{kind}`")


def _is_environment(fields: list[tuple[Any, Any]]) -> bool:
    """Tells whether these are the variables of a CGI or WSGI request, as Django has them in `request.META`."""
    names = [name for name, _ in fields]
    return "REQUEST_METHOD" in names or (
        any(isinstance(name, str) and name.startswith("HTTP_") for name in names)
        and not any("-" in name for name in names)
    )


def _is_header(name: str) -> bool:
    return name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")


def _header_name(name: str) -> str:
    return name.removeprefix("HTTP_").replace("_", "-")


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a framework has
    if isinstance(value, (list, tuple)):
        yield from map(_text, cast("Iterable[Any]", value))
    elif value is not None:
        yield _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a framework has
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")  # as header fields are
    if not isinstance(value, str):
        raise TypeError
    return value
