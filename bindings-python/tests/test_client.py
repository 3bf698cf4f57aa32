"""What a user does with a client, against the sandbox."""

import asyncio
import inspect
import json
import pickle
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from conftest import APP, CONTACT, KEY

import airudder
from airudder import AsyncClient, Client, Response, ValidationError, Webhooks, crypto
from airudder._errors import AirudderError
from airudder._native import error_codes
from airudder._options import AsyncClientSettings, ClientSettings

HOOK_SECRET = "fake-hook-secret"
CREATE = {"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00"}
QUERY = {"case_id": "c-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-12-01 00:00:00+08:00"}
PROCESS = {"header": {"payloadVersion": 0, "traceId": "t-1"}, "payload": {"procInstId": "p", "taskKey": "k"}}


@pytest.mark.parametrize("encryption_key", [None, KEY])
def test_the_main_job_by_hand(start_sandbox, encryption_key):
    sandbox = start_sandbox(*(["--encryption-key", KEY, "--require-encryption"] if encryption_key else []))
    with Client(base_url=sandbox.url, encryption_key=encryption_key, **APP) as client:
        workflow = client.workflow.create_instance(**CREATE)
        taken = client.workflow.upload_details(workflow_id=workflow["workflow_id"], details=[CONTACT])
        assert taken == workflow
        (row,) = client.workflow.detail_instances(**QUERY)["rows"]
        assert (row["workflow_id"], row["workflow_name"]) == (workflow["workflow_id"], "july")
        assert set(client.process.query_task_qian(**PROCESS, options={"base_url": sandbox.url})) == {"read", "unRead"}
        assert client.auth.token(APPKey="fake-app-key", APPSecret="fake-app-secret")["token"]


def test_the_same_asynchronously(sandbox):
    async def job():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            workflow = await client.workflow.create_instance(**CREATE)
            await client.workflow.upload_details(workflow_id=workflow["workflow_id"], details=[CONTACT])
            found = await client.workflow.detail_instances(**QUERY)
            read = await client.process.query_task_qian(**PROCESS, options={"base_url": sandbox.url})
            await client.auth.token(APPKey="fake-app-key", APPSecret="fake-app-secret")
            by_name = await client.call("workflow.detail_instances", QUERY)
            raw = await client.request("POST", "/service/cloud/workflow/detailinstances", json=QUERY)
            return workflow, found, read, by_name, raw

    workflow, found, read, by_name, raw = asyncio.run(job())
    assert found["rows"][0]["workflow_id"] == workflow["workflow_id"]
    assert found == by_name == raw
    assert set(read) == {"read", "unRead"}


def test_fifty_asynchronous_calls_fetch_one_token(sandbox):
    async def job():
        async with (
            httpx.AsyncClient() as transport,
            AsyncClient(base_url=sandbox.url, transport=transport, **APP) as client,
        ):
            return await asyncio.gather(*(client.workflow.detail_instances(**QUERY) for _ in range(50)))

    assert asyncio.run(job()) == [{"rows": []}] * 50
    assert sandbox.requests("auth.token") == 1


def test_by_name_and_raw(client):
    assert client.call("workflow.detail_instances", QUERY) == {"rows": []}
    assert client.request("POST", "/service/cloud/workflow/detailinstances", json=QUERY, replay_safe=True) == {
        "rows": []
    }
    with pytest.raises(AirudderError) as raised:
        client.request("GET", "/service/cloud/nothing", query={"a": "b c"})
    assert raised.value.http_status == 404


class Canned:
    """A transport that answers by itself, as a newer API might."""

    def __init__(self, data):
        self.data = data
        self.requests = []

    def send(self, request):
        self.requests.append(request)
        data = {"token": "fake-token"} if request.url.endswith("/auth") else self.data
        return Response(200, [("Content-Type", "application/json")], json.dumps({"code": 200, "data": data}).encode())


def test_unknown_fields_and_values_come_through():
    data = {"rows": [{"status": "brand-new", "more": {"deep": [1, None, 2**70, 1.5]}}], "__proto__": "x"}
    assert Client(transport=Canned(data), **APP).workflow.detail_instances(**QUERY) == data


def test_per_call_options():
    transport = Canned({"rows": []})
    options = {"headers": {"X-Trace": "t", "User-Agent": "mine"}, "timeout": 3, "base_url": "https://other.example"}
    Client(transport=transport, **APP).workflow.detail_instances(**QUERY, options=options)
    sent = transport.requests[-1]
    assert dict(sent.headers) | {"X-Trace": "t", "User-Agent": "mine"} == dict(sent.headers)
    assert (sent.timeout, sent.url.split("/service")[0]) == (3.0, "https://other.example")
    assert dict(sent.headers)["Authorization"] == "Token fake-token"


