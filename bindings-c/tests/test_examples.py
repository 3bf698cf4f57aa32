"""The programs that people copy, each run against the sandbox under sanitizers and under Valgrind."""

import hmac
import itertools
import json
import re
import socket
import socketserver
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager, suppress

import pytest
from conftest import EXAMPLES, ROOT, SECRETS, campaign_loop, checked, receiving

KEY = "fake-key-16bytes"
JOB = {
    "AIRUDDER_TEMPLATE_ID": "7",
    "AIRUDDER_PLATFORM": "TEMP1",
    "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
    "AIRUDDER_BATCH_SIZE": "100",
    "AIRUDDER_SETTLE_MS": "300",
    "AIRUDDER_ENCRYPTION_KEY": KEY,
}
RECEIVER = [EXAMPLES / "receiver.c", EXAMPLES / "inbox.c"]
SHARED = [EXAMPLES / name for name in ("job.c", "journal.c", "exchange.c", "clock.c")]
FAULTS = [
    {"operation": "workflow.upload_details", "fault": "reset_after", "times": 2},
    {"operation": "workflow.upload_details", "fault": "reset_before", "times": 1},
    {"operation": "workflow.upload_details", "fault": "status", "status": 503, "retry_after": "0", "times": 1},
    {"operation": "*", "fault": "unauthorized", "times": 1},
]


@pytest.fixture(scope="session")
def contacts(tmp_path_factory):
    """Two thousand contacts, of which one has a number that is none."""
    lines = (ROOT / "examples/python/contacts.csv").read_text().splitlines()[:2001]
    lines[18] = lines[18].replace("+", "00", 1)
    file = tmp_path_factory.mktemp("contacts") / "contacts.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


@checked
def test_readme(build, sandbox, tmp_path, how):
    program, results = re.findall(r"```c\n(.*?)```", (ROOT / "bindings-c/README.md").read_text(), re.DOTALL)
    source = tmp_path / "readme.c"
    source.write_text(program)
    files = [source, EXAMPLES / "socket_http.c", EXAMPLES / "clock.c"]
    said = build(*files, flags=[f"-I{EXAMPLES}"]).run(how, env={"AIRUDDER_BASE_URL": sandbox.url})
    assert re.fullmatch(r"[0-9a-f]{32}\n", said)
    assert sandbox.contacts() == 1

    source.write_text(receiving(results))
    build(source)


