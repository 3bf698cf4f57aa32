"""A value of an OpenAPI document, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from airudder._openapi.values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder._openapi.values import Json


class DocumentError(ValueError):
    """The document is not as it must be; `pointer` is the JSON pointer (RFC 6901) to the place."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"#{pointer}: {message}")
        self.pointer = pointer
        self.message = message


class Place:
    """A value of the document, and where it stands."""

    __slots__ = ("pointer", "value")

    def __init__(self, value: object, pointer: str) -> None:
        self.value: Any = value
        self.pointer = pointer

    def fail(self, message: str) -> NoReturn:
        """Refuse the document because of this place."""
        raise DocumentError(self.pointer, message)

    def __getitem__(self, name: str | int) -> Place:
        return Place(self.value[name], f"{self.pointer}/{escaped(name)}")

    def get(self, name: str) -> Place | None:
        """A field of an object; None where it is missing."""
        return self[name] if name in self.object() else None

    def object(self) -> Json:
        """The value, which must be an object."""
        if not is_object(self.value):
            self.fail("this must be an object")
        return self.value

    def fields(self) -> Iterator[tuple[str, Place]]:
        """The fields of an object; those that extend OpenAPI (`x-…`) are left out."""
        return ((name, self[name]) for name in self.object() if not name.startswith("x-"))

    def items(self) -> list[Place]:
        """The items of an array."""
        if not is_array(self.value):
            self.fail("this must be an array")
        return [self[at] for at in range(len(self.value))]

    def text(self) -> str:
        """The value, which must be a text."""
        if not isinstance(self.value, str):
            self.fail("this must be a text")
        return self.value

    def texts(self) -> list[str]:
        """The items of an array of texts."""
        return [item.text() for item in self.items()]

    def switch(self, name: str) -> bool:
        """A field that is true or false; false where it is missing."""
        found = self.get(name)
        if found is None:
            return False
        if not isinstance(found.value, bool):
            found.fail("this must be true or false")
        return found.value

    def text_of(self, name: str) -> str:
        """A field that is a text; empty where it is missing or null, as exporters write it."""
        found = self.get(name)
        return found.text().strip() if found and found.value is not None else ""


def escaped(name: str | int) -> str:
    """A step of a JSON pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")
