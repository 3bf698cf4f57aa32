"""Behind a real proxy that demands CONNECT, one that refuses, one that cuts: the right outcome each time."""

import pytest
from servers import UPLOADED, http

from airudder import OutcomeUnknown, TransportError

TAKEN = http({"workflow_id": "w"})
ROWS = http({"rows": []})


def test_through_a_tunnel_that_is_used_again(serve, start_proxy, authority, face):
    server, proxy = serve(ROWS, TAKEN, tls=authority.server), start_proxy(credentials="ana:fake pass@word")
    given = {"ssl_context": authority.client, "proxy": proxy.url.replace("//", "//ana:fake%20pass%40word@")}
    through = face(server.url, given)
    assert through.look_up() == {"rows": []}
    assert through.upload() == {"workflow_id": "w"}
    assert proxy.asked == [f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"]
    assert (server.connections, len(server.requests)) == (1, 3)
    assert not any("proxy-auth" in line.lower() for head in server.heads for line in head)


def test_through_a_proxy_that_speaks_tls(serve, start_proxy, authority, face):
    server, proxy = serve(TAKEN, tls=authority.server), start_proxy(tls=authority.server)
    through = face(server.url, {"ssl_context": authority.client, "proxy": proxy.url})
    assert through.upload() == {"workflow_id": "w"}
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("form", ["{}", "http://{}"])
def test_proxy_and_authority_come_from_the_environment(serve, start_proxy, authority, face, monkeypatch, form):
    server, proxy = serve(TAKEN, tls=authority.server), start_proxy()
    monkeypatch.setenv("HTTPS_PROXY", form.format(f"127.0.0.1:{proxy.port}"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert face(server.url).upload() == {"workflow_id": "w"}
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("unused", ["NO_PROXY", "trust_env"])
def test_a_proxy_of_the_environment_can_be_left_aside(serve, start_proxy, authority, face, monkeypatch, unused):
    server, proxy = serve(TAKEN, tls=authority.server), start_proxy()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    if unused == "NO_PROXY":
        monkeypatch.setenv("NO_PROXY", "example.com,127.0.0.1")
    past = face(server.url, {"ssl_context": authority.client, "trust_env": unused != "trust_env"})
    assert past.upload() == {"workflow_id": "w"}
    assert proxy.asked == []


def test_plain_http_goes_to_a_proxy_on_this_machine_only(serve, start_proxy, face, monkeypatch):
    server, proxy = serve(TAKEN, TAKEN), start_proxy()
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert face(server.url).upload() == {"workflow_id": "w"}
    assert [line.split()[1] for line in proxy.asked] == [server.url + path for path in server.requests[:1]]
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    assert face(server.url).upload() == {"workflow_id": "w"}


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_refused_tunnel_sent_nothing(serve, start_proxy, authority, face, status):
    server = serve(tls=authority.server)
    proxy = start_proxy(answer=f"HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\nno\n".encode())
    refused = face(server.url, {"ssl_context": authority.client, "proxy": proxy.url}, max_retries=1)
    with pytest.raises(TransportError) as raised:
        refused.upload()
    assert (raised.value.code, raised.value.outcome) == ("E7001", "not_sent")
    assert f"refused CONNECT with HTTP status {status[:3]}" in raised.value.message
    assert server.connections == 0
    assert len(proxy.asked) == 2  # and it was tried again


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"], ids=["cut", "odd", "more"]
)
def test_a_tunnel_that_does_not_come_about_sent_nothing(serve, start_proxy, authority, face, answer):
    server, proxy = serve(tls=authority.server), start_proxy(answer=answer)
    cut = face(server.url, {"ssl_context": authority.client, "proxy": proxy.url}, max_retries=0)
    with pytest.raises(TransportError, match="proxy") as raised:
        cut.upload()
    assert (raised.value.code, raised.value.outcome) == ("E7001", "not_sent")
    assert server.requests == []


def test_a_dead_proxy_sent_nothing(serve, authority, face):
    server = serve(tls=authority.server)
    dead = face(server.url, {"ssl_context": authority.client, "proxy": "http://127.0.0.1:1"}, max_retries=0)
    with pytest.raises(TransportError, match=r"by the proxy 127\.0\.0\.1:1\)") as raised:
        dead.upload()
    assert (raised.value.code, raised.value.outcome) == ("E7001", "not_sent")
    assert server.connections == 0


def test_a_tunnel_cut_before_the_answer_leaves_the_outcome_unknown(serve, start_proxy, authority, face):
    proxy = start_proxy()
    server = serve([proxy.cut.set, TAKEN], tls=authority.server)
    cut = face(server.url, {"ssl_context": authority.client, "proxy": proxy.url})
    with pytest.raises(OutcomeUnknown, match="broke off"):
        cut.upload()
    assert server.requests.count(UPLOADED) == 1


def test_a_proxy_that_is_none_is_named_without_its_password(serve, face, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://ana:fake-password@127.0.0.1:1080")
    with pytest.raises(TransportError, match="environment names for https is not http://host:port") as raised:
        face("https://127.0.0.1:1", max_retries=0).upload()
    assert "fake-password" not in str(raised.value)