@pytest.mark.parametrize(
    ("setting", "given", "why"),
    [
        ("AIRUDDER_TEMPLATE_ID", {}, "is missing, or no number"),
        ("AIRUDDER_TEMPLATE_ID", {"AIRUDDER_TEMPLATE_ID": "seven"}, "is missing, or no number"),
        ("AIRUDDER_END_TIME", {}, "is missing"),
    ],
)
def test_a_campaign_names_the_setting_that_it_lacks(build, contacts, tmp_path, setting, given, why):
    program = build(EXAMPLES / "campaign_easy.c", *SHARED, packages=["libcurl"])
    settings = {name: value for name, value in JOB.items() if name != setting} | given
    command = [*program.command("plain"), contacts, tmp_path / "july.jsonl"]
    done = subprocess.run(command, env=program.environment(settings), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{setting} {why}" in done.stdout + done.stderr


@checked
def test_bare_loop(build, sandbox, how):
    program = build_bare(build)
    assert program.run(how, sandbox.url, 7, "TEMP1").startswith("2 contacts are in workflow ")
    assert sandbox.contacts() == 2


ANSWER = b'{"code":200,"data":{"token":"fake-token","workflow_id":"w-1","rows":[]}}'
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


@contextmanager
def gateway(answer):
    """Run a server that answers every request so, where it can: the other side may not read to the end."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            # To the end: closing a connection with something unread would break the answer off.
            head = [*iter(self.rfile.readline, b"\r\n")]
            self.rfile.read(next(int(line.split()[1]) for line in head if line.lower().startswith(b"content-length")))
            with suppress(OSError):
                for piece in answer():
                    self.wfile.write(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def build_bare(build):
    return build(EXAMPLES / "bare.c", EXAMPLES / "socket_http.c", EXAMPLES / "clock.c")


def build_cpp(build):
    return build(EXAMPLES / "lookup.cpp", compiler="g++", standard="c++17", packages=["libcurl"])


@pytest.mark.parametrize("program", [build_bare, build_cpp])
def test_interim_answers_are_skipped(build, program):
    answer = EARLY + EARLY + HEAD + b"Content-Length: %d\r\n\r\n" % len(ANSWER) + ANSWER
    with gateway(lambda: [answer]) as url:
        command = [*program(build).command("sanitized"), url, "7", "TEMP1"]
        done = subprocess.run(command, env=SECRETS, capture_output=True, text=True, timeout=60, check=False)
    assert "2 contacts are in workflow w-1" in done.stdout or done.stdout.startswith("0 workflow"), done
    assert "E2001" not in done.stderr


@pytest.mark.parametrize("program", [build_bare, build_cpp])
def test_an_answer_without_end_is_not_read_into_memory(build, program):
    megabyte = b" " * (1 << 20)
    with gateway(lambda: itertools.chain([HEAD + b"\r\n"], itertools.repeat(megabyte, 1 << 10))) as url:
        command = [*program(build).command("plain"), url, "7", "TEMP1"]
        environment = program(build).environment()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "E700" in done.stderr, done.stderr


@checked
@pytest.mark.parametrize("name", ["campaign_easy", "campaign_multi"])
def test_campaign_on_a_bad_network(build, start_sandbox, contacts, tmp_path, name, how):
    """Nobody is sent twice, though answers are lost; and a second run finds nothing left to do."""
    sandbox = start_sandbox("--encryption-key", KEY)
    sandbox.control("faults", FAULTS)
    program = build(EXAMPLES / f"{name}.c", *SHARED, packages=["libcurl"])
    settings = JOB | {"AIRUDDER_BASE_URL": sandbox.url}
    for _ in range(2):
        said = program.run(how, contacts, tmp_path / "journal.jsonl", env=settings)
        assert said.startswith("accepted 1999, rejected 1, doubtful 0 of 2000 contacts\ncontact 17: "), said
    assert sandbox.contacts() == 1999
    struck = sandbox.control("stats")["faults"]
    assert {"reset_after", "reset_before", "status", "unauthorized"} <= struck.keys(), struck


def test_odd_contacts_are_neither_split_nor_taken_for_the_end(build, sandbox, tmp_path):
    """A row that is Latin-1 is rejected and a long one sent; a file that breaks off is no whole campaign."""
    program = build(EXAMPLES / "campaign_easy.c", *SHARED, packages=["libcurl"])
    environment = program.environment({key: JOB[key] for key in JOB if "KEY" not in key})
    environment["AIRUDDER_BASE_URL"] = sandbox.url
    rows = ["caseid,callee,country,customer_name", *(f"c-{n},+620001234567{n},ID,%s" for n in range(3))]
    contacts = tmp_path / "contacts.csv"
    contacts.write_bytes("\n".join(rows).encode("latin-1") % (b"Jos\xe9", b"x" * 5000, "é".encode()))
    said = program.run("sanitized", contacts, tmp_path / "journal.jsonl", env=environment)
    assert said.startswith("accepted 2, rejected 1, doubtful 0 of 3 contacts\ncontact 0: value is not UTF-8"), said
    assert sandbox.contacts() == 2
    # What is no file cannot be read, as a disk that fails.
    command = [*program.command("sanitized"), tmp_path, tmp_path / "other.jsonl"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "the contacts cannot be read to their end" in done.stderr


def test_the_exit_status_tells_doubt_from_a_stop(build, start_sandbox, tmp_path):
    """2: the campaign came to its end, and somebody has to look; what starts programs again need not start this one."""
    program = build(EXAMPLES / "campaign_easy.c", *SHARED, packages=["libcurl"])
    sandbox = start_sandbox("--encryption-key", KEY)
    settings = JOB | {"AIRUDDER_BASE_URL": sandbox.url}
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("caseid,callee,country,customer_name\nc-1,+6200012345678,ID,Ana\n")
    command = [*program.command("sanitized"), contacts, tmp_path / "journal.jsonl"]
    ends = []
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    for settle_ms in ("-1", "1"):
        environment = program.environment(settings | {"AIRUDDER_SETTLE_MS": settle_ms})
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        ends.append((done.returncode, done.stdout.splitlines()[:1]))
    assert ends == [
        (2, ["accepted 0, rejected 0, doubtful 1 of 1 contacts"]),
        (0, ["accepted 1, rejected 0, doubtful 0 of 1 contacts"]),
    ]


@checked
def test_cpp(build, sandbox, how):
    program = build_cpp(build)
    assert program.run(how, sandbox.url, 7, "TEMP1") == "1 workflow: from C++\n"
    assert sandbox.contacts() == 1


@checked
def test_receiver(build, start_sandbox, tmp_path, how):
    """Every result is stored once, though deliveries are repeated, and others forged."""
    program = build(*RECEIVER, standard="gnu99", packages=["libmicrohttpd", "sqlite3"])
    caller = build(EXAMPLES / "bare.c", EXAMPLES / "socket_http.c", EXAMPLES / "clock.c")
    secrets = {"AIRUDDER_WEBHOOK_SECRET": "fake-webhook-secret", "AIRUDDER_ENCRYPTION_KEY": KEY}
    settled = secrets | {"AIRUDDER_WEBHOOK_SCHEME": "hmac-sha256:hex:body"}
    command = [*program.command(how), "0", tmp_path / "events.sqlite"]
    with subprocess.Popen(
        command, env=program.environment(settled), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as receiver:
        try:
            port = int(receiver.stdout.readline().split()[-1])
            url = f"http://127.0.0.1:{port}/events"
            options = ["--webhook-url", url, "--sign-secret", "fake-webhook-secret", "--encryption-key", KEY]
            sandbox = start_sandbox(*options, "--speed", "1000")
            faults = [{"operation": "*", "fault": fault, "times": 1} for fault in ("redeliver", "tamper_signature")]
            sandbox.control("faults", faults)
            caller.run("sanitized", sandbox.url, 7, "TEMP1", env=secrets)
            wait_until(lambda: stored(tmp_path) == 2 and len(sandbox.control("stats")["faults"]) == 2)
            # Signed, and not to be decrypted: the sender's fault, not the receiver's.
            body, secret = b"no blocks", secrets["AIRUDDER_WEBHOOK_SECRET"].encode()
            headers = {"Is-Encrypted": "1", "X-AIRudder-Sign": hmac.new(secret, body, "sha256").hexdigest()}
            assert post(url, body, headers) == 400
            assert post(url, b"{}", {"X-AIRudder-Sign": "00"}) == post(url, b"{}") == 400
            for length in (b"-1", b"1e3", b"999999999999", b"2\r\nContent-Length: 3"):
                assert status_of(port, b"Content-Length: " + length) in (None, 400, 413), length
            assert post(url, None) == 405
        finally:
            receiver.terminate()
            errors = receiver.communicate(timeout=180)[1]
    assert receiver.returncode == 0, errors
    assert errors.startswith("not verified: E5002: "), errors
    assert stored(tmp_path) == 2


@checked
def test_receiver_loses_nothing_while_the_scheme_is_assumed(build, tmp_path, how):
    """Deliveries by another scheme are kept, and stored when the scheme was found; when there are too many, 503."""
    full = ["-DMAX_KEPT=5"]
    program = build(*RECEIVER, standard="gnu99", packages=["libmicrohttpd", "sqlite3"], flags=full)
    environment = program.environment({"AIRUDDER_WEBHOOK_SECRET": "fake-webhook-secret"})
    database = tmp_path / "events.sqlite"
    bodies = [json.dumps({"task_id": f"t-{n}", "workflow_id": "w", "details": []}).encode() for n in range(3)]
    with subprocess.Popen([*program.command(how), "0", database], env=environment, stdout=subprocess.PIPE) as receiver:
        try:
            url = f"http://127.0.0.1:{int(receiver.stdout.readline().split()[-1])}/events"
            for body in (*bodies, bodies[0]):
                sign = hmac.new(b"fake-webhook-secret", b"7." + body, "sha1").hexdigest()
                assert post(url, body, {"X-Time": "7", "X-AIRudder-Sign": sign}) == 200
            assert post(url, b"", {"X-AIRudder-Sign": "00"}) == 200
            assert post(url, b"one too many") == 503
        finally:
            receiver.terminate()
    assert receiver.returncode == 0
    assert stored(tmp_path) == 0
    said = program.run(how, "replay", database, env={"AIRUDDER_WEBHOOK_SECRET": "fake-webhook-secret"})
    assert said.endswith(
        "AIRUDDER_WEBHOOK_SCHEME=hmac-sha1:hex:header(X-Time)+'.'+body\n4 verified and stored, 1 left in quarantine\n"
    )
    assert stored(tmp_path) == 3


def post(url, body, headers=None):
    """The status of an answer."""
    try:
        return urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code


def status_of(port, head):
    """The status of the answer to what no client would send, if there is one."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n{}")
        answer = connection.recv(4096)
        return int(answer.split()[1]) if answer else None


