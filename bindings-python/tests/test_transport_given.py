"""Transports that are given: which fit, what they may raise, and what `httpx` and `httpx2` are protected from."""

import asyncio
import gzip
import http.client
import ssl
import threading
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock

import httpx
import httpx2
import pytest
import requests
from conftest import APP
from servers import QUERY, TOKEN, UPLOAD
from servers import http as answer_of

from airudder import (
    AsyncClient,
    AsyncHttpTransport,
    Client,
    HttpTransport,
    OutcomeUnknown,
    Response,
    Timeout,
    TransportError,
    ValidationError,
)


class Odd:
    """A transport with a bug: what it raises says nothing of what was sent."""

    def __init__(self):
        self.sent = []

    def send(self, request):
        self.sent.append(request.url.rsplit("/", 1)[1])
        if request.url.endswith("/auth"):
            return Response(200, [], answer_of(TOKEN).split(b"\r\n\r\n", 1)[1])
        raise KeyError("fake-token")


def test_an_odd_exception_of_a_transport_is_chained_and_nothing_is_repeated():
    transport = Odd()
    with pytest.raises(OutcomeUnknown) as raised:
        Client(transport=transport, **APP).workflow.upload_details(**UPLOAD)
    assert isinstance(raised.value.__cause__, KeyError)
    assert "fake-token" not in str(raised.value)
    assert transport.sent == ["auth", "uploaddetails"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        5,
        Response(200, None, b""),
        Response("200", [], b""),
        Response(70_000, [], b""),
        Response(200, [], "text"),
        Response(200, [("a", "b", "c")], b""),
    ],
    ids=repr,
)
def test_what_is_no_response_leaves_the_outcome_unknown(answer):
    class Bad(Odd):
        def send(self, request):
            return super().send(request) if request.url.endswith("/auth") else (self.sent.append("upload"), answer)[1]

    transport = Bad()
    with pytest.raises(OutcomeUnknown) as raised:
        Client(transport=transport, **APP).workflow.upload_details(**UPLOAD)
    assert isinstance(raised.value.__cause__, (AttributeError, TypeError, ValueError, OverflowError))
    assert transport.sent == ["auth", "upload"]


def test_a_message_that_is_no_text_hides_no_doubt():
    class Garbled(Odd):
        def send(self, request):
            try:
                return super().send(request)
            except KeyError:
                raise Timeout("half a \ud800 pair") from None

    with pytest.raises(OutcomeUnknown, match="half a"):
        Client(transport=Garbled(), **APP).workflow.upload_details(**UPLOAD)


def test_nor_does_one_that_cannot_be_made():
    class Mute(Timeout):
        def __str__(self):
            raise LookupError

    class Silent(Odd):
        def send(self, request):
            try:
                return super().send(request)
            except KeyError:
                raise Mute from None

    with pytest.raises(OutcomeUnknown, match="Mute"):
        Client(transport=Silent(), **APP).workflow.upload_details(**UPLOAD)


def test_an_odd_exception_of_an_asynchronous_transport():
    class AsyncOdd(Odd):
        async def send(self, request):
            return super().send(request)

    transport = AsyncOdd()
    with pytest.raises(OutcomeUnknown):
        asyncio.run(AsyncClient(transport=transport, **APP).workflow.upload_details(**UPLOAD))
    assert transport.sent == ["auth", "uploaddetails"]


def test_a_cancelled_call_leaves_the_token_to_others():
    class Hanging(Odd):
        hang = True

        async def send(self, request):
            if self.hang:
                self.hang = False
                await asyncio.Event().wait()
            return Response(200, [], answer_of(TOKEN).split(b"\r\n\r\n", 1)[1])

    async def job():
        client = AsyncClient(transport=Hanging(), **APP)
        first = asyncio.create_task(client.workflow.detail_instances(**QUERY))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        # Not after the 20 seconds for which a fetch of the token is believed to be under way.
        return await asyncio.wait_for(client.workflow.detail_instances(**QUERY), 10)

    assert asyncio.run(job()) == TOKEN


