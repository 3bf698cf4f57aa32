"""All vectors are as core/vectors/schema.json describes them, and nothing else is in them."""

import json
from copy import deepcopy

import pytest
from conftest import ROOT
from jsonschema import Draft202012Validator

FOLDER = ROOT / "core/vectors"
SCHEMA = json.loads((FOLDER / "schema.json").read_text())
NAMES = sorted(file.stem for file in FOLDER.glob("*.json") if file.stem != "schema")


def validator(name):
    """Of the file of this name alone."""
    return Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]})


def faults(name, file):
    return [f"{error.json_path}: {error.message}"[:300] for error in validator(name).iter_errors(file)]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", NAMES)
def test_file(name):
    file = json.loads((FOLDER / f"{name}.json").read_text())
    assert faults(name, file) == []
    assert Draft202012Validator(SCHEMA).is_valid(file)
    assert len({case["id"] for case in file["cases"]}) == len(file["cases"]) == file["count"]


def objects(value, path=()):
    """All objects in a case, but those that are data of the API's or of the caller's."""
    if isinstance(value, dict):
        yield path
    free = {"params", "body", "result", "contacts"} if path[:1] != ("steps",) or "send" in path else {"result"}
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if name not in free and isinstance(inner, dict | list):
            yield from objects(inner, (*path, name))


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_member_anywhere_is_refused(name):
    file = json.loads((FOLDER / f"{name}.json").read_text())
    check, seen = validator(name), set()
    for case in file["cases"]:
        for path in objects(case):
            shape = tuple("*" if isinstance(part, int) else part for part in path)
            if shape in seen:
                continue
            seen.add(shape)
            changed = deepcopy(case)
            inner = changed
            for part in path:
                inner = inner[part]
            inner["unknown"] = 1
            assert not check.is_valid(file | {"cases": [changed]}), (case["id"], path)
    assert () in seen
    assert not check.is_valid(file | {"unknown": 1})
