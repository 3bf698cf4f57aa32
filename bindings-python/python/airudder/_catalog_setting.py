"""The setting `catalog`. What reads catalogs is loaded where there is one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airudder._catalog import Catalog
    from airudder._native import Catalog as NativeCatalog

VARIABLE = "AIRUDDER_CATALOG"
"""The variable of the environment that may hold the path of a catalog's file."""


def native_catalog(catalog: Catalog | None) -> NativeCatalog | None:
    """The catalog as the native half has it."""
    if catalog is None:
        return None
    from airudder._catalog import native

    return native(catalog)


def catalog_of_environment() -> Catalog | None:
    """The catalog that the environment names; None where the variable is missing or empty."""
    if not (path := os.environ.get(VARIABLE)):
        return None
    from airudder._catalog import Catalog

    return Catalog.extend(path)
