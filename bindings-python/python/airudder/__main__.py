"""The command line: `airudder --help`, or `python -m airudder --help`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDED = ("typer", "rich")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status that the help tells."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        print(f"the command line needs {' and '.join(missing)}: pip install 'airudder[cli]'", file=sys.stderr)
        return 2
    from airudder._cli.app import run  # only where it is run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
