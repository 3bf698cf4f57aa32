"""What the package promises as a whole: nothing else is needed, and everything public is explained."""

import inspect
import subprocess
import sys

import airudder
from airudder import _campaign, _operations, crypto

ALONE = """
import sys
before = {name.split(".")[0] for name in sys.modules}
import airudder, airudder.__main__
after = {name.split(".")[0] for name in sys.modules}
print(sorted(after - before - set(sys.stdlib_module_names)))
"""


def test_nothing_is_needed_but_the_standard_library():
    done = subprocess.run([sys.executable, "-W", "error", "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout == "['airudder']\n"


def public(owner):
    return [(f"{owner.__name__}.{name}", member) for name, member in vars(owner).items() if name[0] != "_"]


def test_everything_public_is_explained():
    members = [*public(airudder), *public(crypto), *public(_operations), *public(_campaign.Campaigns)]
    members += [inner for _, member in members if inspect.isclass(member) for inner in public(member)]
    ours = [(name, member) for name, member in members if inspect.isroutine(member) or inspect.isclass(member)]
    assert len(ours) > 100
    assert [name for name, member in ours if not inspect.getdoc(member)] == []


def test_names_are_listed_once_in_order():
    assert airudder.__all__ == sorted(set(airudder.__all__))
