"""The command line, as one types it."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from conftest import KEY, airudder

import airudder as package
from airudder import Webhooks

WINDOW = ["start_time=2020-01-01 00:00:00+08:00", "end_time=2099-12-01 00:00:00+08:00"]


def test_operations(environment):
    done = airudder(environment, "operations")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["workflow.upload_details", "POST", "/service/cloud/workflow/uploaddetails"] in rows


@pytest.mark.parametrize("command", ["operations", "curl", "call", "upload", "listen", "detect", "import"])
def test_help_shows_an_example(environment, command):
    lines = [line.strip() for line in airudder(environment, command, "--help").stdout.splitlines()]
    assert lines[lines.index("Examples:") + 1].startswith(f"airudder {command}")


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
    assert "What to do: Write what is not a text as FIELD:=JSON" in done.stderr
    done = airudder(environment, "call", "tasks.list", "Number:=10", "Number:=11")
    assert (done.returncode, done.stderr) == (1, "the field Number is given twice\n")
    done = airudder(environment, "call", "chat.session_messages", "call_id=c", "last_msg_id=", "size:=2")
    assert "What to do: Set AIRUDDER_APP_KEY" in done.stderr


def test_upload(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("caseid,callee,customer_name\nc-1,+620000000001,Ana\nc-2,620000000002,Budi\n", encoding="utf-8-sig")
    options = ["--template", 7, "--name", "july", "--end-time", "2099-12-01 18:00:00+08:00", "--platform", "TEMP1"]
    for _ in range(2):
        done = airudder(environment, "upload", file, *options)
        assert done.returncode == 3  # one was refused
        assert done.stdout.startswith("1 accepted, 1 rejected, 0 doubtful\nworkflow ")
        assert done.stderr.startswith("variables: customer_name\nline 3: E1007 /callee: ")
    assert sandbox.stats()["contacts"] == {"accepted": 1, "distinct": 1, "duplicates": 0, "waiting": 0}
    assert (tmp_path / "contacts.jsonl").exists()


def test_an_upload_is_checked_first_and_bounded(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("caseid,callee\nc-1,+620000000001\nc-2,620000000002\nc-3,+620000000003\n")
    options = [*UPLOAD, "--platform", "TEMP1"]
    done = airudder(environment, "upload", file, *options, "--check")
    assert (done.returncode, done.stdout) == (3, "2 would be sent, 1 rejected; nothing was sent\n")
    assert done.stderr.startswith("line 3: E1007 /callee: ")
    for most in ("0", "30%"):
        done = airudder(environment, "upload", file, *options, "--max-rejected", most)
        assert done.returncode == 1
        assert "stopped: 0 accepted, 1 rejected, 0 doubtful" in done.stderr
        assert "E1020 " in done.stderr
    assert "neither a number" in airudder(environment, "upload", file, *options, "--max-rejected", "many").stderr
    (tmp_path / "contacts.jsonl").unlink()
    done = airudder(environment, "upload", file, *options, "--require-journal")
    assert (done.returncode, "E1019 " in done.stderr) == (1, True)
    assert set(sandbox.stats()["requests"]) == {"auth.token"}
    done = airudder(environment, "upload", file, *options, "--max-rejected", "1")
    assert done.stdout.startswith("2 accepted, 1 rejected")
    (tmp_path / "none.txt").write_text("+620000000003\n")
    done = airudder(environment, "upload", file, *options, "--check", "--suppress", tmp_path / "none.txt")
    assert done.stdout == "1 would be sent, 2 rejected; nothing was sent\n"
    began = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(" ", "seconds")
    recovering = ["--journal", tmp_path / "new.jsonl", "--recover", began, "--settle", "1"]
    done = airudder(environment, "upload", file, *options, *recovering)
    assert done.stdout.startswith("2 accepted, 1 rejected")
    assert sandbox.stats()["contacts"]["duplicates"] == 0
    done = airudder(environment, "upload", file, *options, "--require-journal", "--max-rejected", "40%")
    assert done.stdout.startswith("2 accepted, 1 rejected")


UPLOAD = ["--template", 7, "--name", "july", "--end-time", "2099-12-01 18:00:00+08:00"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            'callee,caseid,name\n+620000000001,1,"Ana\n+620000000002,2,Budi\n',
            "row that begins on line 2: unexpected end",
        ),
        ("callee,caseid,callee\n+620000000001,1,+620000000002\n", "more than one column is called callee"),
        ("phone,caseid\n+620000000001,1\n", "no column callee: it has phone, caseid"),
        ("callee:caseid\n+620000000001:1\n", "no column callee: it has callee:caseid"),
        ("callee,caseid,name\n+620000000001,1,\xe9\n", "not UTF-8"),
        ("", "no column callee"),
    ],
)
def test_nobody_is_called_of_a_file_that_is_not_what_it_looks_like(environment, sandbox, tmp_path, content, says):
    file = tmp_path / "contacts.csv"
    file.write_text(content, encoding="latin-1")
    done = airudder(environment, "upload", file, *UPLOAD, "--platform", "TEMP1")
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert sandbox.stats()["requests"] == {}


def test_a_file_without_platform_needs_the_option(environment, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("callee\n+620000000001\n")
    assert "no column platform: give --platform" in airudder(environment, "upload", file, *UPLOAD).stderr


def test_upload_names_the_lines_of_the_file(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    rows = [
        "callee,caseid,name,",
        '+620000000001,c-1,"Ana\nMaria",',
        "",
        "620000000002,c-2,Budi,",  # on line 5
        "+620000000003,c-3,Doe, John,late",
        "+620000000004,c-4",
    ]
    file.write_text("\n".join(rows))
    options = [*UPLOAD, "--platform", "TEMP1", "--settle", "never"]
    done = airudder(environment, "upload", file, *options)
    assert done.stdout.startswith("2 accepted, 2 rejected, 0 doubtful\n")
    first, second, third = done.stderr.splitlines()
    assert first == "variables: name"
    assert second.startswith("line 5: E1007 /callee: ")
    assert third == "line 6: the row has 5 cells, and there are 4 columns"
    rows[3:5] = ["+620000000002,c-2,Budi,", '+620000000003,c-3,"Doe, John",']
    file.write_text("\n".join(rows))
    done = airudder(environment, "upload", file, *options)
    assert done.stdout.startswith("4 accepted, 0 rejected, 0 doubtful\n")
    assert sandbox.stats()["contacts"]["duplicates"] == 0


def test_a_stopped_upload_says_how_far_it_came(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("callee,caseid\n+620000000001,c-1\n+620000000002,c-2\n")
    options = [*UPLOAD, "--platform", "TEMP1", "--batch-size", 1, "--settle", 0.1]
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "unauthorized"}])
    done = airudder(environment, "upload", file, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert "stopped: 0 accepted, 0 rejected, 0 doubtful; run the same again to go on\nE3003 " in done.stderr
    sandbox.control("faults", [])
    assert airudder(environment, "upload", file, *options).stdout.startswith("2 accepted")


def test_upload_can_send_again_what_was_refused(environment, sandbox, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("callee\n+620000000001\n")
    options = [*UPLOAD, "--platform", "TEMP1", "--settle", 0.1]
    refused = {"fault": "refuse_after_part", "part": 0, "status": 404}
    sandbox.control("faults", [{"operation": "workflow.upload_details", "times": 1, **refused}])
    assert airudder(environment, "upload", file, *options).stdout.startswith("0 accepted, 1 rejected")
    assert airudder(environment, "upload", file, *options).stdout.startswith("0 accepted, 1 rejected")
    assert airudder(environment, "upload", file, *options, "--retry-rejected").stdout.startswith("1 accepted")


def test_call_saves_a_file_whole_or_not_at_all(environment, sandbox, tmp_path):
    made = airudder(
        environment,
        "call",
        "tasks.create",
        "TaskName=july",
        "ScheduleStartTime=2099-12-01 18:00:00",
        "ScheduleEndTime=2099-12-02 18:00:00",
        'Details:=[{"Mobile": "+620000000001", "Platform": "TEMP1"}]',
    )
    recording = ["call", "tasks.recording", f"TaskID={json.loads(made.stdout)['TaskID']}", "Callee=+620000000001"]
    deadline = time.monotonic() + 10
    while (done := airudder(environment, *recording)).stderr.startswith("E4003") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "give --output FILE" in done.stderr
    before = sandbox.requests("tasks.recording")
    done = airudder(environment, *recording, "-o", tmp_path / "missing" / "call.wav")
    assert "No such file or directory" in done.stderr
    done = airudder(environment, *recording, "-o", tmp_path / "call.wav")
    assert (done.returncode, (tmp_path / "call.wav").read_bytes()[:4]) == (0, b"RIFF")
    assert sandbox.requests("tasks.recording") <= before + 2


def test_version(environment):
    assert airudder(environment, "--version").stdout == f"airudder {package.__version__}\n"


def test_a_closed_pipe_is_no_error(environment):
    command = [sys.executable, "-u", "-m", "airudder", "operations"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as running:
        running.stdout.close()
        assert running.stderr.read() == b""


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--port", 65536], "'65536' is no port"),
        (["--port", "-1"], "'-1' is no port"),
        (["--count", 0], "'0' is no number from 1 on"),
        (["--kind", "nope"], "'nope' is no event"),
    ],
)
def test_listen_refuses_nonsense(environment, option, says):
    done = airudder(environment, "listen", *option)
    assert (done.returncode, says in done.stderr) == (2, True)


def test_listen_takes_unsigned_events_if_told_to(environment):
    command = [sys.executable, "-m", "airudder", "listen", "--port", "0", "--count", "1", "--allow-unsigned"]
    command += ["--kind", "pds.task.status"]
    secret = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment | secret, text=True, **pipes) as listening:
        url = re.search(r"http://\S+", listening.stderr.readline()).group()
        for bad, status in [
            ({"data": b"{}", "headers": {"X-AIRudder-Sign": "00"}}, 400),
            ({"data": iter([b"{}"]), "headers": {"Transfer-Encoding": "chunked"}}, 411),
        ]:
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(urllib.request.Request(url, **bad), timeout=10)
            assert refused.value.status == status
            refused.value.close()
        with urllib.request.urlopen(urllib.request.Request(url, b'{"a":1}'), timeout=10) as answer:
            assert answer.status == 200
        output, errors = listening.communicate(timeout=10)
    shown = json.loads(output)
    assert (shown["type"], shown["verified"]) == ("pds.task.status", False)
    assert "Traceback" not in errors


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
    hooks = Webhooks(secret="fake-secret", scheme="md5:hex:body+secret", encryption_key=KEY)
    headers, body = hooks.seal('{"a":1}')
    (tmp_path / "headers").write_text("".join(f"{name}: {value}\n" for name, value in headers.items()))
    (tmp_path / "body").write_bytes(body)
    secrets = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret", "AIRUDDER_ENCRYPTION_KEY": KEY}
    done = airudder(environment, "detect", "--headers", tmp_path / "headers", tmp_path / "body", **secrets)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "AIRUDDER_WEBHOOK_SCHEME=md5:hex:body+secret",
        "AIRUDDER_WEBHOOK_CIPHER=aes-ecb:zero:base64",
    ]


def test_detect_fails_where_something_was_sought_and_nothing_fits(environment, tmp_path):
    headers, body = Webhooks(secret="fake-secret", encryption_key=KEY).seal('{"a":1}')
    (tmp_path / "headers").write_text("".join(f"{name}: {value}\n" for name, value in headers.items()))
    (tmp_path / "unsigned").write_text("Content-Type: application/json\n")
    (tmp_path / "body").write_bytes(body)
    (tmp_path / "plain").write_bytes(b'{"a":1}')
    right, wrong = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret"}, {"AIRUDDER_WEBHOOK_SECRET": "fake-other-secret"}
    key, other = {"AIRUDDER_ENCRYPTION_KEY": KEY}, {"AIRUDDER_ENCRYPTION_KEY": "fake-key-2-16byt"}
    for head, file, given, status in [
        ("headers", "body", right | key, 0),
        ("headers", "body", wrong | key, 1),
        ("headers", "body", right | other, 1),
        ("unsigned", "body", right | key, 1),
        ("headers", "body", key, 0),
        ("headers", "body", right, 0),
        ("headers", "plain", key, 1),
        ("headers", "body", {}, 1),
    ]:
        done = airudder(environment, "detect", "--headers", tmp_path / head, tmp_path / file, **given)
        assert done.returncode == status, (head, file, given, done.stdout)


def test_listen_says_when_it_verifies_nothing(environment):
    command = [sys.executable, "-m", "airudder", "listen", "--port", "0"]
    with subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE) as listening:
        assert "(nothing is verified)" in listening.stderr.readline()
        assert "AIRUDDER_WEBHOOK_SECRET is not set, so no signature is verified" in listening.stderr.readline()
        listening.kill()
