"""What leaves a transport takes neither token nor body along: error reporters show the variables of its frames."""

import asyncio
import contextlib
import signal
import threading

import httpx
import pytest
from conftest import APP, CONTACT
from servers import TOKEN, UPLOAD, http

from airudder import AsyncClient, AsyncHttpTransport, Client, HttpTransport
from airudder._httpx import AsyncHttpxTransport, HttpxTransport

SECRETS = (TOKEN["token"], CONTACT["callee"], APP["app_secret"], "fake-password")


def held(value, depth=6):
    """What an error reporter may find in a variable."""
    yield repr(value)
    if depth and isinstance(value, dict):
        inside = [*value, *value.values()]
    elif depth and isinstance(value, (list, tuple, set)):
        inside = value
    elif depth and type(value).__module__.startswith(("airudder", "test_")):
        inside = getattr(value, "__dict__", {}).values()
    else:
        inside = []
    for one in inside:
        yield from held(one, depth - 1)


def frames(error):
    """The frames of an exception, and of all that are chained to it."""
    seen = set()
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        waiting += [error.__cause__, error.__context__]
        trace = error.__traceback__
        while trace:
            yield trace.tb_frame
            trace = trace.tb_next


def leaks(error):
    return [
        (frame.f_code.co_qualname, name)
        for frame in frames(error)
        if frame.f_globals["__name__"].startswith("airudder")
        for name, value in frame.f_locals.items()
        if name != "self"
        for text in held(value)
        if any(secret in text for secret in SECRETS)
    ]


class Watching:
    """Keeps what leaves the transport behind it."""

    def __init__(self, transport):
        self.transport = transport
        self.raised = []

    def send(self, request):
        try:
            return self.transport.send(request)
        except BaseException as error:
            self.raised.append((error, leaks(error)))
            raise

    def send_to(self, request, accept):
        try:
            return self.transport.send_to(request, accept)
        except BaseException as error:
            self.raised.append((error, leaks(error)))
            raise


class AsyncWatching(Watching):
    async def send(self, request):
        try:
            return await self.transport.send(request)
        except BaseException as error:
            self.raised.append((error, leaks(error)))
            raise


def run_sync(transport, url):
    watching = Watching(transport)
    with contextlib.suppress(BaseException):
        Client(base_url=url, transport=watching, timeout=1.0, max_retries=0, **APP).workflow.upload_details(**UPLOAD)
    return watching.raised


def run_async(transport, url, within=None):
    watching = AsyncWatching(transport)

    async def job():
        client = AsyncClient(base_url=url, transport=watching, timeout=1.0, max_retries=0, **APP)
        with contextlib.suppress(BaseException):
            await asyncio.wait_for(client.workflow.upload_details(**UPLOAD), within)

    asyncio.run(job())
    return watching.raised


def sync_httpx():
    return HttpxTransport(httpx, httpx.Client(), 100)


def async_httpx():
    return AsyncHttpxTransport(httpx, httpx.AsyncClient(), 100)


KINDS = pytest.mark.parametrize(
    ("run", "made"),
    [(run_sync, HttpTransport), (run_async, AsyncHttpTransport), (run_sync, sync_httpx), (run_async, async_httpx)],
    ids=["sync", "async", "sync httpx", "async httpx"],
)
ANSWERS = {
    "timeout": [lambda: threading.Event().wait(2)],
    "reset": [http({}, length=1000)],
    "other": [b"nonsense\r\n\r\n"],
    "compressed": [http({}, headers=["Content-Encoding: gzip"])],
    "large": [http({"workflow_id": "w" * 1000})],
}


@KINDS
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_failure_takes_nothing_along(serve, run, made, answer):
    limit = {} if "httpx" in made.__name__ else {"max_response_bytes": 100}
    ((_, leaked),) = run(made(**limit), serve(answer).url)
    assert leaked == []


@KINDS
def test_a_failure_to_connect_takes_nothing_along(run, made, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://ana:fake-password@127.0.0.1:1")
    ((_, leaked),) = run(made(), "https://127.0.0.1:1")
    assert leaked == []


@pytest.mark.parametrize("made", [HttpTransport, sync_httpx])
def test_ctrl_c_takes_nothing_along(serve, made):
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    server = serve([lambda: signal.setitimer(signal.ITIMER_REAL, 0.1), lambda: threading.Event().wait(0.5)])
    try:
        ((raised, leaked),) = run_sync(made(), server.url)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert isinstance(raised, KeyboardInterrupt)
    assert leaked == []


@pytest.mark.parametrize("made", [AsyncHttpTransport, async_httpx])
def test_a_cancelled_call_takes_nothing_along(serve, made):
    ((raised, leaked),) = run_async(made(), serve([lambda: threading.Event().wait(0.5)]).url, within=0.2)
    assert isinstance(raised, asyncio.CancelledError)
    assert leaked == []


@pytest.mark.parametrize("made", [HttpTransport, sync_httpx])
def test_what_a_callers_sink_raises_takes_nothing_along(serve, made):
    def accept(status, headers):
        raise KeyError(status)

    watching = Watching(made())
    watching.send = lambda request: watching.send_to(request, accept)
    with pytest.raises(Exception, match="E7"):
        Client(base_url=serve(http({})).url, transport=watching, max_retries=0, **APP).workflow.upload_details(**UPLOAD)
    ((raised, leaked),) = watching.raised
    assert isinstance(raised, KeyError)
    assert leaked == []


def test_a_sink_that_cannot_connect_does_not_make_the_request_look_unsent(serve):
    def accept(status, headers):
        raise ConnectionRefusedError

    watching = Watching(HttpTransport())
    watching.send = lambda request: watching.send_to(request, accept)
    with pytest.raises(Exception, match="E7004"):
        Client(base_url=serve(http({})).url, transport=watching, max_retries=0, **APP).robots.list()
    assert [raised.kind for raised, _ in watching.raised] == ["other"]


@pytest.mark.parametrize("made", [HttpTransport, AsyncHttpTransport])
def test_a_wrong_setting_takes_no_password_along(made):
    with pytest.raises(Exception, match="E1001") as raised:
        made(proxy="socks5://ana:fake-password@127.0.0.1:1080")
    assert leaks(raised.value) == []


def test_the_walk_finds_what_is_there():
    space = {"__name__": "airudder.made_up"}
    exec("def leave(headers): raise KeyError", space)
    with pytest.raises(KeyError) as raised:
        space["leave"]({"Authorization": ["Token " + TOKEN["token"]]})
    assert set(leaks(raised.value)) == {("leave", "headers")}
