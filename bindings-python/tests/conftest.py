"""The sandbox as a process of its own, and clients of it."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import Postgres
from redis_server import RedisServer
from servers import APP, CONTACT, Authority, Face, Listener, Proxy, Server, free_port
from vendor import Vendor

from airudder import AsyncHttpTransport, Client, HttpTransport

__all__ = ["APP", "CAMPAIGN", "CONTACT", "KEY", "ROOT", "Sandbox", "binary", "free_port"]

ROOT = Path(__file__).parents[2]
KEY = "fake-key-16bytes"
# Spark is 700 MB and needs Java: `make spark` says where it has put it.
collect_ignore = [] if "AIRUDDER_SPARK" in os.environ else ["test_spark.py"]

CAMPAIGN = {"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00"}

# How long an example takes says nothing on a busy machine. What fails is printed so that it can be run again.
patience = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
# The suites try the same examples each time, so as not to fail now and then; `make chance` tries others, and more.
examples, same = int(os.environ.get("AIRUDDER_EXAMPLES", "100")), "AIRUDDER_EXAMPLES" not in os.environ
settings.register_profile("patient", settings(), max_examples=examples, derandomize=same, **patience)
settings.load_profile("patient")


def programs_of_the_readme():
    """What the README shows beside its first program: a campaign in a container, in Celery, and on an event loop."""
    return re.findall(r"```py\n(.*?)```", (ROOT / "bindings-python/README.md").read_text(), re.DOTALL)


def pytest_sessionstart():
    """Copy the sandbox's program. For a wheel maturin takes it away for a moment, in which other tests lacked it."""
    if "AIRUDDER_SANDBOX" in os.environ:
        binary()


@functools.cache
def copies() -> tempfile.TemporaryDirectory:
    """Where the copy lies until the tests end. Not made on import: programs on a full disk import this file, too."""
    return tempfile.TemporaryDirectory(prefix="airudder-")


@functools.cache
def binary() -> str:
    """The sandbox's program: a copy of the one that the environment names, or else built now."""
    if named := os.environ.get("AIRUDDER_SANDBOX"):
        return shutil.copy(named, copies().name)
    return built("airudder-sandbox", ends="airudder-sandbox")


@functools.cache
def built(package: str, *options: str, ends: str) -> str:
    """Build a package, and find the file of this name that it makes."""
    cargo = ["cargo", "build", "--quiet", "--package", package, *options, "--message-format", "json"]
    # A release build is what others get, and other suites look at it: it is made as the Makefile makes it.
    command = [ROOT / "tools/release", *cargo] if "--release" in options else cargo
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    made = [path for line in done.stdout.splitlines() for path in json.loads(line).get("filenames", [])]
    return next(path for path in made if Path(path).name == ends)


class Sandbox:
    """A running sandbox."""

    def __init__(self, *options: str) -> None:
        command = [binary(), "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:")

    def control(self, name: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def stats(self) -> dict:
        return self.control("stats")

    def requests(self, operation: str) -> int:
        return self.stats()["requests"].get(operation, 0)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture
def environment(sandbox):
    """What the command line finds: a client of the sandbox."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRUDDER_", "PYTHON"))}
    settings = {"APP_KEY": APP["app_key"], "APP_SECRET": APP["app_secret"], "BASE_URL": sandbox.url}
    return clean | {f"AIRUDDER_{name}": value for name, value in settings.items()}


def airudder(environment, *arguments, encoding=None, **more):
    """Run the command line."""
    command = [sys.executable, "-m", "airudder", *map(str, arguments)]
    if encoding:
        more["PYTHONIOENCODING"] = encoding
    pipes = {"capture_output": True, "text": True, "encoding": encoding}
    return subprocess.run(command, env=environment | more, timeout=600, **pipes)


@pytest.fixture
def start_sandbox():
    """Start sandboxes; they stop with the test."""
    running = []

    def start(*options: str) -> Sandbox:
        running.append(Sandbox(*options))
        return running[-1]

    yield start
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture
def client(sandbox):
    with Client(base_url=sandbox.url, **APP) as client:
        yield client


@pytest.fixture
def start_vendor():
    """Start the vendor; it stops with the test."""
    running = []

    def start(**settings):
        running.append(Vendor(**settings))
        return running[-1]

    yield start
    for vendor in running:
        vendor.stop()


@pytest.fixture(params=["sync", "async"])
def face(request):
    """Make clients of one of the two kinds."""
    made = []

    def make(url, transport=None, **settings):
        kind = HttpTransport if request.param == "sync" else AsyncHttpTransport
        made.append(Face(request.param, url, kind(**transport or {}), settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def serve():
    """Start servers; they stop with the test."""
    servers = []

    def start(*answers, tls=None):
        servers.append(Server(*answers, tls=tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def listen():
    """Start listeners that serve each connection by a function; they stop with the test."""
    listeners = []

    def start(function):
        listeners.append(Listener(function))
        return listeners[-1].port

    yield start
    for listener in listeners:
        listener.stop()


@pytest.fixture
def start_proxy():
    """Start proxies; they stop with the test."""
    proxies = []

    def start(**settings):
        proxies.append(Proxy(**settings))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_proxies_of_the_machine(monkeypatch):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def store(request, tmp_path):
    """The kind of a journal, and where a new one is."""
    if request.param == "sqlite":
        return "sqlite", str(tmp_path / "journals.db")
    if request.param == "redis":
        server = request.getfixturevalue("redis_server")
        server.client.flushall()
        return "redis", server.url
    server = request.getfixturevalue("postgres")
    server.clear()
    return "postgres", server.url
