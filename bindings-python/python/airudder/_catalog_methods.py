"""The operations of a catalog as methods of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airudder._catalog import INVALID
from airudder._errors import made
from airudder._near import no_attribute

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._catalog import Catalog, CatalogOperation
    from airudder._options import CallOptions


class Family:
    """The operations of a catalog that have one family, as methods."""

    def __init__(self, name: str) -> None:
        self._name = name

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise no_attribute(self, name)

    def __repr__(self) -> str:
        return f"<operations {self._name}>"


def add_methods(client: object, catalog: Catalog, run: Callable[..., Any]) -> None:
    """Give a client the operations of its catalog as methods; one of its own families may get further ones."""
    own = {*dir(type(client)), "campaigns"}
    for operation in catalog.operations:
        family, _, action = operation.name.partition(".")
        if family in own:
            raise _taken(operation, f"`{family}` of a client is something else")
        owner = vars(client).setdefault(family, Family(family))
        if action in dir(owner):
            raise _taken(operation, f"`{family}` has a method `{action}` already")
        setattr(owner, action, _method(operation, run))


def _taken(operation: CatalogOperation, why: str) -> Exception:
    return made(INVALID, f"{why}: give {operation.name} another name", "")


def _method(operation: CatalogOperation, run: Callable[..., Any]) -> Callable[..., Any]:
    name = operation.name

    def method(*, options: CallOptions | None = None, **params: Any) -> Any:  # noqa: ANN401 - any JSON
        try:
            return run(name, params, options)
        finally:
            del params, options  # error reporters show the local variables of a traceback

    repeated = "May be repeated." if operation.replay == "safe" else "Is never repeated when its outcome is unknown."
    method.__doc__ = f"{operation.docs}\n\n{operation.method} `{operation.path}`. {repeated}".lstrip()
    method.__name__ = name.partition(".")[2]
    method.__qualname__ = name
    return method
