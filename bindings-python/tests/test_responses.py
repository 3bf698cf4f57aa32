"""What a result does not show: files that go to a disk as they come, and the response behind a result."""

import asyncio
import contextlib
import os
import resource
import threading
import time
import tracemalloc
import wave

import httpx
import pytest
from conftest import APP
from servers import http

from airudder import ApiError, AsyncClient, Client, File, HttpTransport, TransportError, ValidationError

CALL = {"TaskID": "t-1", "Callee": "+620001234567"}
WINDOW = {"start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-01-01 00:00:00+08:00"}
WAV = ["HTTP/1.1 200 OK", "Content-Type: audio/x-wav"]


def head(*lines):
    return "\r\n".join([*WAV, *lines, "", ""]).encode()


class Plain:
    """A transport that has `send` alone."""

    def __init__(self):
        self._http = HttpTransport()

    def send(self, request):
        return self._http.send(request)

    def close(self):
        self._http.close()


@contextlib.contextmanager
def sync_client(kind, url):
    """A client on one of the transports."""
    transport = {"standard library": lambda: None, "httpx": httpx.Client, "without streams": Plain}[kind]()
    try:
        with Client(base_url=url, transport=transport, **APP) as client:
            yield client
    finally:
        if transport:
            transport.close()


def recording(kind, url, path, **options):
    """The recording by one of the clients, and whether its response has the body."""

    async def fetch(transport):
        async with AsyncClient(base_url=url, transport=transport, **APP) as client:
            found = await client.tasks.recording(**CALL, options={"save_to": path, **options})
            return found, client.last_response.body

    async def fetch_by_httpx():
        async with httpx.AsyncClient() as transport:
            return await fetch(transport)

    if kind.startswith("async"):
        return asyncio.run(fetch_by_httpx() if "httpx" in kind else fetch(None))
    with sync_client(kind, url) as client:
        return client.tasks.recording(**CALL, options={"save_to": path, **options}), client.last_response.body


