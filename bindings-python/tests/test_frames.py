"""No frame of the library that an exception leaves through holds a secret: error reporters show local variables."""

import asyncio
import contextlib
import types

import pytest
from conftest import CAMPAIGN, CONTACT

from airudder import AsyncClient, Client, Response, Webhooks, crypto
from airudder import __main__ as command_line

SECRET = "fake-SECRET-to-hide"
KEY = "fake-KEY-to-hide"
BODY = f'{{"name":"{SECRET}"}}'
SETTINGS = {"app_key": SECRET, "app_secret": SECRET, "encryption_key": KEY, "sign_key": SECRET, "sign_secret": SECRET}
HEADERS = {"options": {"headers": {"token": SECRET}}}
WRONG = {"timeout": -1, "max_retries": -1, "base_url": "ftp://x", "auth_scheme": "a b", "strict": 1, "transport": 7}
HALF = f"{SECRET}\udcff"


class Answering:
    """A transport whose answers hold a secret, which it does not show by itself."""

    def __init__(self, status=200, body='{"code":401,"message":"no"}', token=None):
        self.made = lambda path: Response(200, [], token if token and path == "auth" else body)
        self.status = status

    def send(self, request):
        answer = self.made(request.url.rsplit("/", 1)[-1])
        is_token = answer.body != self.made("").body
        return Response(200 if is_token else self.status, [("X-Token", "t")], answer.body.encode())


class Later(Answering):
    async def send(self, request):
        return super().send(request)


