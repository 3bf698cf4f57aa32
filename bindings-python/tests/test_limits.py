"""One limit for the time of the whole answer, from the lookup of the name on, and one for its size."""

import asyncio
import gzip
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from conftest import APP
from servers import QUERY, TOKEN, UPLOAD, http

from airudder import AsyncClient, AsyncHttpTransport, OutcomeUnknown, TransportError, ValidationError

ROWS = http({"rows": []})
TAKEN = http({"workflow_id": "w"})
MIB = 1 << 20


@pytest.fixture
def dead_addresses():
    """Addresses of this machine where a connection is neither made nor refused: the queue of who listens is full."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        port = first.getsockname()[1]
        addresses = [("127.0.0.2", port)]
        for number in (3, 4, 5):
            stack.enter_context(socket.create_server((f"127.0.0.{number}", port), backlog=0))
            addresses.append((f"127.0.0.{number}", port))
        for address in addresses * 4:
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        yield addresses


def naming(monkeypatch, addresses, wait=0.0):
    """Make `api.test` the name of these addresses."""
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host != "api.test":
            return real(host, port, *args, **kwargs)
        time.sleep(wait)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def not_sent(client, **options):
    begin = time.monotonic()
    with pytest.raises(TransportError) as raised:
        client.upload(max_retries=0, **options)
    assert raised.value.outcome == "not_sent"
    return time.monotonic() - begin


def test_four_dead_addresses_take_no_longer_than_one(face, monkeypatch, dead_addresses):
    naming(monkeypatch, dead_addresses)
    assert 0.9 < not_sent(face("https://api.test"), timeout=1.0) < 2.5


def test_dead_addresses_leave_time_for_the_one_that_lives(face, monkeypatch, dead_addresses, serve, authority):
    server = serve(TAKEN, tls=authority.server)
    naming(monkeypatch, [*dead_addresses[:2], ("127.0.0.1", server.port)])
    context = authority.client
    monkeypatch.setattr(context, "check_hostname", False)
    assert face("https://api.test", {"ssl_context": context}, timeout=6.0).upload() == {"workflow_id": "w"}


def test_the_look_up_of_a_name_counts(face, monkeypatch):
    naming(monkeypatch, [("127.0.0.1", 1)], wait=3)
    assert not_sent(face("https://api.test"), timeout=0.5) < 2.5


def test_a_tls_handshake_without_an_answer_sent_nothing(face):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not_sent(face(f"https://127.0.0.1:{silent.getsockname()[1]}"), timeout=0.5) < 2.5


def trickle(answer):
    """One byte every tenth of a second."""
    never = threading.Event()
    return [piece for byte in answer for piece in (lambda: never.wait(0.1), bytes([byte]))]


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"],
    ids=["head", "body", "after 102"],
)
def test_an_answer_that_trickles_is_of_unknown_outcome(serve, face, start):
    server = serve([start, *trickle(b" " * 100 if start.startswith(b"HTTP/1.1 200") else b"HTTP/1.1 200 OK" * 9)])
    begin = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="no answer came in time"):
        face(server.url, timeout=1.0).upload()
    assert 0.9 < time.monotonic() - begin < 5
    assert server.uploads() == 1


def test_interim_answers_without_end_are_of_unknown_outcome(serve, face):
    never = threading.Event()
    server = serve([b"HTTP/1.1 103 Early Hints\r\n\r\n", lambda: never.wait(0.01)] * 500)
    server.answers[0] = [b"HTTP/1.1 103 Early Hints\r\n\r\n", lambda: never.wait(0.01)] * 500
    with pytest.raises(OutcomeUnknown, match="no answer came in time"):
        face(server.url, timeout=1.0).upload()


def test_an_answer_that_is_slow_but_in_time(serve, face):
    assert face(serve([*trickle(TAKEN[:10]), TAKEN[10:]]).url, timeout=30.0).upload() == {"workflow_id": "w"}


def test_the_wait_for_a_connection_counts(serve):
    given_up = threading.Event()
    server = serve(ROWS, [lambda: given_up.wait(60)])

    async def job():
        transport = AsyncHttpTransport(max_connections=1)
        client = AsyncClient(base_url=server.url, transport=transport, **APP)
        await client.workflow.detail_instances(**QUERY)
        slow = asyncio.create_task(client.workflow.upload_details(**UPLOAD, options={"timeout": 2.0}))
        await asyncio.sleep(0.1)
        with pytest.raises(TransportError, match="all connections are in use") as raised:
            await client.workflow.upload_details(**UPLOAD, options={"timeout": 0.3, "max_retries": 0})
        with pytest.raises(OutcomeUnknown):
            await slow
        given_up.set()
        await transport.close()
        return raised.value.outcome

    assert asyncio.run(job()) == "not_sent"
    assert server.uploads() == 1


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("given", [{"max_response_bytes": 1_000_000}, {}], ids=["given", "128 MiB"])
def test_an_answer_larger_than_allowed_is_not_read(serve, face, given, chunked):
    limit = given.get("max_response_bytes", 128 * MIB)
    head = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 1000000000"
    piece = b"100000\r\n" + b" " * MIB + b"\r\n" if chunked else b" " * MIB
    sent = []
    server = serve([b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n", *[piece, lambda: sent.append(1)] * 900])
    with pytest.raises(OutcomeUnknown, match=f"more than {limit} bytes: raise max_response_bytes"):
        face(server.url, given).upload()
    server.stop()
    assert len(sent) < limit / MIB + 100  # what the system's buffers hold


def test_an_answer_as_large_as_allowed(serve, face):
    assert max(len(answer.partition(b"\r\n\r\n")[2]) for answer in (ROWS, http(TOKEN))) == 46
    limit = {"max_response_bytes": 46}
    assert face(serve(ROWS).url, limit).look_up() == {"rows": []}


@pytest.mark.parametrize("value", [0, -1, 1.5, None, "1", True])
def test_a_limit_that_is_none_is_refused(face, value):
    with pytest.raises(ValidationError, match="max_response_bytes must be a whole number from 1 on"):
        face("http://127.0.0.1:1", {"max_response_bytes": value})
    with pytest.raises(ValidationError, match="max_response_bytes must be a whole number from 1 on"):
        face("http://127.0.0.1:1", max_response_bytes=value)


@pytest.mark.parametrize("encoding", ["gzip", "br", "x-unheard-of"])
def test_a_compressed_answer_is_named_and_not_read(serve, face, encoding):
    body = gzip.compress(b" " * (64 * MIB))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    with pytest.raises(OutcomeUnknown, match=f"Content-Encoding: {encoding}, though none was asked for"):
        face(serve(head.encode() + body).url).upload()


def test_an_answer_that_says_it_is_not_compressed(serve, face):
    assert face(serve(http({"rows": []}, headers=["Content-Encoding: Identity"])).url).look_up() == {"rows": []}