def test_a_prepared_request_hides_secrets_and_numbers(sandbox):
    client = Client(base_url=sandbox.url, **APP)
    request = client.prepare("workflow.upload_details", {"workflow_id": "w", "details": [CONTACT]})
    curl = request.curl()
    assert curl.startswith("curl -X POST ")
    assert "/service/cloud/workflow/uploaddetails" in curl
    assert "+620*******67" in curl
    assert CONTACT["callee"] not in curl
    token = client.prepare("auth.token", {"APPKey": APP["app_key"], "APPSecret": APP["app_secret"]})
    assert "fake-" not in token.curl() + repr(token)
    assert sandbox.stats()["requests"] == {}


def test_a_shown_request_hides_secrets_in_header_fields_of_the_callers():
    names = ["Authorization", "Cookie", "X-Api-Key", "X-Client-Secret", "X-Session-Token", "token", "X-AIRudder-Sign"]
    headers = {name: f"fake-{number}" for number, name in enumerate(names)}
    client = Client(base_url="https://api.example", **APP)
    request = client.prepare("workflow.detail_instances", QUERY, options={"headers": headers | {"tenantId": "t-1"}})
    assert "fake" not in request.curl()
    assert "tenantId: t-1" in request.curl()
    assert request.curl().count(": ***") == len(names)
    assert dict(headers).items() <= dict(request.headers).items()


@pytest.mark.parametrize(("kind", "settings"), [(Client, ClientSettings), (AsyncClient, AsyncClientSettings)])
def test_from_env_takes_what_the_client_takes(kind, settings):
    taken = inspect.signature(kind).parameters
    assert set(taken) == settings.__optional_keys__
    with pytest.raises(TypeError, match="time_out"):
        kind.from_env(**APP, time_out=3.0)


def test_from_env(sandbox, monkeypatch):
    monkeypatch.setenv("AIRUDDER_APP_KEY", "fake-app-key")
    monkeypatch.setenv("AIRUDDER_APP_SECRET", "fake-app-secret")
    monkeypatch.setenv("AIRUDDER_BASE_URL", sandbox.url)
    monkeypatch.setenv("AIRUDDER_ENCRYPTION_KEY", "")
    with Client.from_env(timeout=5.0) as client:
        assert client.workflow.detail_instances(**QUERY) == {"rows": []}


CHAT = {"call_id": "c", "last_msg_id": "", "size": 1}
VARIABLES = ["AIRUDDER_APP_KEY", "AIRUDDER_APP_SECRET", "AIRUDDER_SIGN_KEY", "AIRUDDER_SIGN_SECRET"]


@pytest.mark.parametrize(
    ("present", "settings", "pointer", "named"),
    [
        ([], {}, "/app_key", VARIABLES),
        (["AIRUDDER_APP_KEY"], {}, "/app_secret", ["AIRUDDER_APP_SECRET"]),
        (["AIRUDDER_APP_SECRET"], {}, "/app_key", ["AIRUDDER_APP_KEY"]),
        ([], {"app_key": "fake-app-key"}, "/app_secret", ["AIRUDDER_APP_SECRET"]),
        (["AIRUDDER_SIGN_KEY"], {}, "/app_key", VARIABLES),
    ],
)
def test_from_env_names_the_variables_that_are_missing(monkeypatch, present, settings, pointer, named):
    for name in VARIABLES:
        monkeypatch.setenv(name, "fake-credential" if name in present else "")
    with pytest.raises(ValidationError) as raised:
        Client.from_env(**settings)
    error = raised.value
    assert (error.code, error.pointer) == ("E1001", pointer)
    assert [name for name in VARIABLES if name in str(error)] == named
    assert error.remedy == {code: remedy for code, _, _, remedy in error_codes()}[error.number]
    assert "fake-" not in str(error)


def test_from_env_takes_sign_key_and_secret_alone(monkeypatch):
    for name in VARIABLES:
        monkeypatch.setenv(name, "fake-credential" if "SIGN" in name else "")
    client = Client.from_env(base_url="https://api.example")
    assert "X-AIRudder-Sign" in dict(client.prepare("chat.session_messages", CHAT).headers)


SECRETS = {"encryption_key": KEY, "sign_key": "fake-sign-key", "sign_secret": "fake-sign-secret", **APP}


LIBRARY = str(Path(airudder.__file__).parent)


def shown_of_the_library(action):
    """What an error reporter shows of the library: its frames with their local variables, through all causes."""
    with pytest.raises(AirudderError) as raised:
        action()
    report = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    shown = []
    while report is not None:
        # The frames of a test hold what it passed itself.
        frames = [frame for frame in report.stack if frame.filename.startswith(LIBRARY)]
        shown += [str(report), *(f"{frame.name}: {frame.locals}" for frame in frames)]
        report = report.__cause__ or report.__context__
    return "\n".join(shown)


