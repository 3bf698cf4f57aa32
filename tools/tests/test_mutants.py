"""The mutants of the promises: each promise has one, each applies, and the page says of each what it is.

That the tests notice them is shown by `make promises`, which takes long.
"""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "mutants"))

from mutants import NEEDS, PAGE, ROOT, apply, mutants

ALL = mutants()


def promises():
    """The promises and limits of the page, without their links, and the lines below each."""
    listed = (ROOT / PAGE).read_text(encoding="utf-8").partition("## Promises")[2].partition("## Not promised")[0]
    items = re.findall(r"^- \*\*(.+)\*\*\n((?:    - .+\n)*)", listed, re.MULTILINE)
    return {re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", what): re.findall(r"- (.+)", lines) for what, lines in items}


def test_the_page_names_each_mutant_below_its_promise():
    told = {}
    for mutant in ALL:
        told.setdefault(mutant.promise, []).append(mutant.line)
    found = promises()
    assert len(found) > 30
    assert {what: sorted(lines) for what, lines in found.items()} == {what: sorted(told[what]) for what in told}


def test_each_promise_has_a_mutant():
    assert [what for what, lines in promises().items() if not lines] == []


@pytest.mark.parametrize("mutant", ALL, ids=[one.name for one in ALL])
def test_a_mutant_changes_what_keeps_the_promise(mutant):
    """It is small, applies to the files as they are, and leaves the tests alone."""
    assert apply(mutant, ROOT, "--check") == ""
    text = (ROOT / mutant.patch).read_text(encoding="utf-8")
    files = re.findall(r"^\+\+\+ b/(.+)$", text, re.MULTILINE)
    assert files == [mutant.mechanism.partition(": ")[0]]
    assert mutant.file not in files
    assert "/tests/" not in files[0]
    assert 1 <= len(re.findall(r"^[+-](?![+-])", text, re.MULTILINE)) <= 12
    assert mutant.needs in NEEDS


def test_no_two_mutants_are_the_same():
    changes = [(ROOT / one.patch).read_text(encoding="utf-8").partition("\n\n")[2] for one in ALL]
    assert len(set(changes)) == len(changes)