def stored(folder):
    with closing(sqlite3.connect(folder / "events.sqlite")) as database:
        return database.execute("SELECT count(*) FROM events WHERE type = 'workflow.call.finished'").fetchone()[0]


def wait_until(condition):
    end = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_campaign_goes_on_where_it_was(build, start_sandbox, contacts, tmp_path):
    """Killed in the middle of uploads, three times, and then left alone: everybody was sent once."""
    sandbox = start_sandbox("--encryption-key", KEY)
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 400}])
    program = build(EXAMPLES / "campaign_multi.c", *SHARED, packages=["libcurl"])
    settings = JOB | {"AIRUDDER_BASE_URL": sandbox.url}
    command = [*program.command("sanitized"), contacts, tmp_path / "journal.jsonl"]
    for uploads in (1, 4, 7):
        with subprocess.Popen(command, env=program.environment(settings), stdout=subprocess.DEVNULL) as running:
            wait_until(lambda at_least=uploads: uploads_at(sandbox) >= at_least or running.poll() is not None)
            running.kill()
    said = program.run("sanitized", *command[1:], env=settings)
    assert said.startswith("accepted 1999, rejected 1, doubtful 0 of 2000 contacts\n"), said
    assert sandbox.contacts() == 1999


def uploads_at(sandbox):
    return sandbox.control("stats")["requests"].get("workflow.upload_details", 0)


