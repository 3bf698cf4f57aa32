"""From Python to JSON text and back: what is written is what `json` would read, and nothing is lost."""

import collections
import datetime
import decimal
import enum
import json
import types
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airudder import ValidationError
from airudder._native import from_json, to_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30)


@given(JSON)
def test_round_trip(value):
    text = to_json(value)
    assert json.loads(text) == value
    assert from_json(text) == value
    assert from_json(json.dumps(value)) == value


class Colour(enum.IntEnum):
    RED = 3


class Name(str):
    __slots__ = ()

    def __str__(self):
        return "not this"


@pytest.mark.parametrize(
    "value",
    [
        10**30,
        -(2**63),
        2**63,
        Colour.RED,
        Name("name"),
        collections.OrderedDict(b=1, a=2),
        collections.defaultdict(list, a=[1]),
        (1, (2, 3)),
        1e300,
        5e-324,
        '\u0000\u001f"\\/\u007f\u2028\U0001f600',
        {"": {"a/b~c": []}},
    ],
)
def test_what_json_writes_is_written_alike(value):
    assert json.loads(to_json(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize(
    "mapping",
    [
        types.MappingProxyType({"a": [1]}),
        collections.ChainMap({"a": [1]}),
        collections.UserDict({"a": [1]}),
    ],
)
def test_a_mapping_that_is_no_dict_is_written_as_one(mapping):
    assert to_json({"in": mapping}) == '{"in":{"a":[1]}}'


class Moody(collections.UserDict):
    def __getitem__(self, key):
        raise LookupError("not today")


def test_an_exception_of_your_own_mapping_is_yours():
    with pytest.raises(LookupError, match="not today"):
        to_json(Moody(a=1))


def test_a_dict_that_changes_while_it_is_read_is_an_error():
    class Changing(collections.UserDict):
        def keys(self):
            outer["more"] = 1
            return super().keys()

    outer = {"a": Changing(), "b": 1}
    with pytest.raises(ValidationError, match="changed while it was read"):
        to_json(outer)


@pytest.mark.parametrize(
    ("value", "code", "pointer", "says"),
    [
        ({"a": [1, datetime.datetime(2026, 1, 1)]}, "E1006", "/a/1", "2026-12-01 18:00:00+08:00"),
        ({"a": b"bytes"}, "E1006", "/a", "decode it to str"),
        ({"a": decimal.Decimal(1)}, "E1006", "/a", "str(value)"),
        ({"a": uuid.UUID(int=1)}, "E1006", "/a", "str(value)"),
        ({"a": {1, 2}}, "E1006", "/a", "pass a list"),
        ({"a": {1: 2}}, "E1006", "/a", "not a str"),
        ({"a/b": float("nan")}, "E1007", "/a~1b", "NaN"),
        ({"a": float("inf")}, "E1007", "/a", "infinity"),
        ({"a": "\ud800"}, "E1007", "/a", "surrogate"),
        ({"\ud800": 1}, "E1007", "", "surrogate"),
        ({"a": object()}, "E1006", "/a", "`object`"),
    ],
)
def test_what_is_no_json_is_named_with_its_place(value, code, pointer, says):
    with pytest.raises(ValidationError) as raised:
        to_json(value)
    assert (raised.value.code, raised.value.pointer) == (code, pointer)
    assert says in raised.value.message


def test_depth_and_loops():
    deep = []
    for _ in range(127):
        deep = [deep]
    assert from_json(to_json(deep)) == deep
    with pytest.raises(ValidationError, match="128 levels"):
        to_json([deep])
    loop = {}
    loop["self"] = loop
    with pytest.raises(ValidationError, match="contains itself"):
        to_json(loop)


def test_half_a_surrogate_pair_from_the_api_is_kept():
    assert from_json('{"a":"\\ud800x"}') == {"a": "\ud800x"}
