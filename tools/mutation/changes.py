"""Prints the changes that mutmut makes of files, which are arguments: the file, the lines taken away and the new ones.

It is run by mutmut's Python.
"""

import difflib
import json
import sys
from pathlib import Path
from typing import Any

import libcst  # type: ignore[import-not-found]
from mutmut.mutation.diff_apply import (  # type: ignore[import-not-found]
    read_mutant_function,
    read_original_function,
)
from mutmut.mutation.file_mutation import mutate_file_contents  # type: ignore[import-not-found]
from mutmut.utils.format_utils import get_mutant_name  # type: ignore[import-not-found]


def lines(function: Any) -> list[str]:  # noqa: ANN401 - of a library that is not there when types are checked
    """The code of a function."""
    return str(libcst.Module([function]).code).strip().splitlines()


found: dict[str, tuple[str, list[str], list[str]]] = {}
for name in sys.argv[1:]:
    path = Path(name)
    made = mutate_file_contents(name, path.read_text())
    module = libcst.parse_module(made.code)
    for mutant in made.mutant_names:
        before, after = (lines(read(module, mutant)) for read in (read_original_function, read_mutant_function))
        compared = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        removed, added = ([line[1:] for line in compared if line.startswith(sign)] for sign in "-+")
        found[get_mutant_name(path, mutant)] = name, removed, added
print(json.dumps(found))
