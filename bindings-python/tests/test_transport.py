"""Sending over real sockets: connections are used again, and every way to fail is told apart."""

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import httpx
import pytest
from conftest import APP, CONTACT

from airudder import (
    ApiError,
    AsyncClient,
    Client,
    HttpTransport,
    OutcomeUnknown,
    Response,
    Timeout,
    TransportError,
    _choose,
)

QUERY = {"case_id": "c-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-12-01 00:00:00+08:00"}
UPLOAD = {"workflow_id": "w", "details": [CONTACT]}
TOKEN = {"token": "fake-token"}


def http(data, *, status="200 OK", headers=(), length=None):
    body = json.dumps({"code": 200, "data": data}).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Server:
    """Answers with whatever bytes it is told, connection by connection; counts both."""

    def __init__(self, *answers, tls=None):
        self.answers = list(answers)
        self._tls = tls
        self.requests = []
        self.connections = 0
        self.closed = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self._serve, args=[connection]))
                self._threads[-1].start()

    def _serve(self, plain):
        wrap = self._tls.wrap_socket if self._tls else lambda plain, **_: plain
        with plain, contextlib.suppress(OSError), wrap(plain, server_side=True) as connection:
            self._answer(connection)
        self.closed.release()

    def _answer(self, connection):
        with connection.makefile("rb") as stream:
            while head := stream.readline():
                length = 0
                while (line := stream.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                stream.read(length)
                path = head.split()[1].decode()
                self.requests.append(path)
                answer = http(TOKEN) if path.endswith("/auth") else self.answers.pop(0)
                for piece in answer if isinstance(answer, list) else [answer]:
                    if callable(piece):
                        piece()
                    else:
                        connection.sendall(piece)
                if isinstance(answer, list):
                    break  # and close

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(60)


@pytest.fixture
def serve():
    servers = []

    def start(*answers, tls=None):
        servers.append(Server(*answers, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def client_of(server, **settings):
    return Client(base_url=server.url, **APP | settings)


def test_connections_are_used_again(serve):
    server = serve(*[http({"rows": []})] * 5)
    with client_of(server) as client:
        for _ in range(5):
            client.workflow.detail_instances(**QUERY)
    assert (server.connections, len(server.requests)) == (1, 6)


def test_a_client_that_is_dropped_closes_its_connections(serve):
    server = serve(http({"rows": []}))
    client_of(server).workflow.detail_instances(**QUERY)
    gc.collect()
    assert server.closed.acquire(timeout=60)


def test_a_connection_that_the_server_closed_is_not_used_for_an_upload(serve):
    server = serve([http({"rows": []})], http({"workflow_id": "w"}))
    with client_of(server) as client:
        client.workflow.detail_instances(**QUERY)
        assert server.closed.acquire(timeout=60)
        assert client.workflow.upload_details(**UPLOAD) == {"workflow_id": "w"}
    assert server.connections == 2


def test_an_answer_without_a_length_ends_with_the_connection(serve):
    body = b'HTTP/1.1 200 OK\r\n\r\n{"code":200,"data":{"rows":[]}}'
    with client_of(serve([body])) as client:
        assert client.workflow.detail_instances(**QUERY) == {"rows": []}


def test_a_chunked_answer(serve):
    pieces = [b'{"code":200,', b'"data":{"rows":[]', b"}}", b""]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    with client_of(serve(answer)) as client:
        assert client.workflow.detail_instances(**QUERY) == {"rows": []}


def test_redirects_are_not_followed(serve):
    server = serve(http({}, status="302 Found", headers=["Location: /service/cloud/elsewhere"]))
    with client_of(server) as client, pytest.raises(OutcomeUnknown, match="HTTP status 302") as raised:
        client.workflow.upload_details(**UPLOAD)
    assert raised.value.http_status == 302
    assert server.requests[1:] == ["/service/cloud/workflow/uploaddetails"]


def drip():
    """One byte every tenth of a second, until nobody listens any more."""
    never = threading.Event()
    return [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[lambda: never.wait(0.1), b" "] * 999]


@pytest.mark.parametrize(
    ("answer", "settings", "reason"),
    [
        ([http({"workflow_id": "w"}, length=1000)], {}, "broke off"),
        ([b""], {}, "broke off"),
        ([b"HTTP/1.1 200 OK\r\n"], {}, "not a JSON object"),
        ([b"nonsense\r\n\r\n"], {}, "failed"),
        (drip(), {"timeout": 1}, "no answer came in time"),
    ],
    ids=["truncated body", "closed at once", "truncated head", "no HTTP", "ever so slowly"],
)
def test_an_upload_without_a_whole_answer_is_of_unknown_outcome(serve, answer, settings, reason):
    server = serve(answer)
    with client_of(server, **settings) as client, pytest.raises(OutcomeUnknown) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert reason in raised.value.message
    assert server.requests.count("/service/cloud/workflow/uploaddetails") == 1


def test_a_refused_connection_sent_nothing():
    with Client(base_url="http://127.0.0.1:1", max_retries=1, **APP) as client, pytest.raises(TransportError) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert raised.value.code == "E7001"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Settings of a server and of a client that trusts it."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=test",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


def test_tls(serve, certificate):
    tls, trusting = certificate
    server = serve(*[http({"rows": []})] * 5, tls=tls)
    transport = HttpTransport(ssl_context=trusting)
    client = client_of(server, transport=transport)
    for _ in range(5):
        assert client.workflow.detail_instances(**QUERY) == {"rows": []}
    transport.close()
    assert (server.connections, len(server.requests)) == (1, 6)


def test_a_certificate_of_nobody_is_refused_and_nothing_is_sent(serve, certificate):
    server = serve(tls=certificate[0])
    with client_of(server, max_retries=0) as client, pytest.raises(TransportError) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert raised.value.code == "E7001"
    assert "Cert" in raised.value.message
    assert server.requests == []


@pytest.mark.parametrize("cut", [[http({"workflow_id": "w"}, length=1000)], [b""]], ids=["truncated", "closed"])
def test_an_upload_over_tls_without_a_whole_answer_is_of_unknown_outcome(serve, certificate, cut):
    tls, trusting = certificate
    server = serve(cut, tls=tls)
    transport = HttpTransport(ssl_context=trusting)
    with pytest.raises(OutcomeUnknown, match="broke off"):
        client_of(server, transport=transport).workflow.upload_details(**UPLOAD)
    transport.close()
    assert server.requests.count("/service/cloud/workflow/uploaddetails") == 1


def test_an_encrypted_query_is_sent_raw_by_every_transport(serve):
    server = serve(*[http({"ok": True})] * 3)
    settings = {"base_url": server.url, "encryption_key": "airudderredduria", **APP}
    query = {"TaskID": "69f531a01a9df58aa6de2487be610abb"}

    async def asynchronously():
        async with httpx.AsyncClient() as transport:
            await AsyncClient(transport=transport, **settings).request("GET", "/service/cloud/x", query=query)

    with Client(**settings) as client, httpx.Client() as transport:
        client.request("GET", "/service/cloud/x", query=query)
        Client(transport=transport, **settings).request("GET", "/service/cloud/x", query=query)
    asyncio.run(asynchronously())
    text = "qbj8cnqKnqR66qDS49ib9ymU1mpMCyp8Dm0gS1VvmnEqTxPGSBzruAU1sapP+cye"  # the vendor's own example
    assert [path for path in server.requests if "auth" not in path] == [f"/service/cloud/x?{text}"] * 3


# Python warns that forking beside threads is dangerous; these tests show that it is not here.
forking = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def status_of_child(act):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        with contextlib.suppress(BaseException):
            os._exit(0 if act() else 1)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@forking
def test_a_forked_child_is_not_held_up_by_a_lock_of_the_parents(serve):
    transport = HttpTransport()
    client = client_of(serve(http({"rows": []})), transport=transport)
    with transport._lock:
        assert status_of_child(lambda: transport.close() is None and client.workflow.detail_instances(**QUERY)) == 0
    transport.close()


@forking
def test_a_forked_child_makes_connections_of_its_own(serve):
    server = serve(*[http({"rows": []})] * 3)
    with client_of(server) as client:
        client.workflow.detail_instances(**QUERY)
        assert status_of_child(lambda: client.workflow.detail_instances(**QUERY) == {"rows": []}) == 0
        client.workflow.detail_instances(**QUERY)
    assert server.connections == 2


def test_httpx(sandbox):
    with httpx.Client() as transport:
        client = Client(base_url=sandbox.url, transport=transport, **APP)
        assert client.workflow.detail_instances(**QUERY) == {"rows": []}
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before"}])
    with httpx.Client() as transport, pytest.raises(OutcomeUnknown):
        Client(base_url=sandbox.url, transport=transport, **APP).workflow.upload_details(**UPLOAD)
    with httpx.Client() as transport, pytest.raises(TransportError, match="E7001"):
        Client(base_url="http://127.0.0.1:1", transport=transport, max_retries=0, **APP).call(
            "workflow.upload_details", UPLOAD
        )
    assert sandbox.requests("workflow.upload_details") == 1


def test_a_failed_connection_names_the_host():
    refused = pytest.raises(TransportError, match=r"E7001.*http://127\.0\.0\.1:1\)")
    with Client(base_url="http://127.0.0.1:1", max_retries=0, **APP) as client, refused:
        client.robots.list()


@contextlib.asynccontextmanager
async def asynchronous(kind, **settings):
    """A client on either asynchronous transport."""
    if kind == "threads":
        async with AsyncClient(**APP, **settings) as client:
            yield client
    else:
        async with httpx.AsyncClient() as transport, AsyncClient(transport=transport, **APP, **settings) as client:
            yield client


@pytest.mark.parametrize("kind", ["threads", "httpx"])
def test_asynchronous_failures_are_told_apart(serve, kind):
    async def outcome(url, **settings):
        async with asynchronous(kind, base_url=url, max_retries=0, **settings) as client:
            with pytest.raises((TransportError, ApiError)) as raised:
                await client.workflow.upload_details(**UPLOAD)
        return raised.value

    given_up = threading.Event()
    refused = asyncio.run(outcome("http://127.0.0.1:1"))
    assert (refused.code, refused.outcome) == ("E7001", "not_sent")
    for answer, settings in [
        ([http({"workflow_id": "w"}, length=1000)], {}),
        ([b""], {}),
        ([lambda: given_up.wait(60)], {"timeout": 1}),
    ]:
        server = serve(answer)
        assert isinstance(asyncio.run(outcome(server.url, **settings)), OutcomeUnknown)
        assert server.requests.count("/service/cloud/workflow/uploaddetails") == 1
    given_up.set()
    redirected = asyncio.run(outcome(serve(http({}, status="302 Found", headers=["Location: /elsewhere"])).url))
    assert redirected.http_status == 302


def test_many_asynchronous_calls_are_under_way_at_once(sandbox, monkeypatch):
    calls = 60  # asyncio itself has at most 32 threads, and on small machines fewer than ten
    together = threading.Barrier(calls)
    send = HttpTransport.send_by

    def meet(self, deadline, request, accept):
        if "detailinstances" in request.url:
            together.wait(10)
        return send(self, deadline, request, accept)

    monkeypatch.setattr(HttpTransport, "send_by", meet)

    async def job():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            return await asyncio.gather(*(client.workflow.detail_instances(**QUERY) for _ in range(calls)))

    assert asyncio.run(job()) == [{"rows": []}] * calls


def test_the_wait_for_a_thread_counts(sandbox, monkeypatch):
    monkeypatch.setattr(_choose, "MAX_THREADS", 1)
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 3000}])
    limits = {"timeout": 0.3, "max_retries": 0}

    async def job():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            await client.robots.list()
            slow = asyncio.create_task(client.workflow.upload_details(**UPLOAD, options={"timeout": 2.0}))
            await asyncio.sleep(0.1)
            begin = time.monotonic()
            with pytest.raises(TransportError, match="all threads are taken") as raised:
                await client.workflow.upload_details(**UPLOAD, options=limits)
            with pytest.raises(TransportError, match=r"E700[16]"):
                await client.workflow.upload_details(**UPLOAD, options={"timeout": 0.3, "deadline": 0.5})
            waited = time.monotonic() - begin
            with pytest.raises(OutcomeUnknown):
                await slow
            await client.robots.list()
            return raised.value.outcome, waited

    outcome, waited = asyncio.run(job())
    assert outcome == "not_sent"
    assert waited < 1.5
    assert sandbox.requests("workflow.upload_details") == 1


