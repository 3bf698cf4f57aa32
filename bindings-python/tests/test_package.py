"""What the package promises as a whole: what it needs and loads, and that everything public is explained."""

import ast
import importlib.metadata
import inspect
import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest
from conftest import ROOT

import airudder
from airudder import _campaign, _native, crypto
from airudder._generated import operations

LOADED = """
import sys
before = set(sys.modules)
def loaded(names):
    return sorted(name for name in names if name in set(sys.modules) - before)
def foreign():
    return sorted({name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))
import airudder, airudder.crypto, airudder.events
client = airudder.Client(app_key="fake", app_secret="fake", base_url="http://127.0.0.1:1", max_retries=0)
airudder.AsyncClient()
print(loaded(["asyncio", "h11", "http.client", "socket", "ssl", "urllib.request"]), foreign())
try:
    client.robots.list()
except airudder.TransportError:
    pass
import airudder.__main__
print(loaded(["asyncio", "h11", "httpx"]), foreign())
"""


def test_what_is_needed_is_loaded_with_the_first_request():
    done = subprocess.run([sys.executable, "-W", "error", "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[] ['airudder']\n['h11'] ['airudder', 'h11']\n"


def test_h11_is_all_that_is_needed():
    needed = importlib.metadata.requires("airudder")
    assert [one.partition(">")[0] for one in needed if "extra ==" not in one] == ["h11"]
    assert sorted(one.partition(">")[0] for one in needed if "extra ==" in one) == [
        "altair",
        "jinja2",
        "narwhals",
        "openpyxl",
        "opentelemetry-api",
        "phonenumbers",
        "psycopg",
        "pyarrow",
        "redis",
        "rich",
        "typer",
        "vl-convert-python",
    ]


def public(owner):
    return [(f"{owner.__name__}.{name}", member) for name, member in vars(owner).items() if name[0] != "_"]


def test_everything_public_is_explained():
    members = [(name, getattr(airudder, name)) for name in airudder.__all__]
    members += [*public(crypto), *public(operations), *public(_campaign.Campaigns)]
    members += [inner for _, member in members if inspect.isclass(member) for inner in public(member)]
    ours = [(name, member) for name, member in members if inspect.isroutine(member) or inspect.isclass(member)]
    assert len(ours) > 100
    assert [name for name, member in ours if not inspect.getdoc(member)] == []


def test_the_module_does_not_tell_who_built_it():
    """Panic messages name source files: those of other crates by a folder that is the same for everybody."""
    module = Path(_native.__file__).read_bytes()
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    assert [folder for folder in (Path.home(), cargo, ROOT) if f"{folder}/".encode() in module] == []
    assert b"/cargo/registry/src/" in module


def test_the_licences_of_what_is_inside_come_with_it():
    files = [file for file in metadata.distribution("airudder").files if file.parent.name == "licenses"]
    assert sorted(file.name for file in files) == ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"]
    notices = next(file for file in files if file.name == "THIRD-PARTY.md")
    assert "- pyo3 " in notices.read_text()


def test_names_are_listed_once_in_order():
    assert airudder.__all__ == sorted(set(airudder.__all__))


def test_each_name_comes_from_the_module_that_type_checkers_see():
    tree = ast.parse(Path(airudder.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen.pop("crypto") == "airudder"
    assert {*seen, "crypto", "__version__"} == set(airudder.__all__)
    for name, module in seen.items():
        assert getattr(airudder, name) is getattr(import_module(module), name), name
    assert set(airudder.__all__) <= set(dir(airudder))


def test_what_is_not_used_is_not_loaded():
    program = "import airudder, sys; print(sorted(name for name in sys.modules if name.startswith('airudder')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['airudder', 'airudder._native', 'airudder._once']\n"
    with pytest.raises(AttributeError, match="no attribute 'Clinet'"):
        _ = airudder.Clinet
