"""The networks that companies have: a proxy that demands CONNECT, an authority of their own, client certificates."""

import os
import ssl
import subprocess
import sys

import pytest
import trustme
from conftest import APP
from servers import http

from airudder import AsyncClient, AsyncHttpTransport, Client, HttpTransport, TransportError, ValidationError

TAKEN = http({"workflow_id": "w"})


class Company:
    """An authority, a gateway that wants a certificate of it, and one for a client, as files."""

    def __init__(self, folder):
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(self.server)
        authority.configure_trust(self.server)
        self.server.verify_mode = ssl.CERT_REQUIRED
        self.proxy = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.proxy)
        client = authority.issue_cert("sender@example.com")
        self.ca = self._written(folder / "ca.pem", authority.cert_pem)
        self.cert = self._written(folder / "cert.pem", *client.cert_chain_pems)
        self.key = self._written(folder / "key.pem", client.private_key_pem)
        self.both = self._written(folder / "both.pem", client.private_key_and_cert_chain_pem)
        self.locked = folder / "locked.pem"
        lock = ["openssl", "rsa", "-aes256", "-passout", "pass:fake-password", "-in", self.key, "-out", self.locked]
        ec = ["openssl", "ec", *lock[2:]]
        if subprocess.run(lock, capture_output=True, check=False).returncode:
            subprocess.run(ec, capture_output=True, check=True)

    @staticmethod
    def _written(file, *blobs):
        file.write_bytes(b"".join(blob.bytes() for blob in blobs))
        return file


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def test_certificates_are_files(serve, company, face):
    server = serve(TAKEN, TAKEN, TAKEN, tls=company.server)
    for given in (
        {"cert_file": company.cert, "key_file": company.key},
        {"cert_file": str(company.both)},
        {"cert_file": company.cert, "key_file": company.locked, "key_password": "fake-password"},
    ):
        assert face(server.url, {"ca_file": company.ca, **given}).upload() == {"workflow_id": "w"}


def test_who_shows_no_certificate_or_trusts_nobody_sent_nothing(serve, company, face):
    server = serve(tls=company.server)
    for given in ({"ca_file": company.ca}, {"cert_file": company.both}):
        with pytest.raises(TransportError) as raised:
            face(server.url, given, max_retries=0).upload()
        assert raised.value.outcome in {"not_sent", "unknown"}
    assert server.requests == []


ENVIRONMENT = """
import sys
from airudder import Client
with Client.from_env() as client:
    print(client.robots.list())
"""


def variables(server, company, **more):
    settings = {
        "APP_KEY": APP["app_key"],
        "APP_SECRET": APP["app_secret"],
        "BASE_URL": server.url,
        "CA_FILE": company.ca,
        "CERT_FILE": company.cert,
        "KEY_FILE": company.locked,
        "KEY_PASSWORD": "fake-password",
        **more,
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIRUDDER_")}
    return clean | {f"AIRUDDER_{name}": str(value) for name, value in settings.items()}


@pytest.mark.parametrize(
    "program", [["-c", ENVIRONMENT], ["-m", "airudder", "call", "robots.list"]], ids=["client", "command"]
)
def test_the_environment_alone_is_enough(serve, company, start_proxy, program):
    """A proxy that speaks TLS and wants a password, an own authority, a locked key: no line of the program knows."""
    answer = http([])
    server = serve(answer, tls=company.server)
    proxy = start_proxy(credentials="ana:fake pass@word", tls=company.proxy)
    environment = variables(server, company, PROXY=proxy.url.replace("//", "//ana:fake%20pass%40word@"))
    done = subprocess.run([sys.executable, *program], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")
    assert proxy.asked == [f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"]


def test_what_is_given_comes_before_the_environment(monkeypatch, company):
    monkeypatch.setenv("AIRUDDER_CA_FILE", str(company.ca))
    with pytest.raises(ValidationError, match="key_file is the key of a certificate"):
        HttpTransport(key_file=company.key)
    monkeypatch.setenv("AIRUDDER_KEY_FILE", str(company.key))
    for kind, transport in ((Client, HttpTransport()), (AsyncClient, AsyncHttpTransport())):
        kind.from_env(**APP, transport=transport)
        with pytest.raises(ValidationError) as raised:
            kind.from_env(**APP)
        assert raised.value.pointer == "/cert_file"


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ({"ca_file": "none.pem"}, "ca_file", "cannot be loaded: No such file"),
        ({"ca_file": __file__}, "ca_file", "cannot be loaded"),
        ({"ca_file": 5}, "ca_file", "cannot be loaded"),
        ({"cert_file": "none.pem"}, "cert_file", "No such file"),
        ({"cert_file": "{cert}"}, "cert_file", "may stand in key_file"),
        ({"cert_file": "{cert}", "key_file": "{locked}"}, "cert_file", "key_password"),
        ({"cert_file": "{cert}", "key_file": "{locked}", "key_password": "fake-wrong"}, "cert_file", "key_password"),
        ({"key_file": "{key}"}, "cert_file", "give cert_file"),
        ({"ssl_context": ssl.create_default_context(), "ca_file": "{ca}"}, "ssl_context", "not by both"),
        ({"keep_alive": -1}, "keep_alive", "0 or more"),
        ({"keep_alive": "4"}, "keep_alive", "0 or more"),
        ({"max_idle": -1}, "max_idle", "from 0 on"),
        ({"max_idle": True}, "max_idle", "from 0 on"),
    ],
)
@pytest.mark.parametrize("kind", [HttpTransport, AsyncHttpTransport])
def test_what_cannot_be_used_is_refused_with_its_name(company, kind, given, field, why):
    files = {name: getattr(company, name) for name in ("ca", "cert", "key", "locked")}
    given = {name: value.format(**files) if isinstance(value, str) else value for name, value in given.items()}
    with pytest.raises(ValidationError, match=why) as raised:
        kind(**given)
    assert raised.value.pointer == f"/{field}"
    assert "fake-" not in str(raised.value)


def test_a_setting_that_there_is_not_is_named():
    with pytest.raises(TypeError, match="no setting 'verify'"):
        HttpTransport(verify=False)


def test_a_connection_is_kept_as_long_as_is_said(serve, face):
    for given, connections in (({}, 1), ({"keep_alive": 0}, 3), ({"max_idle": 0}, 3)):
        server = serve(TAKEN, TAKEN)
        through = face(server.url, given)
        through.upload()
        through.upload()
        assert (server.connections, len(server.requests)) == (connections, 3)
