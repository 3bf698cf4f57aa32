"""Signatures over more than the body, through real servers: URLs, times, and RSA by a verifier of one's own."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import free_port
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_receivers import BODY, COMMANDS, SECRET, fetch, rows, running, until
from test_verifiers import PUBLIC, sign

from airudder import WebhookError, Webhooks

PROGRAMS = Path(__file__).parent / "programs"
SCHEME = "hmac-sha1:base64:url+body;in=header(X-Twilio-Signature)"
HOOKS = Webhooks(secret=SECRET, scheme=SCHEME)
ASKED = "/events?id=7&note=a%2Fb%20c&empty="
OUTSIDE = "https://hooks.test"
SERVERS = {
    "uvicorn": ("uvicorn", "--log-level", "warning", "--port", "PORT", "MODULE:app"),
    "gunicorn": ("gunicorn", "--bind", "127.0.0.1:PORT", "MODULE:application"),
}


@contextlib.contextmanager
def serving(server, module, folder, **more):
    """Run a program by a server, and give its address."""
    port = free_port()
    command = [word.replace("PORT", str(port)).replace("MODULE", module) for word in SERVERS[server]]
    environment = os.environ | {"PYTHONPATH": str(PROGRAMS), "AIRUDDER_WEBHOOK_SECRET": SECRET} | more
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=log, stderr=log)

    def listens():
        assert process.poll() is None, (folder / "log").read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=60):
            return True

    try:
        until(listens)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.mark.parametrize("server", SERVERS)
def test_rsa(server, tmp_path):
    pem = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with serving(server, "receives_by_rsa", tmp_path, PUBLIC_KEY=pem) as url:
        headers = sign(BODY)
        assert fetch(url, BODY, headers) == (200, b"{}")
        assert fetch(url, BODY + b" ", headers) == (400, b"{}")
        assert fetch(url, BODY, sign(BODY, time.time() - 400)) == (400, b"{}"), "an old one, sent again"
        assert fetch(url, BODY, headers | {"Wechatpay-Nonce": "another"}) == (400, b"{}")
        assert fetch(url, BODY, {}) == (400, b"{}")
        assert fetch(url, BODY, headers | {"Wechatpay-Signature": "a"}) == (500, b"{}"), "the verifier failed"
    log = (tmp_path / "log").read_text()
    assert log.count("call.finished True") == 1
    assert SECRET not in log


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("outside", ["", OUTSIDE, f"{OUTSIDE}/in%20front"])
def test_the_url_is_signed(server, outside, tmp_path):
    settings = {"AIRUDDER_WEBHOOK_SCHEME": SCHEME, "OUTSIDE": outside}
    with serving(server, "receives_urls", tmp_path, **settings) as url:
        path, query = ASKED.split("?")
        known = {"": url + path, OUTSIDE: OUTSIDE + path}.get(outside, outside)
        signed = HOOKS.sign(BODY, url=f"{known}?{query}")
        assert fetch(url + ASKED, BODY, signed) == (200, b"{}")
        assert fetch(url + ASKED, BODY, signed | {"X-Forwarded-Host": "other.test"}) == (200, b"{}")
        assert fetch(f"{url}{ASKED}&x=1", BODY, signed) == (400, b"{}")
        other = HOOKS.sign(BODY, url=f"https://other.test{ASKED}")
        assert fetch(url + ASKED, BODY, other | {"X-Forwarded-Host": "other.test"}) == (400, b"{}")


@pytest.mark.parametrize("framework", COMMANDS)
def test_the_receivers_that_people_copy(framework, tmp_path):
    for settings, known in (({}, None), ({"AIRUDDER_WEBHOOK_URL": OUTSIDE}, OUTSIDE)):
        with running(framework, tmp_path, AIRUDDER_WEBHOOK_SCHEME=SCHEME, **settings) as url:
            signed = HOOKS.sign(BODY, url=f"{known or url}{ASKED}")
            assert fetch(url + ASKED, BODY, signed) == (200, b"{}")
            assert fetch(f"{url}/events", BODY, signed) == (400, b"{}")
    assert rows(tmp_path, "SELECT count(*) FROM events") == [(1,)]


@pytest.mark.parametrize("framework", COMMANDS)
def test_what_was_kept_is_verified_as_it_came(framework, tmp_path, monkeypatch):
    """URL and time of receipt are kept, too: both may be signed."""
    hooks = Webhooks(secret=SECRET, scheme="hmac-sha256:hex:time(header(X-Time))+url+body", tolerance=60)
    with running(framework, tmp_path) as url:
        assert fetch(url + ASKED, BODY, hooks.sign(BODY, url=url + ASKED)) == (200, b"{}")
        old = hooks.sign(BODY, url=url + ASKED, signed_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert fetch(url + ASKED, BODY, old) == (200, b"{}")
    monkeypatch.syspath_prepend(str(PROGRAMS.parents[2] / "examples/python"))
    import store

    kept = store.Store(tmp_path / "events.db")
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000)  # a replay comes late
    assert store.replay(kept, hooks) == (1, 1), "one was old when it came"
    kept.close()


def test_a_quarantine_of_an_earlier_version_is_read(tmp_path, monkeypatch):
    import sqlite3

    with contextlib.closing(sqlite3.connect(tmp_path / "events.db")) as database, database:
        database.execute(
            "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, head TEXT NOT NULL,"
            " body BLOB NOT NULL, size INTEGER NOT NULL)"
        )
    monkeypatch.syspath_prepend(str(PROGRAMS.parents[2] / "examples/python"))
    import store

    for _ in range(2):
        kept = store.Store(tmp_path / "events.db")
        assert kept.keep(BODY, HOOKS.sign(BODY, url=OUTSIDE), OUTSIDE)
        kept.close()
    kept = store.Store(tmp_path / "events.db")
    assert store.replay(kept, HOOKS) == (2, 0)
    kept.close()


def fences_of_the_docs():
    text = (PROGRAMS.parents[2] / "docs/receivers.md").read_text()
    return re.findall(r"```py\n(.*?)```", text, re.DOTALL)


def test_the_verifier_of_the_docs(tmp_path, monkeypatch):
    (program,) = [one for one in fences_of_the_docs() if "def verify" in one]
    (tmp_path / "public-key.pem").write_bytes(PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(program, "receivers.md", "exec"), names)
    hooks, headers = names["hooks"], sign(BODY)
    assert hooks.unwrap(BODY, headers).verified
    for body, wrong in (
        (b"{}", headers),
        (BODY, sign(BODY, time.time() - 1000)),
        (BODY, headers | {"Wechatpay-Signature": "a"}),
        (BODY, headers | {"Wechatpay-Timestamp": "²"}),
        (BODY, {}),
    ):
        with pytest.raises(WebhookError, match="E5002"):
            hooks.unwrap(body, wrong)


def test_the_url_and_the_quarantine_of_the_docs():
    asking, keeping = [one for one in fences_of_the_docs() if "def verify" not in one]
    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1")], "raw_path": b"/events", "query_string": b"id=7"}
    url = "https://hooks.example.test/events?id=7"
    hooks = Webhooks(secret=SECRET, scheme="hmac-sha256:hex:time(header(X-Time))+url+body")
    headers = hooks.sign(BODY, url=url)
    names = {"hooks": hooks, "body": BODY, "request": SimpleNamespace(headers=headers, scope=scope)}
    exec(compile(asking, "receivers.md", "exec"), names)
    assert names["event"].verified
    then = datetime(2026, 1, 1, tzinfo=UTC)
    old = hooks.sign(BODY, url=url, signed_at=then)
    names["kept"] = SimpleNamespace(body=BODY, headers=old, url=url, received_at=then)
    exec(compile(keeping, "receivers.md", "exec"), names)
    assert names["event"].received_at == then


@pytest.mark.parametrize("outside", [None, OUTSIDE])
def test_listen(environment, outside):
    command = [sys.executable, "-m", "airudder", "listen", "--port", "0", "--count", "1"]
    command += ["--url", outside] if outside else []
    settings = {"AIRUDDER_WEBHOOK_SECRET": SECRET, "AIRUDDER_WEBHOOK_SCHEME": SCHEME}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment | settings, **pipes) as listening:
        url = re.search(r"http://\S+", listening.stderr.readline()).group()
        assert fetch(url + ASKED, BODY, HOOKS.sign(BODY, url=f"{outside or url}/other")) == (400, b"{}")
        assert fetch(url + ASKED, BODY, HOOKS.sign(BODY, url=(outside or url) + ASKED)) == (200, b"{}")
        output, _ = listening.communicate(timeout=60)
    assert '"verified": true' in output
