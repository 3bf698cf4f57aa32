"""The package, imported anew in one process, takes the modules that are there.

Another set of exceptions would not be caught by whoever has the first one.
"""

from __future__ import annotations

import sys
from types import ModuleType

from airudder._native import first_package

_package = sys.modules["airudder"]
_first = first_package(_package)
if _first is not _package:
    for _name, _module in list(vars(_first).items()):
        if isinstance(_module, ModuleType) and _module.__name__ == f"airudder.{_name}":
            sys.modules[_module.__name__] = _module
            setattr(_package, _name, _module)
