"""The programs that people copy: the repository's README and its page on webhooks, and the campaign of the examples."""

import csv
import logging
import os
import re
import subprocess
import sys

import pytest
from conftest import APP, KEY, ROOT, free_port

from airudder import Webhooks

EXAMPLES = ROOT / "examples/python"


def python_blocks(readme):
    return "\n".join(re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL))


def test_readme_and_webhooks(sandbox, tmp_path, monkeypatch):
    secret = "fake-webhook-secret"
    monkeypatch.chdir(tmp_path)
    environment = {"BASE_URL": sandbox.url, "APP_KEY": APP["app_key"], "APP_SECRET": APP["app_secret"]}
    for name, value in (environment | {"WEBHOOK_SECRET": secret}).items():
        monkeypatch.setenv(f"AIRUDDER_{name}", value)
    names = {}
    exec(compile(python_blocks(ROOT / "README.md"), "README.md", "exec"), names)
    exec(compile(python_blocks(ROOT / "docs/webhooks.md"), "webhooks.md", "exec"), names)
    assert (names["report"].accepted, names["report"].rejected[0].pointer) == (1, "/callee")
    assert sandbox.stats()["contacts"]["distinct"] == 1

    body = b'{"task_id":"t","workflow_id":"w","details":[]}'
    signed = Webhooks(secret=secret).sign(body)
    assert [names["receive"](body, signed) for _ in range(2)] == [200, 200]
    assert names["database"].execute("SELECT type FROM events").fetchall() == [("workflow.call.finished",)]

    # Signed in another way than is assumed: kept, and read when the scheme was found.
    scheme = "hmac-sha256:base64:secret+body"
    other = body.replace(b'"t"', b'"u"')
    assert names["receive"](other, Webhooks(secret=secret, scheme=scheme).sign(other)) == 200
    assert names["receive"](body + b" ", signed) == 200, "a forgery is kept, too"
    command = [sys.executable, EXAMPLES / "replay.py", "results.sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert f"AIRUDDER_WEBHOOK_SCHEME={scheme}\n1 verified and stored, 1 left" in done.stdout, done.stderr
    assert names["database"].execute("SELECT count(*) FROM events").fetchone() == (2,)
    full = "INSERT INTO quarantine (size) VALUES (256 * 1024 * 1024)"
    with names["database"] as database:
        database.execute(full)
    assert names["receive"](body + b" ", signed) == 503
    names["database"].close()
    names["client"].close()


@pytest.fixture
def quiet_again():
    yield
    logging.getLogger("airudder").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("quiet_again")
def test_readme_of_the_package(sandbox, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, value in {"BASE_URL": sandbox.url, "APP_KEY": APP["app_key"], "APP_SECRET": APP["app_secret"]}.items():
        monkeypatch.setenv(f"AIRUDDER_{name}", value)
    names = {}
    exec(compile(python_blocks(ROOT / "bindings-python/README.md"), "README.md", "exec"), names)
    names["client"].close()
    lines = capsys.readouterr().out.splitlines()
    for line in ("100 of 100", "a test", "workflow.call.finished", "finished"):
        assert line in lines
    assert lines[-1].startswith("hmac-sha256:hex:body [")
    assert sandbox.stats()["contacts"]["distinct"] == 102


def test_campaign_from_the_environment(start_sandbox, tmp_path):
    """As against the real service: the environment tells everything."""
    with (tmp_path / "contacts.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["caseid", "callee", "country", "customer_name", "borrow_total_money", "due_date"])
        rows.writerows([f"c-{n}", f"+62000{n:07}", "Indonesia", "Ana", "100", "2027-01-01"] for n in range(50))
    port = free_port()
    options = ["--webhook-url", f"http://127.0.0.1:{port}/events", "--sign-secret", "fake-webhook-secret"]
    sandbox = start_sandbox(*options, "--encryption-key", KEY, "--encrypt-events", "--require-encryption")
    settings = {
        "APP_KEY": APP["app_key"],
        "APP_SECRET": APP["app_secret"],
        "BASE_URL": sandbox.url,
        "ENCRYPTION_KEY": KEY,
        "TEMPLATE_ID": "7",
        "PLATFORM": "TEMP1",
        "END_TIME": "2099-12-01 18:00:00+08:00",
        "LISTEN": f"127.0.0.1:{port}",
        "WEBHOOK_SECRET": "fake-webhook-secret",
    }
    environment = os.environ | {f"AIRUDDER_{name}": value for name, value in settings.items()}
    command = [sys.executable, EXAMPLES / "campaign.py", "contacts.csv"]
    for _ in range(2):  # the second run finds everything done
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        assert re.search(r"^sent +50 ", done.stdout, re.MULTILINE), done.stdout
        assert re.search(r"^results received +50 ", done.stdout, re.MULTILINE), done.stdout
        assert re.search(r"^Indonesia +50 ", done.stdout, re.MULTILINE), done.stdout
    assert sandbox.stats()["contacts"]["duplicates"] == 0


def test_campaign_says_which_variable_is_missing(tmp_path):
    command = [sys.executable, EXAMPLES / "campaign.py", "contacts.csv"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRUDDER_")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 2
    assert "AIRUDDER_TEMPLATE_ID" in done.stderr
