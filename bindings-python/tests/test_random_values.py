"""Values of any kind as parameters and contacts: a request that says the same, or an error that names the place."""

import collections
import copy
import datetime
import decimal
import enum
import inspect
import json
import types
import uuid
from urllib.parse import urlsplit

import pytest
from chance import tried
from conftest import APP, CAMPAIGN, CONTACT, ROOT
from hypothesis import given
from hypothesis import strategies as st
from vendor import CALLS, FILE

from airudder import AirudderError, Catalog, Client, ValidationError, Webhooks
from airudder._campaign_settings import CampaignSettings
from airudder.testing import ScriptedTransport


class Name(str):
    __slots__ = ()

    def __str__(self):
        return "not this"


class Colour(enum.IntEnum):
    RED = 3


class Mine(Exception):
    """Raised by an object that the program gives."""


class Moody(collections.UserDict):
    def __getitem__(self, key):
        raise Mine


def loop(container):
    container.append(container) if isinstance(container, list) else container.update(again=container)
    return container


TEXT = st.text(max_size=12)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.builds(lambda: 10**5000)
    | st.sampled_from([2**63, -(2**64), 10**30, -0.0, 5e-324, 1e300, True])
)
NO_JSON = [b"bytes", bytearray(b"a"), memoryview(b"a"), 1j, {1, 2}, frozenset(), object(), int, print, ..., range(3)]
TIMES = [datetime.datetime(2026, 1, 1), datetime.date(2026, 1, 1), decimal.Decimal("1.5"), uuid.UUID(int=1)]
KINDS = [Colour.RED, Name("name"), types.MappingProxyType({"a": [1]}), Moody(a=1), collections.OrderedDict(b=1)]
ODDITIES = ["\ud800", "\0", "\U0001f600", loop([]), loop({}), (1, (2, 3)), {1: 2}, {None: 1}, {b"a": 1}, {"\udfff": 1}]
ODD = st.sampled_from([*NO_JSON, *TIMES, *KINDS, *ODDITIES])
VALUES = st.recursive(
    st.none() | NUMBERS | TEXT | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3) | st.tuples(inner),
    max_leaves=8,
)
ORDINARY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT.filter(str.isprintable),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT.filter(str.isprintable), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """Where in parameters something may stand."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in pairs:
        yield from places(one, (*path, name))


def changed(params, path, value):
    params = copy.deepcopy(params)
    parent = params
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return params


CASES = json.loads((ROOT / "core/vectors/operation.json").read_text())["cases"]
OWN = {case["operation"]: case["params"] for case in reversed(CASES) if case["operation"] != "auth.token"}
PARAMS = OWN | {operation: params for operation, (params, _) in CALLS.items()}
CHANGES = [
    (operation, path) for operation, params in PARAMS.items() for path in [("new field",), *list(places(params))[1:]]
]


@pytest.fixture(scope="module")
def client():
    signs = {"sign_key": "fake-key", "sign_secret": "fake-sign-secret"}
    settings = {"base_url": "https://api.example.test", "catalog": Catalog.extend(FILE)}
    return Client(**APP, **signs, **settings, transport=ScriptedTransport())


def said(value):
    """What a value says in JSON; numbers as texts, so that 1, 1.0 and True are three."""
    text = json.dumps(value, default=dict, allow_nan=False)
    return json.loads(text, parse_int=str, parse_float=lambda number: repr(float(number)))


def assert_place(pointer, params):
    """The pointer leads to a value that is there, or would be."""
    *steps, _ = pointer.removeprefix("/").split("/")
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        params = params[int(name)] if isinstance(params, list | tuple) else params[name]
    assert pointer == "" or pointer.startswith("/")


@given(st.sampled_from(CHANGES), VALUES, st.booleans())
def test_a_value_somewhere_in_parameters_is_sent_as_it_is_or_refused_with_its_place(client, change, value, strict):
    operation, path = change
    params = changed(PARAMS[operation], path, value)
    request, error = tried(lambda: client.prepare(operation, params, options={"strict": strict}), Mine)
    if isinstance(error, AirudderError):
        assert isinstance(error, ValidationError)
        assert_place(error.pointer, params)
    elif error is None:
        assert urlsplit(request.url).hostname == "api.example.test"
        body = json.loads(request.body or "{}", parse_int=str, parse_float=lambda number: repr(float(number)))
        stays = {name: one for name, one in said(params).items() if name in body}
        assert body == stays
        assert request.body or request.method == "GET" or not stays
    assert client.prepare(operation, PARAMS[operation])


@given(VALUES | ORDINARY)
def test_any_json_is_sent_as_it_is(value):
    transport = ScriptedTransport()
    transport.answers("POST /service/things", lambda params: params)
    client = Client(**APP, transport=transport)
    answer, error = tried(lambda: client.request("POST", "/service/things", json=value), Mine)
    if error is None:
        assert said(answer) == said(value)
    else:
        assert isinstance(error, Mine) or (error.code in ("E1006", "E1007") and error.pointer is not None)


CONTACTS = VALUES | st.builds(
    lambda callee, caseid: CONTACT | {"callee": callee, "caseid": caseid}, VALUES | st.just("0812"), VALUES
)


@given(st.lists(CONTACTS, max_size=4), st.sampled_from([None, "ID"]))
def test_odd_contacts_are_rejected_and_the_others_are_not(client, odd, country):
    others = [CONTACT | {"caseid": f"other {number}", "callee": f"+6281200{number:06}"} for number in range(2)]
    report, error = tried(lambda: client.campaigns.check([others[0], *odd, others[1]], default_country=country), Mine)
    if isinstance(error, Mine):
        return
    assert report.accepted + len(report.rejected) == len(odd) + 2
    positions = [rejected.contact for rejected in report.rejected]
    assert not {0, len(odd) + 1} & set(positions)
    assert positions == sorted(set(positions))
    assert all(rejected.code.startswith("E10") for rejected in report.rejected)


OPTIONS = ["timeout", "deadline", "max_retries", "strict", "base_url", "headers", "save_to", "other"]
NOT_RANDOM = {"transport", "journal", "contacts"}  # a path would be a file


def names_of(function):
    return [name for name in inspect.signature(function).parameters if name not in NOT_RANDOM | {"self"}]


def set_in(client, journal, of, given):
    """Give a setting to what takes it."""
    match of:
        case "call":
            client.prepare("robots.list", {}, options=given)
        case "client":
            Client(**APP | given)
        case "webhooks":
            Webhooks(**{"secret": "fake"} | given)
        case "campaign":
            client.campaigns.run(**CAMPAIGN | {"contacts": [], "journal": journal} | given)


SETTINGS = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(OPTIONS)),
    st.tuples(st.just("client"), st.sampled_from(names_of(Client))),
    st.tuples(st.just("webhooks"), st.sampled_from(names_of(Webhooks))),
    st.tuples(st.just("campaign"), st.sampled_from(sorted(CampaignSettings.__annotations__.keys() - NOT_RANDOM))),
)
SECRET = ("headers", "app_secret", "verify")  # of which an error may say more than the name


@pytest.mark.filterwarnings("ignore::airudder._webhooks.WeakSchemeWarning")
@given(SETTINGS, VALUES)
def test_an_odd_setting_is_refused_by_its_name(client, tmp_path_factory, setting, value):
    of, name = setting
    journal = tmp_path_factory.mktemp("journal") / "journal"
    _, error = tried(lambda: set_in(client, journal, of, {name: value}), Mine, TypeError)
    if isinstance(error, AirudderError):
        assert error.code == "E1023" or error.pointer.startswith(f"/{name}") or name in SECRET
    assert not isinstance(error, TypeError) or name in str(error)
    assert client.prepare("robots.list", {}).method == "GET"