def test_a_call_broken_off_by_ctrl_c_leaves_the_token_to_others(serve):
    class Interrupted(HttpTransport):
        interrupt = True

        def send(self, request):
            if self.interrupt:
                self.interrupt = False
                raise KeyboardInterrupt
            return super().send(request)

    transport = Interrupted()
    client = Client(base_url=serve(answer_of({"rows": []})).url, transport=transport, **APP)
    with pytest.raises(KeyboardInterrupt):
        client.workflow.detail_instances(**QUERY)
    assert client.workflow.detail_instances(**QUERY, options={"deadline": 15.0}) == {"rows": []}
    transport.close()


LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


class Given:
    """A client of the library in a client of ours, of either kind."""

    def __init__(self, library, kind, url, verify=True, proxy=None, **settings):
        made = {"verify": verify, "proxy": proxy, "trust_env": False}
        self._runner = None if kind == "sync" else asyncio.Runner()
        self._transport = library.Client(**made) if kind == "sync" else library.AsyncClient(**made)
        ours = Client if kind == "sync" else AsyncClient
        self._client = ours(base_url=url, transport=self._transport, **APP | settings)

    def call(self, *args):
        called = self._client.call(*args)
        return self._runner.run(called) if self._runner else called

    def close(self):
        if self._runner:
            self._runner.run(self._transport.aclose())
            self._runner.close()
        else:
            self._transport.close()