@forking
def test_an_asynchronous_client_can_be_used_after_a_fork_and_after_it_was_closed(sandbox):
    client = AsyncClient(base_url=sandbox.url, **APP)

    async def ask():
        answer = await client.workflow.detail_instances(**QUERY)
        await client.close()
        return answer == {"rows": []}

    async def leave_open():
        return await client.workflow.detail_instances(**QUERY) == {"rows": []}

    assert asyncio.run(ask())
    assert asyncio.run(leave_open())
    assert status_of_child(lambda: asyncio.run(ask())) == 0
    assert asyncio.run(ask())


def test_a_cancelled_call_leaves_the_token_to_others():
    class Hanging(Odd):
        hang = True

        async def send(self, request):
            if self.hang:
                self.hang = False
                await asyncio.Event().wait()
            return Response(200, [], http(TOKEN).split(b"\r\n\r\n", 1)[1])

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
    client = client_of(serve(http({"rows": []})), transport=transport)
    with pytest.raises(KeyboardInterrupt):
        client.workflow.detail_instances(**QUERY)
    assert client.workflow.detail_instances(**QUERY, options={"deadline": 15.0}) == {"rows": []}
    transport.close()


class Odd:
    """A transport with a bug: what it raises says nothing of what was sent."""

    def __init__(self):
        self.sent = []

    def send(self, request):
        self.sent.append(request.url.rsplit("/", 1)[1])
        if request.url.endswith("/auth"):
            return Response(200, [], http(TOKEN).split(b"\r\n\r\n", 1)[1])
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


def test_an_odd_exception_of_an_asynchronous_transport():
    class AsyncOdd(Odd):
        async def send(self, request):
            return super().send(request)

    transport = AsyncOdd()
    with pytest.raises(OutcomeUnknown):
        asyncio.run(AsyncClient(transport=transport, **APP).workflow.upload_details(**UPLOAD))
    assert transport.sent == ["auth", "uploaddetails"]


@pytest.mark.parametrize("transport", [object(), httpx.AsyncClient()], ids=["no send", "the wrong httpx client"])
def test_a_wrong_transport_is_refused(transport):
    with pytest.raises(TypeError, match="transport"):
        Client(transport=transport, **APP)
