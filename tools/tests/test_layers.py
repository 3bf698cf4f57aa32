"""The direction of imports in every package, and that the check of it finds what it is for."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import layers

DESCRIPTIONS = sorted((layers.ROOT / "tools/layers").glob("*.toml"))


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.stem)
def test_imports_go_down_and_not_in_circles(description: Path) -> None:
    assert layers.check(description) == []


@pytest.mark.parametrize(
    ("read", "sources"),
    [
        (
            layers.rust,
            {"lib.rs": "mod a;\nmod b;", "a.rs": "use crate::b::{C, D};", "b.rs": "fn f() { crate::a::g() }"},
        ),
        (layers.rust, {"lib.rs": "mod a;", "a/mod.rs": "mod b;", "a/b.rs": "use super::Item;"}),
        (layers.rust, {"lib.rs": "mod a;\nmod b;", "a.rs": "use crate::{b::{self, X}, Y};", "b.rs": ""}),
        (layers.typescript, {"a.ts": 'import type { B } from "./n/b.js";', "n/b.ts": 'export * from "../a.js";'}),
        (layers.python, {"__init__.py": "", "a.py": "def f():\n    from . import b", "b.py": "from .a import f"}),
    ],
    ids=["rust", "rust-parent", "rust-root", "typescript", "python"],
)
def test_a_circle_is_found(read: object, sources: dict[str, str]) -> None:
    assert callable(read)
    found = list(layers.faults(read(sources), [["*"]]))
    assert len(found) == 1
    assert "circle" in found[0]


@pytest.mark.parametrize(
    ("read", "sources"),
    [
        (layers.rust, {"lib.rs": "mod low;\nmod high;", "low.rs": "use crate::high::X;", "high.rs": ""}),
        (layers.typescript, {"low.ts": 'const high = await import("./high.js");', "high.ts": ""}),
        (layers.python, {"__init__.py": "", "low.py": "from .high import X", "high.py": ""}),
    ],
    ids=["rust", "typescript", "python"],
)
def test_an_upward_import_is_found(read: object, sources: dict[str, str]) -> None:
    assert callable(read)
    found = list(layers.faults(read(sources), [["low.*"], ["high.*"], ["lib.rs", "__init__.py"]]))
    assert len(found) == 1
    assert "higher layer" in found[0]


def test_what_only_tests_import_does_not_count() -> None:
    sources = {
        "lib.rs": "mod a;\nmod b;",
        "a.rs": "use crate::b::X;",
        "b.rs": "// use crate::a::X;\n#[cfg(test)]\nmod tests {\n    use crate::a::Y;\n}",
    }
    assert list(layers.faults(layers.rust(sources), [["*"]])) == []


def test_a_file_without_a_layer_is_found() -> None:
    assert list(layers.faults({"new.rs": set()}, [["old.rs"]])) == ["new.rs belongs to no layer"]


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.stem)
def test_a_circle_planted_into_a_package_is_found(
    description: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = layers.tomllib.loads(description.read_text(encoding="utf-8"))
    folder = tmp_path / package["folder"]
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(layers.ROOT / package["folder"], folder, ignore=ignored)
    monkeypatch.setattr(layers, "ROOT", tmp_path)
    assert layers.check(description) == []
    lower, upper = package["planted"]
    imports = {".rs": "use crate::{};\n", ".ts": 'import "{}";\n', ".py": "from {} import x\n"}[package["suffixes"][0]]
    file = folder / lower
    file.write_text(imports.format(upper) + file.read_text(encoding="utf-8"), encoding="utf-8")
    found = layers.check(description)
    assert any("circle" in fault for fault in found)
    assert any("higher layer" in fault for fault in found)