@pytest.fixture(params=["sync", "async"])
def given(request):
    made = []

    def make(*args, **settings):
        made.append(Given(args[0], request.param, *args[1:], **settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@LIBRARIES
def test_clients_of_these_libraries_send(serve, given, library):
    server = serve(answer_of({"rows": []}), answer_of({"workflow_id": "w"}))
    client = given(library, server.url)
    assert client.call("workflow.detail_instances", QUERY) == {"rows": []}
    assert client.call("workflow.upload_details", UPLOAD) == {"workflow_id": "w"}
    assert server.connections == 1


def upload_fails(client):
    with pytest.raises(TransportError) as raised:
        client.call("workflow.upload_details", UPLOAD)
    return raised.value.code, raised.value.outcome


@LIBRARIES
def test_failures_of_these_libraries_are_told_apart(serve, start_proxy, authority, given, library):
    given_up = threading.Event()
    for answer, settings in [
        ([answer_of({"workflow_id": "w"}, length=1000)], {}),
        ([b""], {}),
        ([b"nonsense\r\n\r\n"], {}),
        ([lambda: given_up.wait(60)], {"timeout": 1.0}),
        (answer_of({"workflow_id": "w" * 100}), {"max_response_bytes": 100}),
    ]:
        server = serve(answer)
        assert upload_fails(given(library, server.url, **settings)) == ("E7005", "unknown")
        assert server.uploads() == 1
    given_up.set()
    nothing_sent = {"max_retries": 0}
    assert upload_fails(given(library, "http://127.0.0.1:1", **nothing_sent)) == ("E7001", "not_sent")
    secure = serve(tls=authority.server)
    assert upload_fails(given(library, secure.url, **nothing_sent)) == ("E7001", "not_sent")
    through = {"verify": authority.client, "proxy": start_proxy(answer=b"HTTP/1.1 403 Forbidden\r\n\r\n").url}
    assert upload_fails(given(library, secure.url, **through, **nothing_sent)) == ("E7001", "not_sent")
    assert secure.requests == []


@LIBRARIES
def test_an_answer_that_swells_is_not_held_in_memory(serve, given, library):
    body = gzip.compress(b" " * (256 << 20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    client = given(library, serve(head + body).url)
    with pytest.raises(OutcomeUnknown, match="more than 134217728 bytes"):
        client.call("workflow.upload_details", UPLOAD)


def test_an_encrypted_query_is_sent_raw_by_every_transport(serve):
    server = serve(*[answer_of({"ok": True})] * 4)
    settings = {"base_url": server.url, "encryption_key": "airudderredduria", **APP}
    query = {"TaskID": "69f531a01a9df58aa6de2487be610abb"}

    async def asynchronously():
        async with httpx.AsyncClient() as transport:
            await AsyncClient(transport=transport, **settings).request("GET", "/service/cloud/x", query=query)
        async with AsyncClient(**settings) as client:
            await client.request("GET", "/service/cloud/x", query=query)

    with Client(**settings) as client, httpx.Client() as transport:
        client.request("GET", "/service/cloud/x", query=query)
        Client(transport=transport, **settings).request("GET", "/service/cloud/x", query=query)
    asyncio.run(asynchronously())
    text = "qbj8cnqKnqR66qDS49ib9ymU1mpMCyp8Dm0gS1VvmnEqTxPGSBzruAU1sapP+cye"  # the vendor's own example
    assert [path for path in server.requests if "auth" not in path] == [f"/service/cloud/x?{text}"] * 4


class Sync:
    def send(self, request):
        raise AssertionError


class Async:
    async def send(self, request):
        raise AssertionError


class NoArgument:
    def send(self):
        raise AssertionError


class TwoArguments:
    def send(self, request, timeout):
        raise AssertionError


class OwnSession(requests.Session):
    """A session that became a transport of ours."""

    def send(self, request):
        raise AssertionError


NONE = [
    object(),
    "transport",
    Sync,
    NoArgument(),
    TwoArguments(),
    SimpleNamespace(send=None),
    requests.Session(),
    requests.Session,
    requests.adapters.HTTPAdapter(),
    http.client.HTTPConnection("127.0.0.1"),
    ssl.create_default_context(),
    httpx.Client,
]
SYNC = [Sync(), HttpTransport(), httpx.Client(), httpx2.Client(), OwnSession(), Mock(), SimpleNamespace(send=print)]
ASYNC = [Async(), AsyncHttpTransport(), httpx.AsyncClient(), httpx2.AsyncClient(), SimpleNamespace(send=AsyncMock())]


@pytest.mark.parametrize("transport", [*NONE, *ASYNC], ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_what_does_not_fit_a_client_is_refused_at_once(transport):
    with pytest.raises(TypeError, match=r"transport of a Client is None, an httpx\.Client or httpx2\.Client, or an "):
        Client(transport=transport, **APP)


@pytest.mark.parametrize("transport", [*NONE, *SYNC], ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_what_does_not_fit_an_asynchronous_client_is_refused_at_once(transport):
    with pytest.raises(TypeError, match=r"transport of an AsyncClient is None, .* or an object with async send\("):
        AsyncClient(transport=transport, **APP)


@pytest.mark.parametrize("transport", SYNC, ids=lambda one: type(one).__name__)
def test_what_fits_a_client_is_taken(transport):
    Client(transport=transport, **APP)


@pytest.mark.parametrize("transport", ASYNC, ids=lambda one: type(one).__name__)
def test_what_fits_an_asynchronous_client_is_taken(transport):
    AsyncClient(transport=transport, **APP)


@pytest.mark.parametrize("made", [HttpTransport, AsyncHttpTransport])
@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"proxy": "socks5://ana:fake-password@127.0.0.1:1080"}, "http://host:port or https://host:port"),
        ({"proxy": "127.0.0.1:3128"}, "http://host:port or https://host:port"),
        ({"proxy": "http://127.0.0.1:port"}, "http://host:port or https://host:port"),
        ({"proxy": 3128}, "http://host:port or https://host:port"),
        ({"ssl_context": "ca.pem"}, r"ssl\.SSLContext"),
        ({"max_response_bytes": 0}, "whole number from 1 on"),
    ],
    ids=str,
)
def test_a_wrong_setting_of_a_transport_is_named(made, setting, reason):
    with pytest.raises(ValidationError, match=reason) as raised:
        made(**setting)
    assert raised.value.pointer == f"/{next(iter(setting))}"
    assert "fake-password" not in str(raised.value)
