"""No file has more than 500 lines but generated ones and tables, and no function of Python more than 60.

The signature and the documentation of a function do not count. clippy.toml limits those of Rust, biome.json
those of TypeScript.
"""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("*.rs", "*.py", "*.pyi", "*.ts", "*.mjs", "*.js", "*.c", "*.h", "*.hpp", "*.cpp", "*.css")


def sources() -> list[str]:
    """The source files that are not marked as generated."""

    def git(*arguments: str) -> list[str]:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    files = git("ls-files", *SOURCES)
    generated = {
        line.split(": ")[0] for line in git("check-attr", "linguist-generated", "--", *files) if line.endswith(": true")
    }
    return [file for file in files if file not in generated]


def test_no_file_is_too_long():
    lengths = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in sources()}
    assert len(lengths) > 200
    assert {file: length for file, length in lengths.items() if length > 500} == {}


def test_no_function_of_python_is_too_long():
    long = {}
    for file in sources():
        if not file.endswith(".py"):
            continue
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[ast.get_docstring(node) is not None :] or node.body
                length = (node.end_lineno or 0) - body[0].lineno + 1
                if length > 60:
                    long[f"{file}: {node.name}"] = length
    assert long == {}