class Broken:
    def send(self, request):
        raise RuntimeError


class AsyncBroken:
    async def send(self, request):
        raise RuntimeError


UNREACHABLE = {"base_url": "http://127.0.0.1:1", "max_retries": 0, **SECRETS}
CREDENTIALS = {"APPKey": APP["app_key"], "APPSecret": APP["app_secret"]}


@pytest.mark.parametrize(
    ("frame", "action"),
    [
        ("__init__", lambda: Client(base_url="no url", **SECRETS)),
        ("__init__", lambda: Client(**SECRETS | {"encryption_key": "fake-short"})),
        ("__init__", lambda: AsyncClient(timeout=-1, **SECRETS)),
        ("__init__", lambda: Webhooks(secret=HOOK_SECRET, encryption_key=KEY, scheme="wrong")),
        ("run", lambda: Client(**UNREACHABLE).workflow.detail_instances(**QUERY)),
        ("token", lambda: Client(**UNREACHABLE).auth.token(**CREDENTIALS)),
        ("token", lambda: asyncio.run(AsyncClient(**UNREACHABLE).auth.token(**CREDENTIALS))),
        ("token", lambda: Client(**SECRETS).auth.token(**CREDENTIALS, more=1)),
        ("run", lambda: Client(transport=Broken(), **UNREACHABLE).workflow.detail_instances(**QUERY)),
        (
            "run_async",
            lambda: asyncio.run(AsyncClient(transport=AsyncBroken(), **UNREACHABLE).workflow.detail_instances(**QUERY)),
        ),
        ("unwrap", lambda: Webhooks(secret=HOOK_SECRET).unwrap(b"{}", {})),
    ],
)
def test_a_traceback_with_local_variables_shows_no_secret(frame, action):
    shown = shown_of_the_library(action)
    assert f"{frame}: " in shown
    assert not [secret for secret in (*SECRETS.values(), HOOK_SECRET, "fake-short") if secret in shown]


def test_nothing_shows_a_secret():
    client, hooks = Client(**SECRETS), Webhooks(secret=HOOK_SECRET, encryption_key=KEY)
    shown = repr(client) + repr(vars(client)) + repr(hooks) + repr(vars(hooks))
    assert "fake" not in shown
    assert KEY not in shown
    for secretive in (client, hooks):
        with pytest.raises(TypeError, match="make a new one"):
            pickle.dumps(secretive)


@pytest.mark.parametrize(
    ("pointer", "call"),
    [
        ("/name", lambda client, odd: client.call(odd, {})),
        ("/method", lambda client, odd: client.request(odd, "/x")),
        ("/auth", lambda client, odd: client.request("GET", "/x", auth=odd)),
        ("/suppress_case_ids", lambda client, odd: client.campaigns.check([], suppress_case_ids=[odd])),
        ("/suppress", lambda client, odd: client.campaigns.check([], suppress=[odd])),
        ("/cipher", lambda _, odd: crypto.encrypt("x", "fake-key-of-16-b", cipher=odd)),
        ("/cipher", lambda _, odd: crypto.decrypt("x", "fake-key-of-16-b", cipher=odd)),
        ("/scheme", lambda _, odd: crypto.sign("x", "secret", scheme=odd)),
        ("/scheme", lambda _, odd: crypto.verify("00", "x", "secret", scheme=odd)),
        ("/kind", lambda _, odd: Webhooks(secret="fake").unwrap(b"{}", {}, odd)),
    ],
)
def test_what_is_no_text_is_refused_by_name_and_not_shown(client, pointer, call):
    with pytest.raises(ValidationError) as raised:
        call(client, "fake \ud800")
    assert (raised.value.code, raised.value.pointer) == ("E1001", pointer)
    assert "fake" not in str(raised.value)


def test_errors_survive_pickling(client):
    with pytest.raises(AirudderError) as raised:
        client.call("no.operation", {})
    again = pickle.loads(pickle.dumps(raised.value))
    assert (type(again), str(again), again.code, again.remedy) == (
        type(raised.value),
        str(raised.value),
        raised.value.code,
        raised.value.remedy,
    )


def test_one_client_for_many_threads(client, sandbox):
    workflow = client.workflow.create_instance(**CREATE)["workflow_id"]

    def upload(number):
        contact = CONTACT | {"caseid": f"c-{number}", "callee": f"+62000{number:07}"}
        return client.workflow.upload_details(workflow_id=workflow, details=[contact])

    with ThreadPoolExecutor(20) as pool:
        assert len([*pool.map(upload, range(200))]) == 200
    assert sandbox.stats()["contacts"]["distinct"] == 200
