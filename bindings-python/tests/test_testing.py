"""Scripted answers: tests of a program that need no server."""

import asyncio
import json
import re

import pytest
from conftest import CAMPAIGN, CONTACT, KEY, ROOT

from airudder import ApiError, AsyncClient, Client, OutcomeUnknown, TransportError, _native
from airudder.testing import AsyncScriptedTransport, ScriptedTransport

FAKE = {"app_key": "fake-key", "app_secret": "fake-secret"}
SIGNING = {"sign_key": "fake-sign-key", "sign_secret": "fake-sign-secret"}
UPLOAD = {"workflow_id": "w-1", "details": [CONTACT]}


@pytest.fixture
def transport():
    return ScriptedTransport()


def client_of(transport, **settings):
    return Client(transport=transport, max_retries=0, **FAKE, **SIGNING, **settings)


def test_a_campaign_by_a_script(transport, tmp_path):
    transport.answers("workflow.create_instance", {"workflow_id": "w-1"})
    transport.answers("workflow.upload_details", {"workflow_id": "w-1"})
    contacts = [CONTACT | {"caseid": f"c-{n}"} for n in range(3)]
    client = client_of(transport)
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts, journal=tmp_path / "journal")
    assert report.accepted == 3
    assert [request.operation for request in transport.requests] == [
        "workflow.create_instance",
        "workflow.upload_details",
    ]
    sent = transport.requests[1]
    assert sent.params["workflow_id"] == "w-1"
    assert [detail["caseid"] for detail in sent.params["details"]] == ["c-0", "c-1", "c-2"]
    assert sent.headers["Authorization"] == "Token ***"
    assert sent.headers["Content-Type"].startswith("application/json")
    assert repr(transport) == "<ScriptedTransport, 2 requests>"
    assert repr(sent) == "<ScriptedRequest workflow.upload_details>"


OPERATIONS = json.loads((ROOT / "docs/operations.json").read_text())["operations"]
CASES = json.loads((ROOT / "core/vectors/operation.json").read_text())["cases"]


def example(name):
    """Parameters of an operation that the core takes."""
    return next(case["params"] for case in CASES if case["operation"] == name and "error" not in case)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row["name"])
def test_each_operation_is_known_and_its_envelope_is_one_that_the_core_opens(row, transport):
    name = row["name"]
    assert (name, row["method"], row["path"]) in _native.operations()
    data = b"RIFF" if row["file"] else {"token": "t"} if name == "auth.token" else {"any": ["thing"]}
    transport.answers(name, data)
    transport.fails(name, code=430, message="scripted words")
    # The host of the one family, and its own header fields, are not public.
    own = {"headers": {"X-Own": "fake-own-secret"}, "base_url": "https://api.example/below"}
    options = own if row["auth"] == "headers" else None
    client = client_of(transport)
    result = client.call(name, example(name), options=options)
    assert getattr(result, "content", result) == data
    with pytest.raises(ApiError, match="scripted words") as raised:
        client.call(name, example(name), options=options)
    assert (raised.value.api_code, raised.value.operation) == (430, name)
    assert not [value for sent in transport.requests for value in sent.headers.values() if "fake-" in value]


def test_what_is_scripted_comes_in_order_and_the_last_of_it_stays(transport):
    client = client_of(transport)
    transport.answers("robots.list", [1])
    transport.answers("robots.list", [2])
    assert [client.robots.list() for _ in range(3)] == [[1], [2], [2]]
    transport.answers("robots.list", [3])
    assert [client.robots.list() for _ in range(2)] == [[3], [3]]
    transport.answers("workflow.upload_details", lambda params: {"workflow_id": params["workflow_id"]})
    for workflow_id in ("w-1", "w-2"):
        assert client.workflow.upload_details(**UPLOAD | {"workflow_id": workflow_id}) == {"workflow_id": workflow_id}
    transport.answers("POST /service/cloud/later", {"x": 1})
    assert client.request("POST", "/service/cloud/later", json={"y": 2}) == {"x": 1}
    assert (transport.requests[-1].operation, transport.requests[-1].params) == ("POST /service/cloud/later", {"y": 2})
    transport.answers("tasks.list", {"rows": []})
    client.tasks.list(Number=5, Page=1)
    assert transport.requests[-1].params == {"Number": "5", "Page": "1"}


