"""The operations beside the main job, against the sandbox: plain and encrypted, with queries, signatures and files."""

import asyncio
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from conftest import APP, KEY
from test_client import Canned

from airudder import ApiError, AsyncClient, Client, File, Webhooks

TASK = {
    "TaskName": "reminders",
    "ScheduleStartTime": "2020-01-01 08:00:00",
    "ScheduleEndTime": "2099-01-01 20:00:00",
    "Details": [
        {"Mobile": f"+62000{number:07}", "Platform": "TEMP1", "Debtor": "Ana", "Arrears": 12.5} for number in range(3)
    ],
}
SIGNING = {"sign_key": "0123456789abcdef0123456789abcdef", "sign_secret": "fake-sign-secret"}


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def client(request, start_sandbox):
    key = request.param
    options = ["--encryption-key", KEY, "--require-encryption"] if key else []
    sandbox = start_sandbox("--sign-secret", "fake-sign-secret", "--seed", "1", *options)
    with Client(base_url=sandbox.url, encryption_key=key, **APP, **SIGNING) as client:
        client.sandbox = sandbox
        yield client


def until(found):
    while not (result := found()):
        time.sleep(0.01)
    return result


def test_a_task_from_its_creation_to_its_recordings(client):
    task = client.tasks.create(**TASK)["TaskID"]
    calls = until(lambda: len(rows := client.tasks.detail(TaskID=task)) == 3 and rows)
    assert [call["callee"] for call in calls] == [detail["Mobile"] for detail in TASK["Details"]]
    assert calls[0]["variables"] == {"Debtor": "Ana", "Arrears": 12.5}
    recording = client.tasks.recording(TaskID=task, Callee=TASK["Details"][0]["Mobile"])
    assert isinstance(recording, File)
    assert (recording.content_type, recording.content[:4]) == ("audio/x-wav", b"RIFF")
    assert client.tasks.recordings(TaskID=task).content[:2] == b"PK"
    with pytest.raises(ApiError, match="was not called"):
        client.tasks.recording(TaskID=task, Callee="+620009999999")


def test_tasks_are_listed_by_pages_and_can_be_stopped(client):
    client.sandbox.control("pause", {})
    ids = [client.tasks.create(**TASK | {"TaskName": f"task {number}"})["TaskID"] for number in range(3)]
    pages = [client.tasks.list(Number=2, Page=page, Type="normal")["Tasks"] for page in (1, 2)]
    assert [row["TaskID"] for page in pages for row in page] == ids
    client.tasks.stop(TaskID=ids[0], Action="Stop")
    client.tasks.cancel_call(TaskID=ids[1], CalleeNumber=TASK["Details"][0]["Mobile"])
    assert client.tasks.list()["Tasks"][0]["Status"] == "cancelled"
    assert client.sandbox.stats()["contacts"]["waiting"] == 5
    with pytest.raises(ApiError, match="does not wait"):
        client.tasks.cancel_call(TaskID=ids[1], CalleeNumber=TASK["Details"][0]["Mobile"])


def test_a_conversation_page_by_page(client):
    user = {"call_id": "c-1", "channel": "HuaWei", "channel_id": "h", "user": {"id": "u", "name": "Ana"}}
    for number in range(3):
        client.chat.huawei_message(**user, messages=[{"type": "text", "text": f"message {number}"}])
    texts = [
        message["content"]["text"]
        for message in client.chat.iter_session_messages(call_id="c-1", size=2)
        if message["sender_type"] == "user"
    ]
    assert texts == ["message 2", "message 1", "message 0"]


def test_pages_end_even_where_the_api_gives_the_same_one_again():
    same = [{"msg_id": "m"}, {"msg_id": "m"}]
    client = Client(transport=Canned(same), **APP, **SIGNING)
    assert [*client.chat.iter_session_messages(call_id="c")] == same * 2

    class AsyncCanned(Canned):
        async def send(self, request):
            return super().send(request)

    async def collect():
        client = AsyncClient(transport=AsyncCanned(same), **APP, **SIGNING)
        return [message async for message in client.chat.iter_session_messages(call_id="c")]

    assert asyncio.run(collect()) == same * 2


def test_a_wrong_signature_is_refused(client):
    wrong = {**SIGNING, "sign_secret": "fake-wrong-secret"}
    encryption_key = KEY if client.prepare("auth.token", {"APPKey": "k", "APPSecret": "s"}).body[:1] != b"{" else None
    with Client(base_url=client.sandbox.url, encryption_key=encryption_key, **APP, **wrong) as other:
        with pytest.raises(ApiError) as raised:
            other.chat.session_messages(call_id="c-1", last_msg_id="", size=1)
        assert raised.value.http_status == 401


def test_the_others(client):
    assert client.robots.list()
    assert client.sms.send(to=["+620000000001"], message="hi", from_="A")["messageId"]
    assert client.workflow.task_detail(workflow_id="w") == []
    assert client.workflow.verify_api_node_push(workflow_id="w", node_id="n", callee="+620000000001") == {}


def test_a_client_that_somebody_else_wrote_by_hand(start_sandbox):
    """Form-encoded credentials, `Bearer`, no `User-Agent`: what a public client does."""
    url = start_sandbox().url
    with httpx.Client(base_url=url, headers={"User-Agent": ""}) as by_hand:
        del by_hand.headers["User-Agent"]
        answer = by_hand.post("/service/cloud/auth", data={"APPKey": "fake-key", "APPSecret": "fake-secret"}).json()
        bearer = {"Authorization": f"Bearer {answer['data']['token']}"}
        task = by_hand.post("/service/cloud/task", json=TASK, headers=bearer).json()["data"]["TaskID"]
        listed = by_hand.get("/service/cloud/list", params={"Number": 5, "Page": 1}, headers=bearer).json()
        assert [row["TaskID"] for row in listed["data"]["Tasks"]] == [task]
        refused = by_hand.get("/service/cloud/list", headers={"Authorization": "Bearer wrong"})
        assert (refused.status_code, refused.json()["code"]) == (401, 401)


def test_a_call_of_a_task_is_reported(start_sandbox):
    events = []
    hooks = Webhooks(secret="fake-hook-secret")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            events.append(hooks.unwrap(body, self.headers))
            self.send_response(200)
            self.end_headers()

        def log_request(self, code="-", size="-"):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        sandbox = start_sandbox("--sign-secret", "fake-hook-secret", "--webhook-url", url)
        with Client(base_url=sandbox.url, **APP) as client:
            task = client.tasks.create(**TASK)["TaskID"]
        while len(events) < 3:
            server.handle_request()
    assert {(event.type, event.verified, event.data["task_id"]) for event in events} == {("call.finished", True, task)}