SYNC = ["standard library", "httpx", "without streams"]
KINDS = [*SYNC, "async", "async httpx"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["length", "chunks", "close"])
def test_a_recording_goes_to_a_path(kind, form, serve, tmp_path):
    sound = bytes(range(256)) * 1000
    answer = {
        "length": head(f"Content-Length: {len(sound)}") + sound,
        "chunks": head("Transfer-Encoding: chunked") + b"3e800\r\n" + sound + b"\r\n0\r\n\r\n",
        "close": [head() + sound],
    }[form]
    path = tmp_path / "call.wav"
    path.write_bytes(b"what was there before")
    found, body = recording(kind, serve(answer).url, path)
    assert found == File("audio/x-wav", b"", path)
    assert repr(found) == f"<File audio/x-wav, saved to {str(path)!r}>"
    assert path.read_bytes() == sound
    assert body == b""
    assert os.listdir(tmp_path) == ["call.wav"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_that_is_json_is_returned(kind, serve, tmp_path):
    found, body = recording(kind, serve(http({"url": "https://example.com/call.wav"})).url, str(tmp_path / "call.wav"))
    assert found == {"url": "https://example.com/call.wav"}
    assert b"example.com" in body
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_that_breaks_off_is_fetched_again(kind, serve, tmp_path):
    torn = [head("Content-Length: 1000") + b"torn"]
    torn_chunks = [head("Transfer-Encoding: chunked") + b"10\r\ntorn"]
    server = serve(torn, torn_chunks, head("Content-Length: 5") + b"whole")
    recording(kind, server.url, tmp_path / "call.wav")
    assert (tmp_path / "call.wav").read_bytes() == b"whole"
    assert server.requests.count("/service/cloud/case?TaskID=t-1&Callee=%2B620001234567") == 3


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_recording_that_never_comes_whole_nothing_stays(kind, serve, tmp_path):
    torn = [head("Content-Length: 1000") + b"torn"]
    server = serve(*[torn] * 5)
    with pytest.raises(TransportError):
        recording(kind, server.url, tmp_path / "call.wav", max_retries=1)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_is_no_reason_to_ask_again(kind, serve, tmp_path):
    server = serve(*[head("Content-Length: 5") + b"whole"] * 5)
    with pytest.raises(FileNotFoundError):
        recording(kind, server.url, tmp_path / "no such folder" / "call.wav")
    sound = os.urandom(1 << 20)
    server = serve(*[head(f"Content-Length: {len(sound)}") + sound] * 5)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            recording(kind, server.url, tmp_path / "full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(server.requests) == 2
    assert not (tmp_path / "full").exists()


@pytest.mark.parametrize("kind", ["standard library", "httpx"])
def test_a_large_recording_is_never_whole_in_memory(kind, serve, tmp_path):
    size = 64 << 20
    piece = bytes(1 << 20)
    server = serve([head(f"Content-Length: {size}"), *[piece] * (size >> 20)])
    recording(kind, serve(head("Content-Length: 5") + b"first").url, tmp_path / "warm.wav")
    tracemalloc.start()
    recording(kind, server.url, tmp_path / "call.wav")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "call.wav").stat().st_size == size
    assert peak < 4 << 20


def test_where_to_save_is_a_path(serve):
    with Client(base_url=serve().url, **APP) as client, pytest.raises(ValidationError, match="save_to is a path"):
        client.tasks.recording(**CALL, options={"save_to": 5})


def test_a_recording_of_the_sandbox(client, tmp_path):
    details = [{"Mobile": "+6200012345678", "Platform": "P"}]
    window = {"ScheduleStartTime": "2020-01-01 00:00:00", "ScheduleEndTime": "2099-01-01 00:00:00"}
    task = client.tasks.create(TaskName="t", Details=details, **window)["TaskID"]
    while not client.tasks.detail(TaskID=task):
        time.sleep(0.01)
    call = {"TaskID": task, "Callee": "+6200012345678"}
    client.tasks.recording(**call, options={"save_to": tmp_path / "call.wav"})
    with wave.open(str(tmp_path / "call.wav")) as sound:
        assert sound.getnframes() > 0
    assert (tmp_path / "call.wav").read_bytes() == client.tasks.recording(**call).content


def test_the_last_response(client):
    assert client.last_response is None
    client.workflow.detail_instances(callee="+6200012345678", **WINDOW)
    response = client.last_response
    assert response.status == 200
    assert b'"rows"' in response.body
    with pytest.raises(ApiError):
        client.workflow.upload_details(workflow_id="there is none", details=[])
    assert client.last_response is not response
    with Client(base_url="http://127.0.0.1:1", max_retries=0, **APP) as other:
        assert other.last_response is None
        with pytest.raises(TransportError):
            other.robots.list()
        assert other.last_response is None
        assert client.last_response is not None


def test_the_answer_to_the_token_request_is_nobodys_last_response(serve):
    given_up = threading.Event()
    server = serve([lambda: given_up.wait(60)])
    with Client(base_url=server.url, max_retries=0, timeout=1, **APP) as client:
        with pytest.raises(TransportError):
            client.robots.list()
        given_up.set()
        assert [path.rsplit("/", 1)[1] for path in server.requests] == ["auth", "robot"]
        assert client.last_response is None


def test_each_thread_has_a_last_response_of_its_own(client):
    client.robots.list()
    mine = client.last_response
    found = []

    def job():
        found.append(client.last_response)
        client.robots.list()
        found.append(client.last_response)

    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    assert found[0] is None
    assert found[1] is not None
    assert found[1] is not mine
    assert client.last_response is mine


def test_each_task_has_a_last_response_of_its_own(sandbox):
    async def job(client, name):
        with contextlib.suppress(ApiError):
            await client.call(name, {"TaskID": "t"} if name == "tasks.detail" else {})
        await asyncio.sleep(0.05)
        return client.last_response.status, client.last_response.body

    async def jobs():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            found = await asyncio.gather(*[job(client, name) for name in ("robots.list", "tasks.detail") * 5])
            assert client.last_response is None
            assert len({body for _, body in found}) == 2

    asyncio.run(jobs())