def test_failures_are_those_that_a_server_and_a_network_have(transport):
    client = client_of(transport)
    for failure in ("timeout", "reset"):
        transport.fails("workflow.upload_details", failure=failure)
        with pytest.raises(OutcomeUnknown):
            client.workflow.upload_details(**UPLOAD)
    transport.fails("workflow.upload_details", failure="connect_failed")
    with pytest.raises(TransportError) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert raised.value.outcome == "not_sent"
    transport.fails("workflow.upload_details", status=429, retry_after="7")
    with pytest.raises(ApiError) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert (raised.value.http_status, raised.value.retry_after) == (429, 7.0)
    transport.fails("workflow.upload_details", status=400, code=400, message="no such workflow")
    with pytest.raises(ApiError, match="no such workflow") as raised:
        client.workflow.upload_details(**UPLOAD)
    assert (raised.value.http_status, raised.value.api_code) == (400, 400)
    transport.fails("auth.token", code=401, message="wrong APPKey")
    with pytest.raises(ApiError, match="wrong APPKey"):
        client_of(transport).robots.list()


def test_retries_are_seen(transport):
    transport.fails("robots.list", status=429, retry_after="0")
    transport.answers("robots.list", [])
    assert Client(transport=transport, **FAKE).robots.list() == []
    assert [request.operation for request in transport.requests] == ["robots.list"] * 2


def test_what_nothing_is_scripted_for_is_named_at_once(transport, tmp_path):
    client = Client(transport=transport, **FAKE)  # with its retries
    with pytest.raises(ApiError, match=r'nothing is scripted for workflow.upload_details: say transport.answers\("wor'):
        client.workflow.upload_details(**UPLOAD)
    assert len(transport.requests) == 1
    with pytest.raises(ApiError, match=r"nothing is scripted for workflow.create_instance"):
        client.campaigns.run(**CAMPAIGN, contacts=[CONTACT], journal=tmp_path / "journal")
    with pytest.raises(ApiError, match="nothing is scripted for GET /service/cloud/later"):
        client.request("GET", "/service/cloud/later")


def test_a_script_that_cannot_be_is_refused(transport):
    with pytest.raises(ValueError, match=r"'workflow\.uplaod' is neither one of auth\.token, "):
        transport.answers("workflow.uplaod")
    for wrong in ({}, {"failure": "reset", "code": 1}, {"failure": "reset", "status": 500}):
        with pytest.raises(ValueError, match="either failure, or code, status or both"):
            transport.fails("robots.list", **wrong)
    with pytest.raises(ValueError, match="connect_failed, timeout, reset, and not 'slow'"):
        transport.fails("robots.list", failure="slow")


def test_encrypted_requests_are_read_and_answered_encrypted():
    transport = ScriptedTransport(encryption_key=KEY)
    client = client_of(transport, encryption_key=KEY, require_encryption=True)
    transport.answers("workflow.upload_details", {"workflow_id": "w-1"})
    assert client.workflow.upload_details(**UPLOAD) == {"workflow_id": "w-1"}
    transport.answers("tasks.recording", b"RIFF")
    assert client.tasks.recording(TaskID="t", Callee="+620000001").content == b"RIFF"
    assert [request.params for request in transport.requests] == [UPLOAD, {"TaskID": "t", "Callee": "+620000001"}]
    assert transport.requests[0].headers["Is-Encrypted"] == "1"
    transport.fails("workflow.upload_details", code=403, message="not yours")
    with pytest.raises(ApiError, match="not yours"):
        client.workflow.upload_details(**UPLOAD)
    with pytest.raises(ApiError, match="the transport has no encryption_key"):
        client_of(ScriptedTransport(), encryption_key=KEY).robots.list()
    with pytest.raises(ApiError, match=r"robots.list cannot be read|auth.token cannot be read") as raised:
        client_of(ScriptedTransport(encryption_key="another-fake-key"), encryption_key=KEY).robots.list()
    assert KEY not in str(raised.value)


def test_an_event_loop_has_the_same(tmp_path):
    transport = AsyncScriptedTransport()
    transport.answers("workflow.create_instance", {"workflow_id": "w-1"})
    transport.answers("workflow.upload_details", {"workflow_id": "w-1"})

    async def main():
        async with AsyncClient(transport=transport, **FAKE) as client:
            report = await client.campaigns.run(**CAMPAIGN, contacts=[CONTACT], journal=tmp_path / "journal")
            assert report.accepted == 1
            with pytest.raises(ApiError, match=r"nothing is scripted for robots\.list"):
                await client.robots.list()

    asyncio.run(main())
    assert [request.operation for request in transport.requests][1:] == ["workflow.upload_details", "robots.list"]


def test_the_test_of_the_readme(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "bindings-python/README.md").read_text()
    (program,) = re.findall(r"```python\n((?:(?!```).)*ScriptedTransport.*?)```", readme, re.DOTALL)
    names = {}
    exec(compile(program, "README.md", "exec"), names)
    names["test_a_refused_upload_is_reported"]()
