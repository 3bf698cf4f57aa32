#!/usr/bin/env python3
"""Checks the direction of imports between the files of each package.

Each file in tools/layers describes one package: the folder of its sources and its layers, the lowest first. A file may
import from its own layer and from lower ones; no files may import each other in a circle, also not within a layer. In
Rust, a module with submodules (`mod name;`) depends on all of them, so a submodule imports nothing from its parent.

Imports count wherever they stand: inside functions, and for types alone. Tests and generated files count like others,
but for the `#[cfg(test)]` modules of Rust.
"""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent

Graph = dict[str, set[str]]


def rust_paths(text: str) -> Iterator[list[str]]:
    """The paths that a Rust file names, from `crate`, `self` or `super` on, and its submodules."""
    text = re.sub(r"(?m)^\s*//.*$", "", text)
    text = re.sub(r"\bpub\(in [\w:]+\)", "pub", text)  # says who may import, and imports nothing
    text = re.sub(r"(?ms)^\s*#\[cfg\(test\)\]\s*mod \w+ \{.*\Z", "", text)
    text = re.sub(r"(?m)^\s*#\[cfg\(test\)\]\s*mod \w+;", "", text)
    for name in re.findall(r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?mod (\w+);", text):
        yield ["self", name]
    for start in re.finditer(r"\$?\b(?:crate|self|super)::", text):
        yield from use_tree(text[start.start() :].lstrip("$"))


def use_tree(text: str) -> Iterator[list[str]]:
    """The paths of `a::b` or `a::{b, c::{self, d}}`, at the beginning of the text."""
    tokens = re.findall(r"\w+|::|\S", text[: text.find(";") + 1 or None])

    def tree(at: int, prefix: list[str]) -> tuple[int, list[list[str]]]:
        """The paths of the tree at a token, and the token behind it."""
        path = [*prefix, tokens[at]]
        while tokens[at + 1 : at + 2] == ["::"]:
            at += 2
            if at < len(tokens) and tokens[at] == "{":
                return trees(at + 1, path)
            path = [*path, *tokens[at : at + 1]]
        return at + 1, [path]

    def trees(at: int, prefix: list[str]) -> tuple[int, list[list[str]]]:
        found: list[list[str]] = []
        while at < len(tokens) and tokens[at] != "}":
            if tokens[at] == ",":
                at += 1
                continue
            at, paths = tree(at, prefix)
            found += paths
        return at + 1, found

    yield from tree(0, [])[1]


def rust_module(file: str) -> tuple[str, ...]:
    parts = PurePosixPath(file).with_suffix("").parts
    return parts[:-1] if parts[-1] in {"mod", "lib", "main"} else parts


def rust(sources: dict[str, str]) -> Graph:
    files = {rust_module(file): file for file in sources}
    graph: Graph = {}
    for file, text in sources.items():
        module = rust_module(file)
        graph[file] = set()
        for path in rust_paths(text):
            base, rest = module, path
            if rest[0] == "crate":
                base, rest = (), rest[1:]
            while rest and rest[0] in {"self", "super"}:
                base, rest = (base[:-1] if rest[0] == "super" else base), rest[1:]
            if rest[-1:] == ["self"]:
                rest = rest[:-1]
            while rest and (*base, rest[0]) in files:
                base, rest = (*base, rest[0]), rest[1:]
            graph[file].add(files[base])
    return graph


def typescript(sources: dict[str, str]) -> Graph:
    graph: Graph = {}
    for file, text in sources.items():
        names = re.findall(r"""(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.[^"']*)["']""", text)
        paths = [normalize(PurePosixPath(file).parent / name.removesuffix(".js")) for name in names]
        targets = {f"{path}{suffix}" for path in paths for suffix in (".ts", ".d.ts")}
        graph[file] = targets & sources.keys()
    return graph


def normalize(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def python(sources: dict[str, str], package: str = "") -> Graph:
    """The imports of Python files; absolute ones are those that begin with the name of the package."""

    def file_of(module: tuple[str, ...]) -> str | None:
        name = "/".join(module)
        candidates = (f"{name}.py", f"{name}.pyi", f"{name}/__init__.py" if name else "__init__.py")
        return next((file for file in candidates if file in sources), None)

    graph: Graph = {}
    for file, text in sources.items():
        here = PurePosixPath(file).parent.parts
        graph[file] = set()
        if file.endswith(".pyi"):
            continue  # it describes a compiled module, which imports nothing of the package
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names = [tuple(alias.name.split(".")) for alias in node.names]
                modules = [name[1:] for name in names if name[0] == package]
            elif isinstance(node, ast.ImportFrom):
                module = tuple(node.module.split(".")) if node.module else ()
                if node.level:
                    base = (*here[: len(here) - node.level + 1], *module)
                elif module[0] == package:
                    base = module[1:]
                else:
                    continue
                modules = [(*base, alias.name) if file_of((*base, alias.name)) else base for alias in node.names]
            else:
                continue
            graph[file] |= {target for module in modules if (target := file_of(module)) is not None}
    return graph


READERS = {".rs": rust, ".ts": typescript, ".py": python}


def circles(graph: Graph) -> Iterator[list[str]]:
    """The sets of files that import each other, directly or through others (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(file: str) -> None:
        index[file] = low[file] = len(index)
        stack.append(file)
        for target in sorted(graph[file] - {file}):
            if target not in index:
                visit(target)
                low[file] = min(low[file], low[target])
            elif target in stack:
                low[file] = min(low[file], index[target])
        if low[file] == index[file]:
            at = stack.index(file)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for file in sorted(graph):
        if file not in index:
            visit(file)
    yield from (files for files in found if len(files) > 1)


def layer_of(file: str, layers: list[list[str]]) -> int | None:
    """The layer whose pattern names the file; of several, the longest pattern's."""
    matches = [
        (len(pattern), number)
        for number, patterns in enumerate(layers)
        for pattern in patterns
        if fnmatch.fnmatchcase(file, pattern) or file.startswith(f"{pattern}/")
    ]
    return max(matches)[1] if matches else None


def faults(graph: Graph, layers: list[list[str]]) -> Iterator[str]:
    """The circles, the upward imports, and the files without a layer, a sentence each."""
    for circle in circles(graph):
        yield f"these files import each other in a circle: {', '.join(circle)}"
    for file, targets in sorted(graph.items()):
        own = layer_of(file, layers)
        if own is None:
            yield f"{file} belongs to no layer"
            continue
        for target in sorted(targets):
            other = layer_of(target, layers)
            if other is not None and other > own:
                yield f"{file} imports {target}, which is in a higher layer"


def read(folder: Path, suffixes: set[str]) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in suffixes)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def check(description: Path) -> list[str]:
    package = tomllib.loads(description.read_text(encoding="utf-8"))
    suffixes = set(package["suffixes"])
    sources = read(ROOT / package["folder"], suffixes)
    suffix = package["suffixes"][0]
    graph = python(sources, Path(package["folder"]).name) if suffix == ".py" else READERS[suffix](sources)
    return [f"{package['folder']}: {fault}" for fault in faults(graph, package["layers"])]


def main() -> int:
    found = [fault for description in sorted((ROOT / "tools/layers").glob("*.toml")) for fault in check(description)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
