"""The receivers that a team deploys, with real servers, PostgreSQL and Redis: each event counts once, whatever dies.

Each is killed amid 2000 events, as are its worker, Redis and the database, while AI Rudder sends events twice, and
somebody forges others.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import psycopg
import pytest
from conftest import APP, CAMPAIGN, ROOT, free_port
from psycopg.conninfo import make_conninfo
from redis_server import RedisServer
from test_receivers import fetch, until

from airudder import Client, Webhooks

EVENTS = int(os.environ.get("AIRUDDER_RECEIVER_EVENTS", "2000"))
OUTAGE = float(os.environ.get("AIRUDDER_RECEIVER_OUTAGE", "3"))
"""How long the database is away, in seconds. `make receivers` asks for more than a minute."""
MINUTE = 60 if OUTAGE >= 60 else 3
"""How long AI Rudder waits until it sends an event again."""
SECRET = "fake-webhook-secret"
HOOKS = Webhooks(secret=SECRET)

PYTHON = ROOT / "examples/python/receivers"
NODE = ROOT / "examples/node"
FAULTS = [
    {"operation": "*", "fault": "redeliver", "probability": 0.3},
    {"operation": "*", "fault": "tamper_signature", "probability": 0.1},
]


@dataclass(frozen=True)
class Stack:
    """A receiver and its workers, and what is to be run once before. PORT stands for the port."""

    serve: list[str]
    work: list[str]
    workers: int = 2
    first: tuple[str, ...] = ()
    has_migration: bool = False


def python(*arguments):
    return [sys.executable, "-m", *arguments]


def node(name):
    """A program of Node; TypeScript is compiled first, to where the packages of the examples are found."""
    source = NODE / "receivers" / name
    return ["node", str(source if source.suffix == ".js" else NODE / "node_modules/.built" / f"{source.stem}.mjs")]


ESBUILD = [
    str(ROOT / "bindings-wasm/node_modules/.bin/esbuild"),
    *("--bundle", "--packages=external", "--format=esm", "--platform=node", "--log-level=error"),
    *(str(NODE / "receivers/nest.ts"), f"--outfile={node('nest.ts')[1]}"),
]


GUNICORN = ["gunicorn", "--workers", "2", "--threads", "8", "--bind", "127.0.0.1:PORT"]
UVICORN = ["uvicorn", "--workers", "2", "--log-level", "warning", "--no-access-log", "--port", "PORT"]
STACKS = {
    "fastapi, redis streams": Stack(python(*UVICORN, "fastapi_postgres:app"), python("stream_worker")),
    "flask, redis streams": Stack(python(*GUNICORN, "flask_postgres:app"), python("stream_worker")),
    "django, celery": Stack(
        python(*GUNICORN, "django.core.wsgi:get_wsgi_application()"),
        python("celery", "--app", "django_events", "worker", "--beat", "--concurrency", "2"),
        workers=1,
        first=tuple(python("django", "migrate")),
        has_migration=True,
    ),
    "fastify, redis streams": Stack(node("fastify-postgres.js"), node("stream-worker.js")),
    "nest, bullmq": Stack(node("nest.ts"), node("bullmq-worker.js"), first=tuple(ESBUILD)),
}
if "AIRUDDER_NEXT" in os.environ:  # Next.js is 370 MB: `make next` installs it
    NEXT = ROOT / "examples/next"
    PROGRAM = str(NEXT / "node_modules/.bin/next")
    STACKS["next, bullmq"] = Stack(
        [PROGRAM, "start", str(NEXT), "--hostname", "127.0.0.1", "--port", "PORT"],
        node("bullmq-worker.js"),
        first=(PROGRAM, "build", str(NEXT)),
    )


class Deployment:
    """A stack that runs, each process being the head of a group of its own."""

    def __init__(self, stack, postgres, redis_server, folder):
        self._stack = stack
        self._folder = folder
        self._port = free_port()
        self._started = []
        self.workers = []
        self._url = make_conninfo(postgres.url, dbname=f"receivers_{self._port}")
        self.url = f"http://127.0.0.1:{self._port}/events"
        self._environment = os.environ | {
            "AIRUDDER_WEBHOOK_SECRET": SECRET,
            "AIRUDDER_WEBHOOK_SCHEME": "hmac-sha256:hex:body",
            "AGAIN_AFTER": "3",
            "DATABASE_URL": postgres.url.replace("/postgres", f"/receivers_{self._port}"),
            "REDIS_URL": redis_server.url,
            "DJANGO_SECRET_KEY": "fake-secret-key-of-a-test",
            "DJANGO_SETTINGS_MODULE": "django_events.settings",
            "PYTHONPATH": str(PYTHON),
            "PORT": str(self._port),
            "NEXT_TELEMETRY_DISABLED": "1",
        }
        redis_server.client.flushall()
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE receivers_{self._port}")

    def start(self):
        if self._stack.first:
            subprocess.run(self._stack.first, env=self._environment, cwd=self._folder, check=True, capture_output=True)
        if not self._stack.has_migration:
            with psycopg.connect(self._url) as connection:
                connection.execute((ROOT / "examples/receivers.sql").read_text())
        self.serve()

    def stop(self):
        for process in self._started:
            self.kill(process)

    def serve(self):
        self.server = self._start([part.replace("PORT", str(self._port)) for part in self._stack.serve])
        until(self._listens)

    def work(self):
        """Start as many workers as are missing."""
        while len(self.workers) < self._stack.workers:
            self.workers.append(self._start(self._stack.work))

    def kill(self, process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    def log(self):
        return (self._folder / "log").read_text()[-5000:]

    def rows(self, query):
        with psycopg.connect(self._url) as connection:
            return connection.execute(query).fetchall()

    def until_count(self, table, count):
        until(lambda: self.rows(f"SELECT count(*) FROM {table}") >= [(count,)])

    def _start(self, command):
        with (self._folder / "log").open("ab") as log:
            options = {"cwd": self._folder, "env": self._environment, "stdout": log, "stderr": log}
            self._started.append(subprocess.Popen(command, start_new_session=True, **options))
        return self._started[-1]

    def _listens(self):
        assert self.server.poll() is None, self.log()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=60):
            return True


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    """A Redis that keeps nothing, since these stacks need no other."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), durable=False)
    yield server
    server.stop()


