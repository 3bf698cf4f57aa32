"""The package, imported anew in one process, takes the modules that are there.

Another set of exceptions would not be caught by whoever has the first one.
"""

from __future__ import annotations

import sys
from types import ModuleType

from airudder._native import first_package


def _take(package: ModuleType) -> None:
    """Put the modules of a package that is there already in their places."""
    for name, module in list(vars(package).items()):
        if isinstance(module, ModuleType) and module.__name__ == f"{package.__name__}.{name}":
            sys.modules[module.__name__] = module
            _take(module)


_package = sys.modules["airudder"]
_first = first_package(_package)
if _first is not _package:
    _take(_first)
    for _name, _module in list(vars(_first).items()):
        if isinstance(_module, ModuleType) and sys.modules.get(f"airudder.{_name}") is _module:
            setattr(_package, _name, _module)
