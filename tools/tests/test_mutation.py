"""The parts of mutation testing: which changes a shard has, what they are called, and what is said of those missed."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "mutation"))

import javascript
import python
import record

RECORDS = [file for name in ("core", "javascript", "python") if (file := record.HERE / f"{name}.json").exists()]
FOUND = {"caught": ["a", "b"], "missed": ["d", "c"], "timeout": ["e"], "unviable": []}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "HERE", tmp_path)
    (tmp_path / "survivors.toml").write_text('"c" = "it makes no difference"\n')
    return tmp_path


def test_a_shard_is_kept_beside_others_and_replaces_itself(tree):
    file = tree / "core.json"
    record.kept(file, "2/3", FOUND)
    record.kept(file, "1/3", FOUND)
    record.kept(file, "2/3", FOUND | {"missed": []})
    kept = json.loads(file.read_text())
    assert list(kept) == ["1/3", "2/3"]
    assert [kept["1/3"][what] for what in ("caught", "missed", "timeout", "unviable")] == [2, ["c", "d"], 1, 0]
    assert kept["2/3"]["missed"] == []
    assert re.fullmatch("[0-9a-f]{7,}", kept["1/3"]["commit"])


def test_what_nobody_noticed_needs_a_reason(tree, capsys):
    shards = {"1/3": {"caught": 2, "timeout": 1, "missed": ["c"]}}
    assert record.judged(shards, 3) == 0
    assert record.judged(shards | {"2/3": {"caught": 1, "timeout": 0, "missed": ["d"]}}, 3) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 of 3 shards: 3 changes were noticed, 1 were not"
    assert said[2] == "nobody noticed, and nobody said why: d"


@pytest.mark.parametrize("file", RECORDS, ids=lambda path: path.stem)
def test_each_change_that_was_missed_has_a_reason(file):
    reasons = tomllib.loads((record.HERE / "survivors.toml").read_text())
    missed = [name for shard in json.loads(file.read_text()).values() for name in shard["missed"]]
    assert [name for name in missed if not reasons.get(name)] == []


def is_running(process):
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_what_was_left_running_is_ended(tmp_path):
    leaves = "sleep 300 & echo $! > left; exit $0"
    record.run(["sh", "-c", leaves, "0"], tmp_path, dict(os.environ))
    left = int((tmp_path / "left").read_text())
    deadline = time.monotonic() + 60
    while is_running(left):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with pytest.raises(SystemExit, match="sh ended with 3"):
        record.run(["sh", "-c", leaves, "3"], tmp_path, dict(os.environ))


def test_a_name_has_no_place():
    assert record.named("a.ts", ["  if (a)  {"], ["  if (true) {"]) == "a.ts: if (a) { → if (true) {"
    assert record.named("a.ts", ["  {", "b", "c", "  }"], ["{}"]) == "a.ts: { … } → {}"
    assert record.named("a.py", ["f(", "    1)"], []) == "a.py: f( 1) → "


@pytest.mark.parametrize("count", [1, 3, 20, 500])
def test_shards_have_each_line_once(count):
    lengths = {"a": 70, "b": 1, "c": 129}
    lines = [
        (file, line)
        for number in range(1, count + 1)
        for file, (first, last) in javascript.lines_of(number, count, lengths).items()
        for line in range(first, last + 1)
    ]
    assert lines == [(file, line) for file, length in lengths.items() for line in range(1, length + 1)]


def test_shards_have_each_change_once_but_those_of_messages():
    changes = {str(number): ("a.py", [f"f({number})"], ["f(None)"]) for number in range(50)}
    message = {"said": ("a.py", ['fail("it is so")'], ['fail("XXit is soXX")'])}
    shards = [python.of_shard(changes | message, number, 7) for number in range(1, 8)]
    assert [name for shard in shards for name in shard] == list(changes)
    assert {len(shard) for shard in shards} == {7, 8}


@pytest.mark.parametrize(
    ("removed", "added", "expected"),
    [
        ('fail("it is so")', 'fail("IT IS SO")', True),
        ("fail('it is so', 1)", "fail('XXit is soXX', 1)", True),
        ('fail("it is so", 1)', 'fail("it is so", 2)', False),
        ('fail("it is so")', "fail(None)", False),
        ('kind == "retry"', 'kind == "XXretryXX"', False),
        ('f("a", b, "c")', 'f("a", None, "c")', False),
    ],
)
def test_a_message_may_say_anything(removed, added, expected):
    assert python.only_says("a.py", [removed], [added]) is expected


def test_exit_codes_of_pytest_are_read():
    codes = {"a": 1, "b": 0, "c": 33, "d": -24, "e": 3}
    changes = {name: ("airudder/a.py", [name], [name.upper()]) for name in codes}
    name = "bindings-python/python/airudder/a.py: {0} → {1}".format
    assert python.read(changes, codes) == {
        "caught": [name("a", "A"), name("e", "E")],
        "missed": [name("b", "B"), name("c", "C")],
        "timeout": [name("d", "D")],
        "unviable": [],
    }
    with pytest.raises(SystemExit, match="mutmut says None of a"):
        python.read(changes, codes | {"a": None})


SOURCE = "one();\nif (a > b) {\n  two();\n}\n"


def mutant(replacement, start, end, status):
    location = {which: {"line": line, "column": column} for which, (line, column) in (("start", start), ("end", end))}
    return {"replacement": replacement, "location": location, "status": status}


def test_a_report_of_stryker_is_read():
    """Of the lines of a shard alone, and not what was not tried."""
    mutants = [
        mutant("a >= b", (2, 5), (2, 10), "Killed"),
        mutant("{}", (2, 12), (4, 2), "Survived"),
        mutant("true", (2, 5), (2, 10), "NoCoverage"),
        mutant("false", (2, 5), (2, 10), "Timeout"),
        mutant('""', (2, 5), (2, 10), "Ignored"),
        mutant("", (1, 1), (1, 6), "CompileError"),
    ]
    name = "bindings-wasm/lib/a.ts: {0} → {1}".format
    assert javascript.read({"files": {"lib/a.ts": {"source": SOURCE, "mutants": mutants}}}, {"lib/a.ts": (2, 4)}) == {
        "caught": [name("if (a > b) {", "if (a >= b) {")],
        "missed": [name("if (a > b) { two(); }", "if (a > b) {}"), name("if (a > b) {", "if (true) {")],
        "timeout": [name("if (a > b) {", "if (false) {")],
        "unviable": [],
    }


def test_what_is_changed_is_there():
    assert [file for file in javascript.FILES if not (javascript.PACKAGE / file).exists()] == []
    settings = tomllib.loads(python.SETTINGS.read_text())["tool"]["mutmut"]
    assert [file for file in settings["only_mutate"] if not (record.ROOT / python.PACKAGE / file).exists()] == []
    tests = [name for name in settings["pytest_add_cli_args_test_selection"] if name.endswith(".py")]
    assert [name for name in tests if not (record.ROOT / name).exists()] == []