def held(value, depth=6, seen=None):
    """Tells whether a value shows a secret to whoever looks into it, as far as error reporters do, and further."""
    seen = set() if seen is None else seen
    if depth == 0 or id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, (str, bytes, bytearray, memoryview)):
        text = value if isinstance(value, str) else bytes(value).decode("latin-1")
        return any(secret in text for secret in (SECRET, KEY))
    if isinstance(value, (types.ModuleType, types.FunctionType, type)):
        return False
    with contextlib.suppress(Exception):
        if any(secret in repr(value) for secret in (SECRET, KEY)):
            return True
    inner = []
    if isinstance(value, dict):
        inner += [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner += value
    inner += list(getattr(value, "__dict__", {}).values())
    return any(held(one, depth - 1, seen) for one in inner)


def frames(error):
    """The frames of the library that an exception, and what it came from, left through."""
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            if "/python/airudder/" in trace.tb_frame.f_code.co_filename:
                yield trace.tb_frame
            trace = trace.tb_next
        error = error.__cause__ or error.__context__


def check(act):
    with pytest.raises(BaseException) as raised:
        act()
    assert not held(raised.value.args), raised.value
    found = list(frames(raised.value))
    for frame in found:
        shown = [name for name, value in frame.f_locals.items() if name != "self" and held(value)]
        assert not shown, (
            f"{frame.f_code.co_qualname if hasattr(frame.f_code, 'co_qualname') else frame.f_code}: {shown}"
        )
    return found


@pytest.fixture(autouse=True)
def environment_of_secrets(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"AIRUDDER_{name.upper()}", value)
    monkeypatch.setenv("AIRUDDER_WEBHOOK_SECRET", SECRET)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("wrong", WRONG)
def test_settings(kind, wrong):
    change = {wrong: WRONG[wrong]}
    assert check(lambda: kind(**SETTINGS | change))
    assert check(lambda: kind.from_env(**change))
    assert check(lambda: kind.from_env(**SETTINGS | change))


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", ["app_secret", "encryption_key", "sign_secret", "sign_scheme"])
def test_a_secret_that_is_itself_wrong(kind, name, monkeypatch):
    assert check(lambda: kind(**SETTINGS | {name: HALF}))
    assert check(lambda: kind.from_env(**{name: HALF}))
    monkeypatch.delenv("AIRUDDER_APP_KEY")
    assert check(lambda: kind.from_env())
    assert check(lambda: kind.from_env(app_key=None, app_secret=SECRET))


@pytest.mark.parametrize(
    "settings",
    [
        {"secret": HALF},
        {"secret": 5, "sign_key": SECRET},
        {"secret": [SECRET, 5]},
        {"secret": SECRET, "encryption_key": HALF},
        {"secret": SECRET, "encryption_key": KEY, "scheme": "nonsense"},
        {"secret": SECRET, "encryption_key": KEY, "max_depth": -1},
    ],
)
def test_settings_of_a_receiver(settings):
    assert check(lambda: Webhooks(**settings))


@pytest.mark.parametrize(
    "act",
    [
        lambda: crypto.encrypt(BODY, "short"),
        lambda: crypto.encrypt(BODY, KEY, cipher="nonsense"),
        lambda: crypto.encrypt(BODY, KEY, cipher="aes-cbc:zero:base64:iv=prefix", iv=KEY.encode()[:5]),
        lambda: crypto.encrypt(HALF, KEY),
        lambda: crypto.encrypt({"plain": SECRET}, KEY),
        lambda: crypto.decrypt(BODY, KEY),
        lambda: crypto.decrypt(HALF, KEY),
        lambda: crypto.digest(HALF),
        lambda: crypto.sign(BODY, SECRET, scheme="nonsense"),
        lambda: crypto.sign(BODY, HALF, key=SECRET),
        lambda: crypto.sign(BODY, SECRET, headers={"X-Token": 5, "X-Other": SECRET}),
        lambda: crypto.sign(BODY, SECRET, headers=SECRET),
        lambda: crypto.verify("00", BODY, SECRET, key=SECRET, headers={"X-Token": SECRET}),
        lambda: crypto.verify(HALF, BODY, SECRET),
        lambda: crypto.detect({"X-Token": SECRET}, BODY, secret=SECRET),
        lambda: crypto.detect({"X-Token": SECRET}, b"x" * 100_000, secret=SECRET, encryption_key=KEY),
    ],
)
def test_crypto(act):
    assert check(act)


def test_deliveries():
    hooks = Webhooks(secret=SECRET, encryption_key=KEY)
    assert check(lambda: hooks.unwrap(BODY.encode(), {"X-Token": SECRET}))
    assert check(lambda: hooks.unwrap(BODY, {}))
    assert check(lambda: hooks.unwrap(BODY.encode(), {"X-Token": SECRET, "X-Other": 5}))
    assert check(lambda: hooks.unwrap(b"[" + BODY.encode(), hooks.sign(b"[" + BODY.encode())))
    assert check(lambda: hooks.sign(BODY))
    assert check(lambda: hooks.seal(HALF))


PARAMS = {"workflow_id": SECRET, "details": [CONTACT | {"variables": {"name": SECRET}}]}


def calls(client):
    yield lambda: client.call("workflow.upload_details", PARAMS, **HEADERS)
    yield lambda: client.call("workflow.upload_details", PARAMS | {"details": HALF}, **HEADERS)
    yield lambda: client.call("no.operation", PARAMS, **HEADERS)
    yield lambda: client.workflow.upload_details(**PARAMS, **HEADERS)
    yield lambda: client.auth.token(APPKey=SECRET, APPSecret=5)
    yield lambda: client.request("POST", "/x", json=PARAMS, **HEADERS)
    yield lambda: client.request("POST", "/x", json=HALF, **HEADERS)
    yield lambda: client.request("GET", "/x", query={"token": SECRET}, **HEADERS)
    yield lambda: client.request("GET", "/x", query={"token": HALF}, **HEADERS)
    yield lambda: client.request("GET", "/x", query=f"token={HALF}", **HEADERS)
    yield lambda: client.request("GET", "/\udcff", **HEADERS)
    yield lambda: client.request("POST", "/x", json=PARAMS, auth="headers", **HEADERS)


TOKEN = f'{{"code":200,"data":{{"token":"{SECRET}-2"}}}}'
ANSWERS = {
    "no token": (200, '{"code":401,"message":"no"}'),
    "nonsense for a token": (200, f"<html>{SECRET}"),
    "refusal": (200, '{"code":403,"message":"no"}', TOKEN),
    "nonsense": (200, f"<html>{SECRET}", TOKEN),
    "error": (500, f'{{"code":500,"message":"{SECRET}"}}', TOKEN),
}


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("answer", ANSWERS)
def test_calls(number, answer):
    client = Client(transport=Answering(*ANSWERS[answer]), max_retries=0, **SETTINGS | {"encryption_key": None})
    assert check([*calls(client)][number])
    later = AsyncClient(transport=Later(*ANSWERS[answer]), max_retries=0, **SETTINGS | {"encryption_key": None})
    assert check(lambda: asyncio.run(as_coroutine([*calls(later)][number])))


async def as_coroutine(act):
    return await act()


@pytest.mark.parametrize("answer", ["no token", "nonsense for a token"])
def test_a_token_of_your_own(answer):
    client = Client(transport=Answering(*ANSWERS[answer]), max_retries=0)
    assert check(lambda: client.auth.token(APPKey=SECRET, APPSecret=SECRET))
    later = AsyncClient(transport=Later(*ANSWERS[answer]), max_retries=0)
    assert check(lambda: asyncio.run(as_coroutine(lambda: later.auth.token(APPKey=SECRET, APPSecret=SECRET))))


def test_preparing():
    client = Client(**SETTINGS)
    assert check(lambda: client.prepare("workflow.upload_details", PARAMS | {"nope": SECRET}, **HEADERS))


def test_a_campaign(tmp_path):
    client = Client(transport=Answering(), max_retries=0, **SETTINGS)
    contacts = [CONTACT | {"variables": {"name": SECRET}}]
    assert check(lambda: client.campaigns.run(**CAMPAIGN, contacts=iter(contacts), journal=tmp_path / "journal"))


def test_the_last_response_is_no_answer_with_a_token():
    answer = '{"code":200,"data":{"token":""}}'
    client = Client(transport=Answering(200, answer), max_retries=0, **SETTINGS | {"encryption_key": None})
    with pytest.raises(Exception, match="E"):
        client.call("robots.list", {})
    assert client.last_response is None
    answer = '{"code":200,"data":{"token":"fake-token"}}'
    client = Client(transport=Answering(200, answer), max_retries=0, **SETTINGS | {"encryption_key": None})
    assert client.auth.token(APPKey="fake", APPSecret="fake") == {"token": "fake-token"}
    assert client.last_response is None
    client.call("robots.list", {})
    assert client.last_response.status == 200


@pytest.mark.parametrize(
    "arguments",
    [["curl", "robots.list"], ["call", "robots.list"], ["detect", "--headers", "missing", "missing"], ["operations"]],
)
def test_the_command_line(arguments, monkeypatch):
    """What interrupts a command leaves through it as it is."""

    def interrupted(*_, **__):
        raise RuntimeError("interrupted")

    monkeypatch.setattr("airudder._cli.calls.say", interrupted)
    monkeypatch.setattr("airudder._cli.calls.say_plain", interrupted)
    monkeypatch.setattr("airudder._cli.errors.tell", interrupted)
    monkeypatch.setattr("airudder._http.HttpTransport.send", interrupted, raising=False)
    assert check(lambda: command_line.main(arguments))