@pytest.fixture(params=STACKS)
def deployment(request, postgres, redis_server, tmp_path):
    made = Deployment(STACKS[request.param], postgres, redis_server, tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def signed(case_id):
    body = json.dumps({"workflow_id": "w", "task_id": "t", "details": [], "case_id": case_id}).encode()
    return body, HOOKS.sign(body) | {"Content-Type": "application/json"}


def test_every_event_is_stored_and_handled_once(deployment, start_sandbox, postgres, redis_server):
    began = time.monotonic()
    deployment.work()
    pace = ["--speed", "1000", "--retry-delay", str(MINUTE * 1000)]
    sandbox = start_sandbox("--webhook-url", deployment.url, "--sign-secret", SECRET, *pace)
    sandbox.control("faults", FAULTS)
    contacts = [
        {"callee": f"+62000{number:07}", "platform": "TEMP1", "caseid": f"case-{number}", "variables": {}}
        for number in range(EVENTS)
    ]
    with Client(base_url=sandbox.url, **APP) as client:
        workflow = client.workflow.create_instance(**CAMPAIGN)["workflow_id"]
        for begin in range(0, EVENTS, 1000):
            client.workflow.upload_details(workflow_id=workflow, details=contacts[begin : begin + 1000])

    deployment.until_count("events", EVENTS // 8)
    deployment.kill(deployment.server)
    deployment.serve()

    deployment.until_count("results", EVENTS // 4)
    deployment.kill(deployment.workers.pop(0))
    redis_server.kill()  # and with it all that was in the queue
    redis_server.start()
    deployment.work()

    deployment.until_count("events", EVENTS // 2)
    postgres.halt()
    away = time.monotonic()
    assert fetch(deployment.url, *signed("amid"))[0] == 503
    time.sleep(max(0, OUTAGE - (time.monotonic() - away)))
    postgres.start()
    for case_id in ("amid", "amid", "after"):
        until(lambda case_id=case_id: fetch(deployment.url, *signed(case_id)) == (200, b"{}"))

    deployment.until_count("events", EVENTS + 2)
    deployment.until_count("results", EVENTS + 2)
    took = time.monotonic() - began
    print(f"{EVENTS} events in {took:.0f} s, {OUTAGE:g} s without the database: {sandbox.stats()['events']}")
    time.sleep(4)  # what was handed on before is handed on again by now
    living = [deployment.server, *deployment.workers]
    assert [process.poll() for process in living] == [None] * len(living), deployment.log()

    expected = {contact["caseid"] for contact in contacts} | {"amid", "after"}
    assert sorted(deployment.rows("SELECT case_id FROM results")) == sorted((case_id,) for case_id in expected)
    assert deployment.rows("SELECT count(*), count(handled_at) FROM events") == [(EVENTS + 2, EVENTS + 2)]
    events = sandbox.stats()["events"]
    assert events["forged_accepted"] == 0
    assert min(events["forged_sent"], events["redelivered"]) > 10


def test_what_cannot_be_trusted_is_refused(deployment):
    body, headers = signed("forged")
    assert fetch(deployment.url, body, headers | {"X-AIRudder-Sign": "00"})[0] == 400
    assert fetch(deployment.url, body, {"Content-Type": "application/json"})[0] == 400
    assert fetch(deployment.url, body[:-1], headers)[0] == 400
    assert fetch(deployment.url, b"", headers)[0] == 400
    with contextlib.suppress(OSError):  # the answer may come before all was sent
        assert fetch(deployment.url, b" " * (8 * 1024 * 1024 + 1), headers)[0] == 413
    assert deployment.rows("SELECT count(*) FROM events") == [(0,)]
    spaced = body.replace(b":", b" : ")
    assert fetch(deployment.url, spaced, HOOKS.sign(spaced) | {"Content-Type": "text/plain"}) == (200, b"{}")
    assert deployment.rows("SELECT body FROM events") == [(spaced.decode(),)]
