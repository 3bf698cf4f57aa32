"""The command line, as one types it."""

import json
import os
import re
import subprocess
import sys
import urllib.request

import pytest
from conftest import APP, KEY

from airudder import Webhooks

WINDOW = ["start_time=2020-01-01 00:00:00+08:00", "end_time=2099-12-01 00:00:00+08:00"]


@pytest.fixture
def environment(sandbox):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AIRUDDER_")}
    settings = {"APP_KEY": APP["app_key"], "APP_SECRET": APP["app_secret"], "BASE_URL": sandbox.url}
    return clean | {f"AIRUDDER_{name}": value for name, value in settings.items()}


def airudder(environment, *arguments, **more):
    command = [sys.executable, "-m", "airudder", *map(str, arguments)]
    return subprocess.run(command, env=environment | more, capture_output=True, text=True, timeout=600)


def test_operations(environment):
    done = airudder(environment, "operations")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["workflow.upload_details", "POST", "/service/cloud/workflow/uploaddetails"] in rows


@pytest.mark.parametrize("command", ["operations", "curl", "call", "upload", "listen", "detect"])
def test_help_shows_an_example(environment, command):
    assert f"example:\n  python -m airudder {command}" in airudder(environment, command, "--help").stdout


def test_curl_masks_and_sends_nothing(environment, sandbox):
    done = airudder(environment, "curl", "workflow.detail_instances", "callee=+620001234567", *WINDOW)
    assert done.stdout.startswith("curl -X POST")
    assert "+620*******67" in done.stdout
    assert sandbox.stats()["requests"] == {}


def test_call(environment):
    done = airudder(environment, "call", "workflow.detail_instances", "case_id=c-1", *WINDOW)
    assert json.loads(done.stdout) == {"rows": []}


def test_json_fields_and_errors(environment):
    done = airudder(environment, "call", "tasks.list", "Number:=ten")
    assert (done.returncode, "not JSON" in done.stderr) == (1, True)
    done = airudder(environment, "call", "tasks.list", "Number=10")
    assert done.returncode == 1
    assert "E1006" in done.stderr
    assert "What to do:" in done.stderr
    assert "Traceback" not in done.stderr


def test_upload(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("caseid,callee,customer_name\nc-1,+620000000001,Ana\nc-2,620000000002,Budi\n", encoding="utf-8-sig")
    options = ["--template", 7, "--name", "july", "--end-time", "2099-12-01 18:00:00+08:00", "--platform", "TEMP1"]
    for _ in range(2):
        done = airudder(environment, "upload", file, *options)
        assert done.returncode == 1  # one was refused
        assert done.stdout.startswith("1 accepted, 1 rejected, 0 doubtful\nworkflow ")
        assert done.stderr.startswith("line 3: E1007 /callee: ")
    assert sandbox.stats()["contacts"] == {"accepted": 1, "distinct": 1, "duplicates": 0, "waiting": 0}
    assert (tmp_path / "contacts.jsonl").exists()


def test_listen(environment):
    secret = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret"}
    command = [sys.executable, "-m", "airudder", "listen", "--port", "0", "--count", "1"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment | secret, text=True, **pipes) as listening:
        url = re.search(r"http://\S+", listening.stderr.readline()).group()
        headers, body = Webhooks(secret="fake-secret").seal('{"event":"channel.message.sent"}')
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(url, body + b" ", headers), timeout=60)
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            assert (answer.status, answer.read()) == (200, b"{}")
        output, errors = listening.communicate(timeout=60)
    assert json.loads(output)["type"] == "channel.message.sent"
    assert "refused: E5002" in errors


def test_detect(environment, tmp_path):
    hooks = Webhooks(secret="fake-secret", scheme="md5:hex:secret+body", encryption_key=KEY)
    headers, body = hooks.seal('{"a":1}')
    (tmp_path / "headers").write_text("".join(f"{name}: {value}\n" for name, value in headers.items()))
    (tmp_path / "body").write_bytes(body)
    secrets = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret", "AIRUDDER_ENCRYPTION_KEY": KEY}
    done = airudder(environment, "detect", "--headers", tmp_path / "headers", tmp_path / "body", **secrets)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "AIRUDDER_WEBHOOK_SCHEME=md5:hex:secret+body",
        "AIRUDDER_WEBHOOK_CIPHER=aes-ecb:zero:base64",
    ]
