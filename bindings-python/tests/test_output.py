"""What the command line writes: in any encoding, on any terminal, and told truly where it cannot be written."""

import contextlib
import json
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest
from conftest import airudder
from test_cli import UPLOAD, WINDOW

from airudder import Webhooks
from airudder._cli.output import as_json

EVENT = '{"event":"channel.message.sent","custom":"中 José \\u202e \\u001b[2J \\ud800 😀 \x7f\x9b"}'
SECRET = {"AIRUDDER_WEBHOOK_SECRET": "fake-secret"}
ENCODINGS = ["ascii", "cp1252", "utf-8", "cp932"]


@contextlib.contextmanager
def listening(environment, *options, stdout=subprocess.PIPE, **more):
    """A receiver, and where it listens."""
    command = [sys.executable, "-m", "airudder", "listen", "--port", "0", *options]
    pipes = {"stdout": stdout, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment | SECRET | more, **pipes) as process:
        try:
            yield process, re.search(r"http://\S+", process.stderr.readline().decode()).group()
        finally:
            process.kill()


def deliver(url, text=EVENT):
    """The status that the receiver answers."""
    headers, body = Webhooks(secret="fake-secret").seal(text)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_event_is_printed_in_any_encoding(environment, encoding):
    with listening(environment, "--count", "2", PYTHONIOENCODING=encoding) as (process, url):
        assert [deliver(url), deliver(url)] == [200, 200]
        output, errors = process.communicate(timeout=60)
    first, second = output.decode(encoding).splitlines()
    assert json.loads(first)["data"] == json.loads(second)["data"] == json.loads(EVENT)
    assert (process.returncode, errors) == (0, b"")


def test_no_terminal_is_steered():
    text = as_json(json.loads(EVENT))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "中 José" in text
    assert json.loads(text) == json.loads(EVENT)


def test_a_closed_pipe_is_told_to_the_sender(environment):
    reading, writing = os.pipe()
    with listening(environment, stdout=writing) as (process, url):
        os.close(writing)
        os.close(reading)
        assert deliver(url) == 500
        assert process.wait(60) == 1
        assert b"an event could not be printed" in process.stderr.read()


FULL_FOR_NOW = """
import resource, runpy, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 100_000))
runpy.run_module("airudder", run_name="__main__")
"""


def test_an_event_comes_again_when_the_disk_has_room(environment, tmp_path):
    file = tmp_path / "events"
    command = [sys.executable, "-c", FULL_FOR_NOW, "listen", "--port", "0"]
    with (
        file.open("wb") as output,
        subprocess.Popen(command, env=environment | SECRET, stdout=output, stderr=subprocess.PIPE) as process,
    ):
        try:
            url = re.search(r"http://\S+", process.stderr.readline().decode()).group()
            statuses = [deliver(url) for _ in range(4)]
            assert statuses[0] == 200
            assert statuses[-1] == 500
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
            assert deliver(url) == 200
        finally:
            process.kill()
    whole = []
    for line in file.read_bytes().splitlines():
        with contextlib.suppress(ValueError):
            whole.append(json.loads(line)["type"])
    assert whole == ["channel.message.sent"] * (statuses.count(200) + 1)


def test_no_more_than_were_asked_for_are_taken(environment):
    with listening(environment, "--count", "3") as (process, url):
        statuses = []

        def send():
            with contextlib.suppress(OSError):
                statuses.append(deliver(url))

        senders = [threading.Thread(target=send) for _ in range(8)]
        for sender in senders:
            sender.start()
        output, _ = process.communicate(timeout=60)
        for sender in senders:
            sender.join(60)
    assert (len(output.splitlines()), statuses.count(200)) == (3, 3)


def test_a_sender_who_goes_away_is_no_wrong_signature(environment):
    with listening(environment) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 60) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}")
        assert process.stderr.readline() == b"the sender went away after 2 of 100 bytes\n"


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-16"])
def test_a_result_is_printed_in_any_encoding(environment, sandbox, tmp_path, encoding):
    made = [
        "call",
        "workflow.create_instance",
        "workflow_template_id:=7",
        "name=七月 \u202e",
        "end_time=2099-12-01 18:00:00+08:00",
    ]
    assert airudder(environment, *made).returncode == 0
    contact = tmp_path / "contacts.csv"
    contact.write_text("callee,caseid\n+620000000001,c-1\n", encoding="utf-8")
    upload = ["upload", contact, *UPLOAD[:3], "七月 \u202e", *UPLOAD[4:], "--platform", "TEMP1"]
    done = airudder(environment, *upload, encoding=encoding)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 accepted, 0 rejected, 0 doubtful"), done.stderr
    assert "\\u202e" in done.stdout
    found = ["call", "workflow.detail_instances", "case_id=c-1", *WINDOW]
    done = airudder(environment, *found, encoding=encoding)
    assert json.loads(done.stdout)["rows"][0]["workflow_name"] == "七月 \u202e"


def closed(environment, *arguments, fd=1):
    """Run the command line with an output that is closed from the beginning, or that nobody reads."""
    shell = f'exec "$@" {fd}>&-'
    command = ["bash", "-c", shell, "-", sys.executable, "-m", "airudder", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)


def test_a_lost_result_is_told(environment):
    found = ["call", "workflow.detail_instances", "case_id=c-1", *WINDOW]
    done = closed(environment, *found)
    assert done.returncode == 1
    assert "the call was carried out, and its result could not be written" in done.stderr
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "airudder", *found]
    done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=600)
    os.close(writing)
    assert done.returncode == 1
    assert "the call was carried out, and its result could not be written" in done.stderr
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, timeout=600)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize("fd", [1, 2])
def test_an_upload_goes_on_whoever_reads_about_it(environment, sandbox, tmp_path, fd):
    file = tmp_path / "contacts.csv"
    file.write_text("callee,caseid\n+620000000001,c-1\n")
    done = closed(environment, "upload", file, *UPLOAD, "--platform", "TEMP1", fd=fd)
    assert done.returncode == 0
    assert "1 accepted, 0 rejected, 0 doubtful" in (done.stderr if fd == 1 else done.stdout)
    assert sandbox.stats()["contacts"]["accepted"] == 1