MAIN_JOB = """#define _DEFAULT_SOURCE
#include <airudder.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "socket_http.h"

struct row {{ char phone[16], id[8]; const char *name; }};

static void die(const char *why) {{ fprintf(stderr, "%s\\n", why); exit(1); }}

static void run(airudder_call call) {{ http_run(call); }}

static int write_all(int fd, airudder_text lines) {{ return write(fd, lines.data, lines.len) == (ssize_t)lines.len; }}

static uint64_t file_len(int fd) {{ return (uint64_t)lseek(fd, 0, SEEK_END); }}

static int next_row(struct row *row) {{
  static int next;
  snprintf(row->phone, sizeof row->phone, "+62000%07d", next);
  snprintf(row->id, sizeof row->id, "c-%d", next);
  row->name = "Ana";
  return next++ < 1234;
}}

int main(void) {{
  airudder_config cfg = AIRUDDER_CONFIG_INIT;
  airudder_campaign_config july = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_error err = AIRUDDER_ERROR_INIT;
  airudder_client client;
  airudder_campaign campaign;
  airudder_campaign_step work;
  airudder_text text;
  struct row row;
  const char *journal = "";
  size_t journal_len = 0, good_len;
  uint64_t now;
  int journal_fd = open("july.jsonl", O_RDWR | O_CREAT | O_APPEND, 0600);

  cfg.app_key = getenv("AIRUDDER_APP_KEY");
  cfg.app_secret = getenv("AIRUDDER_APP_SECRET");
  cfg.base_url = getenv("AIRUDDER_BASE_URL");
  if (airudder_client_new(&cfg, &client, &err)) die(err.message);
  july.workflow_template_id = 7;
  july.name = "july";
  july.end_time = "2099-07-31 18:00:00+08:00";
{loop}
  puts(text.data);
  airudder_campaign_free(campaign);
  airudder_client_free(client);
  close(journal_fd);
  return err.code;
}}
"""


@checked
def test_main_job_as_the_header_shows_it(build, sandbox, tmp_path, how):
    """The loop in the header's comment, word for word, sends contacts."""
    source = tmp_path / "main_job.c"
    source.write_text(MAIN_JOB.format(loop=campaign_loop()))
    files = [source, EXAMPLES / "socket_http.c", EXAMPLES / "clock.c"]
    program = build(*files, standard="gnu99", flags=[f"-I{EXAMPLES}"])
    said = program.run(how, env={"AIRUDDER_BASE_URL": sandbox.url}, cwd=tmp_path)
    assert json.loads(said)["accepted"] == 1234
    assert sandbox.contacts() == 1234
