"""Sending over real sockets, by either kind of client: never another's answer, and every way to fail is told apart."""

import asyncio
import gc
import socket
import threading
import time

import pytest
from conftest import APP, CAMPAIGN
from servers import CONTACT, QUERY, TOKEN, UPLOAD, http, read_head

from airudder import AsyncClient, Client, OutcomeUnknown, TransportError

ROWS = http({"rows": []})
TAKEN = http({"workflow_id": "w"})
BODY = ROWS.partition(b"\r\n\r\n")[2]


def test_connections_are_used_again(serve, face):
    server = serve(*[ROWS] * 5)
    client = face(server.url)
    for _ in range(5):
        assert client.look_up() == {"rows": []}
    assert (server.connections, len(server.requests)) == (1, 6)


def test_a_client_that_is_dropped_closes_its_connections(serve):
    server = serve(ROWS)
    Client(base_url=server.url, **APP).workflow.detail_instances(**QUERY)
    gc.collect()
    assert server.closed.acquire(timeout=60)


def test_only_identity_is_asked_for(serve, face):
    server = serve(ROWS)
    face(server.url).look_up()
    assert "Accept-Encoding: identity" in server.heads[-1]


@pytest.mark.parametrize("goodbye", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"], ids=repr)
def test_a_connection_that_the_server_closed_while_it_was_idle_is_not_used(serve, face, goodbye):
    server = serve([ROWS, goodbye], TAKEN)
    client = face(server.url)
    client.look_up()
    assert server.closed.acquire(timeout=60)
    assert client.upload() == {"workflow_id": "w"}
    assert (server.connections, server.uploads()) == (2, 1)


INTERIM = [
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
]


@pytest.mark.parametrize("interim", [*INTERIM, b"".join(INTERIM)], ids=["103", "102", "100", "all"])
def test_interim_answers_are_skipped(serve, face, interim):
    answers = [interim + http({"rows": [{"workflow_id": str(number)}]}) for number in range(5)]
    server = serve(*answers, interim + TAKEN)
    client = face(server.url)
    for number in range(5):
        assert client.look_up()["rows"][0]["workflow_id"] == str(number)
    assert client.upload() == {"workflow_id": "w"}
    assert (server.connections, server.uploads()) == (1, 1)


def test_an_interim_answer_that_comes_long_before_the_final_one(serve, face):
    never = threading.Event()
    server = serve([INTERIM[1], lambda: never.wait(0.3), INTERIM[0], lambda: never.wait(0.3), TAKEN])
    assert face(server.url).upload() == {"workflow_id": "w"}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("final", [http({"rows": []}), http({"rows": []}, headers=["Connection: keep-alive"])])
@pytest.mark.parametrize(
    "surplus",
    [b"\r\n", http({"workflow_id": "another's"}), b"HTTP/1.1 200 OK\r\n", INTERIM[0]],
    ids=lambda one: one[:16],
)
def test_what_follows_an_answer_is_nobodys_answer(serve, face, authority, final, surplus, tls):
    server = serve(final + surplus, TAKEN, tls=authority.server if tls else None)
    client = face(server.url, {"ssl_context": authority.client})
    assert client.look_up() == {"rows": []}
    assert client.upload() == {"workflow_id": "w"}
    assert server.uploads() == 1


def test_a_tls_record_behind_an_answer_is_nobodys_answer(serve, face, authority):
    server = serve((ROWS, http({"workflow_id": "another's"})), TAKEN, tls=authority.server)
    client = face(server.url, {"ssl_context": authority.client})
    assert client.look_up() == {"rows": []}
    assert client.upload() == {"workflow_id": "w"}
    assert (server.connections, server.uploads()) == (2, 1)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("pause", [0, 0.3], ids=["at once", "later"])
def test_what_comes_while_a_connection_is_idle_is_nobodys_answer(serve, face, authority, tls, pause):
    asked, said = threading.Event(), threading.Event()
    late = [ROWS, lambda: (asked.wait(60), time.sleep(pause)), http({"workflow_id": "another's"}), said.set]
    server = serve([*late, lambda: threading.Event().wait(0.5)], TAKEN, tls=authority.server if tls else None)
    client = face(server.url, {"ssl_context": authority.client})
    client.look_up()
    asked.set()
    assert said.wait(60)
    assert client.upload() == {"workflow_id": "w"}
    assert (server.connections, server.uploads()) == (2, 1)


@pytest.mark.parametrize(
    ("answer", "reusable"),
    [
        (ROWS, True),
        (http({"rows": []}, headers=["Connection: close"]), False),
        (ROWS.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n", True),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY)
            + BODY
            + b"\r\n0\r\nA: b\r\n\r\n",
            True,
        ),
    ],
    ids=["length", "close", "1.0", "chunked", "trailer"],
)
def test_a_connection_is_used_again_only_after_a_whole_answer_that_allows_it(serve, face, answer, reusable):
    server = serve(answer, TAKEN)
    client = face(server.url)
    assert client.look_up() == {"rows": []}
    assert client.upload() == {"workflow_id": "w"}
    assert server.connections == (1 if reusable else 2)


def test_an_answer_without_a_length_ends_with_the_connection(serve, face):
    assert face(serve([b"HTTP/1.1 200 OK\r\n\r\n" + BODY]).url).look_up() == {"rows": []}


def test_redirects_are_not_followed(serve, face):
    server = serve(http({}, status="302 Found", headers=["Location: /service/cloud/elsewhere"]))
    with pytest.raises(OutcomeUnknown, match="HTTP status 302") as raised:
        face(server.url).upload()
    assert raised.value.http_status == 302
    assert server.requests[1:] == ["/service/cloud/workflow/uploaddetails"]


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"])
def test_a_redirect_from_https_to_http_is_not_followed(serve, face, authority, status):
    plain = serve()
    server = serve(http({}, status=status, headers=[f"Location: {plain.url}/"]), tls=authority.server)
    with pytest.raises(OutcomeUnknown, match=f"HTTP status {status[:3]}"):
        face(server.url, {"ssl_context": authority.client}).upload()
    assert (plain.connections, server.uploads()) == (0, 1)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([http({"workflow_id": "w"}, length=1000)], "broke off"),
        ([b""], "broke off"),
        ([b"HTTP/1.1 200 OK\r\n"], "broke off"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n{"], "broke off"),
        ([INTERIM[1]], "broke off"),
        ([b"nonsense\r\n\r\n", TAKEN], "no HTTP/1.1"),
        ([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", TAKEN], "no HTTP/1.1"),
        ([b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000], "no HTTP/1.1"),
    ],
    ids=["body", "nothing", "head", "chunk", "interim alone", "no HTTP", "101", "endless head"],
)
def test_an_upload_without_a_whole_answer_is_of_unknown_outcome(serve, face, authority, answer, reason, tls):
    server = serve(answer, tls=authority.server if tls else None)
    with pytest.raises(OutcomeUnknown, match=reason):
        face(server.url, {"ssl_context": authority.client}).upload()
    assert server.uploads() == 1


def refused(made):
    with pytest.raises(TransportError) as raised:
        made.upload()
    assert (raised.value.code, raised.value.outcome) == ("E7001", "not_sent")
    return raised.value.message


def test_a_refused_connection_sent_nothing_and_is_named(face):
    assert "http://127.0.0.1:1)" in refused(face("http://127.0.0.1:1", max_retries=1))


def test_a_name_that_nobody_has_sent_nothing(face):
    assert "https://nobody.invalid)" in refused(face("https://nobody.invalid", max_retries=0))


def test_a_certificate_of_nobody_is_refused_and_nothing_is_sent(serve, face, authority):
    server = serve(tls=authority.server)
    assert "certificate verify failed" in refused(face(server.url, max_retries=0))
    assert server.requests == []


def test_a_certificate_for_another_host_is_refused_and_nothing_is_sent(serve, face, authority):
    server = serve(tls=authority.server)
    other = face(server.url.replace("127.0.0.1", "127.0.0.2"), {"ssl_context": authority.client}, max_retries=0)
    refused(other)
    assert server.requests == []


@pytest.mark.parametrize("says", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None], ids=["http", "nothing", "closes"])
def test_a_port_that_does_not_speak_tls_sent_nothing(listen, face, says):
    def serve(connection):
        if says is not None:
            connection.recv(1000)
            connection.sendall(says)

    refused(face(f"https://127.0.0.1:{listen(serve)}", max_retries=0))


def test_an_answer_that_comes_before_the_body_was_taken(listen, face):
    """The server answers after the head, and closes with most of the body unread."""

    def serve(connection):
        head = connection.makefile("rb")
        read_head(head)
        connection.sendall(http(TOKEN))
        connection.recv(1000)
        connection.sendall(http({}, status="413 Content Too Large", headers=["Connection: close"]))

    client = face(f"http://127.0.0.1:{listen(serve)}", max_retries=0)
    with pytest.raises(OutcomeUnknown) as raised:
        client.call("workflow.upload_details", {"workflow_id": "w", "details": [CONTACT] * 10_000}, strict=False)
    assert raised.value.http_status in (413, None)


def test_cancelling_a_call_closes_its_connection(serve):
    asked, given_up = threading.Event(), threading.Event()
    server = serve([asked.set, lambda: given_up.wait(60)], TAKEN)

    async def job():
        async with AsyncClient(base_url=server.url, **APP) as client:
            call = asyncio.create_task(client.workflow.upload_details(**UPLOAD))
            await asyncio.to_thread(asked.wait, 60)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            given_up.set()
            assert await asyncio.to_thread(server.closed.acquire, timeout=60)
            return await client.workflow.upload_details(**UPLOAD)

    assert asyncio.run(job()) == {"workflow_id": "w"}
    assert (server.connections, server.uploads()) == (2, 2)


def test_event_loops_one_after_the_other_and_a_client_that_was_closed(serve):
    server = serve(*[ROWS] * 4)
    client = AsyncClient(base_url=server.url, **APP)

    async def ask():
        return await client.workflow.detail_instances(**QUERY)

    async def ask_and_close():
        found = await ask()
        await client.close()
        return found

    for job in (ask, ask, ask_and_close, ask_and_close):
        assert asyncio.run(job()) == {"rows": []}
    assert server.connections == 4


def test_many_asynchronous_calls_are_under_way_at_once(serve):
    calls = 60
    together = threading.Barrier(calls)
    server = serve(ROWS, *[[lambda: together.wait(60), ROWS]] * calls)

    async def job():
        async with AsyncClient(base_url=server.url, **APP) as client:
            await client.workflow.detail_instances(**QUERY)
            return await asyncio.gather(*(client.workflow.detail_instances(**QUERY) for _ in range(calls)))

    assert asyncio.run(job()) == [{"rows": []}] * calls


def test_a_campaign_behind_interim_answers_loses_and_repeats_nobody(sandbox, listen, tmp_path):
    """A gateway says 102 before each answer, and drops some answers to uploads: lookups tell what was carried out."""
    dropped = iter([True, False] * 100)

    def gateway(connection):
        with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2]))) as onward:
            ours, theirs = connection.makefile("rb"), onward.makefile("rb")
            while head := read_request(ours):
                onward.sendall(head)
                answer = read_request(theirs)
                if b"/uploaddetails" in head and next(dropped):
                    return
                connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" + answer)

    contacts = [CONTACT | {"callee": f"+62000{n:07}", "caseid": f"c-{n}"} for n in range(60)]
    with Client(base_url=f"http://127.0.0.1:{listen(gateway)}", **APP) as client:
        report = client.campaigns.run(
            **CAMPAIGN, contacts=contacts, journal=tmp_path / "journal", batch_size=10, in_flight=2, settle=0.5
        )
    stats = sandbox.stats()["contacts"]
    assert (report.accepted, report.rejected, report.doubtful) == (60, [], [])
    assert (stats["distinct"], stats["duplicates"]) == (60, 0)


def read_request(stream):
    """A whole message, as it came."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + stream.read(int(*length))
