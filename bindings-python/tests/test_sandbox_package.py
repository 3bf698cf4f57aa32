"""The package `airudder-sandbox`, installed from its wheel as users have it: no compiler, no repository."""

import os
import re
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
from conftest import ROOT, binary

README = (ROOT / "sandbox/python/README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
TOOLS = ["flask", "pytest", "pytest-xdist"]


def wheel(package, folder):
    """Build a wheel; a program or module that was built before is not compiled again."""
    maturin = [sys.executable, "-m", "maturin", "build", "--release", "--quiet", "--out", folder]
    subprocess.run([ROOT / "tools/release", *maturin], cwd=ROOT / package, check=True, timeout=1800)


def needed(names):
    """The distributions of these names and what they need, as far as it is installed."""
    found = {}
    while names:
        name = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if name not in found:
            try:
                found[name] = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue  # for another platform or version of Python
            wanted = [one for one in found[name].requires or [] if "extra ==" not in one]
            names = [*names, *(re.match(r"[\w.-]+", one)[0] for one in wanted)]
    return found.values()


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a fresh environment with both wheels, and with pytest and Flask."""
    folder = tmp_path_factory.mktemp("user")
    wheels = folder / "wheels"
    binary()  # where no environment variable names it, it is compiled now
    wheel("sandbox/python", wheels)
    wheel("bindings-python", wheels)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
    install = [*pip, "install", "--no-index", "--no-deps", *wheels.glob("*.whl")]
    subprocess.run(install, check=True, timeout=120)
    # The rest is linked to what is installed here, since a test asks no registry.
    packages = next((folder / "venv/lib").glob("python*/site-packages"))
    for distribution in needed(["h11", *TOOLS]):
        for top in {Path(file).parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(distribution.locate_file(top))
    return python


@pytest.fixture
def run(python, tmp_path):
    """Run Python as a user does: without the repository and cargo, and with a proxy that is of no use."""
    names = ("PYTHON", "PYTEST", "AIRUDDER", "CARGO", "RUST", "VIRTUAL_ENV", "COV_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    clean |= {"PATH": "/usr/bin:/bin", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    missing = subprocess.run(["/bin/sh", "-c", "command -v cargo rustc"], env=clean, capture_output=True)
    assert missing.returncode != 0

    def run(*arguments, **variables):
        command = [python, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=clean | variables, capture_output=True, text=True, timeout=120)

    return run


def pytest_of(run, *options, **variables):
    return run("-m", "pytest", "-q", "-W", "error", "--strict-markers", *options, **variables)


def test_the_page_of_the_package_is_green(run, tmp_path):
    tests = [block for block in BLOCKS if "def test_" in block]
    for number, block in enumerate(tests):
        (tmp_path / f"test_page_{number}.py").write_text(block)
    done = pytest_of(run, "-n", "2")
    assert (len(tests), done.returncode) == (4, 0), done.stdout
    assert "4 passed" in done.stdout
    (program,) = (block for block in BLOCKS if "def test_" not in block)
    done = run("-W", "error", "-c", program)
    assert done.returncode == 0, done.stderr


def test_the_licences_of_what_is_inside_come_with_it(python):
    packages = next(python.parents[1].glob("lib/python*/site-packages"))
    (folder,) = packages.glob("airudder_sandbox-*.dist-info/licenses")
    assert sorted(file.name for file in folder.iterdir()) == ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"]
    assert "- axum " in (folder / "THIRD-PARTY.md").read_text()


FAILING = """
import airudder_sandbox as package
import pytest

def test_red(airudder_client, airudder_sandbox):
    airudder_client.robots.list()
    assert airudder_sandbox.stats()["requests"] == {"robots.list": 2}

def test_each_test_has_its_own(airudder_sandbox):
    assert airudder_sandbox.stats()["requests"] == {}
    assert isinstance(airudder_sandbox, package.Sandbox)

@pytest.mark.airudder_sandbox(speeed=1)
def test_error(airudder_sandbox):
    pass
"""


def test_a_test_that_fails_is_red(run, tmp_path):
    (tmp_path / "test_red.py").write_text(FAILING)
    done = pytest_of(run)
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed, 1 error" in done.stdout
    assert "FAILED test_red.py::test_red - AssertionError: assert {'auth.token'" in done.stdout
    assert "'speeed' is no setting of a sandbox" in done.stdout


SIGNED = """
import airudder_sandbox

for scheme in ("stripe", "hmac-sha256:hex:method+time(header(X-Time))+plain"):
    with airudder_sandbox.start(sign_scheme=scheme, sign_key="fake-sign-key") as sandbox:
        delivery = sandbox.signed("call.finished")
        print(sandbox.webhooks().unwrap(delivery.body, delivery.headers).verified)
        # The messages of a conversation are asked for by a request that is signed.
        print(sandbox.client().chat.session_messages(call_id="1", last_msg_id="", size=1) is not None)
"""

EVERYTHING = """
import asyncio
import airudder_sandbox
from airudder import ApiError

KEY = "fake-key-16bytes"
account = {"app_key": "fake-k", "app_secret": "fake-s", "encryption_key": KEY, "require_encryption": True}
with airudder_sandbox.start(**account, encrypt_events=True, clock_offset=-5, speed=1, seed=None) as sandbox:
    print(repr(sandbox) == f"<Sandbox {sandbox.url}>")
    hooks = sandbox.webhooks()
    delivery = sandbox.signed("call.finished", {"task_id": "t", "details": []})
    event = hooks.unwrap(delivery.body, delivery.headers)
    print(event.type, event.verified, dict(event.data), b"task_id" not in delivery.body)
    client = sandbox.client(max_retries=0)
    sandbox.pause()
    workflow = client.workflow.create_instance(
        workflow_template_id=7, name="july", end_time="2099-12-01 18:00:00+08:00"
    )["workflow_id"]
    people = [{"callee": "+620000001", "platform": "TEMP1", "variables": {}}] * 2
    client.workflow.upload_details(workflow_id=workflow, details=people)
    print([row["callee"] for row in sandbox.contacts()], [row["count"] for row in sandbox.duplicates()])
    try:
        sandbox.wait_until_idle(0.05)
    except airudder_sandbox.SandboxError as error:
        print(error)
    sandbox.resume()
    sandbox.set_workflow_status(workflow, "cancelled")
    sandbox.set_clock(7)
    sandbox.expire_tokens()
    client.robots.list()
    sandbox.fault("status", "robots.list", status=503)
    sandbox.fault("delay", delay_ms=1, times=5)
    print([rule["fault"] for rule in sandbox.faults()])
    try:
        client.robots.list()
    except ApiError as error:
        print(error.http_status)
    sandbox.clear_faults()

    async def main():
        async with sandbox.async_client() as client:
            return await client.robots.list()

    print(asyncio.run(main()), list(client.chat.iter_session_messages(call_id="c")))
    for wrong in (
        lambda: sandbox.fault("status", probability=2),
        lambda: sandbox.send("call.finished"),
        lambda: sandbox.signed("later"),
        lambda: sandbox.deliver_to("http://192.0.2.1/"),
    ):
        try:
            wrong()
        except airudder_sandbox.SandboxError as error:
            print(error)
    sandbox.reset()
    print(sandbox.contacts(), sandbox.stats()["requests"])
sandbox.stop()
try:
    sandbox.stats()
except airudder_sandbox.SandboxError as error:
    print(str(error).replace(sandbox.url, "URL"))
try:
    airudder_sandbox.start(encryption_key="too-short")
except airudder_sandbox.SandboxError as error:
    print("too-short" not in str(error), error)
"""


def test_everything_that_it_can_be_told(run):
    done = run("-W", "error", "-c", EVERYTHING)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:8] == [
        "True",
        "call.finished True {'task_id': 't', 'details': []} True",
        "['+620000001', '+620000001'] [2]",
        "after 0.05 s, 2 contacts wait for their call and 0 events for a 200: "
        "is the sandbox paused, or is retry_delay (a minute) too long?",
        "['status', 'delay']",
        "503",
        "[{'RobotID': 'sandbox-robot'}] []",
        "`probability` must be from 0 to 1, and is 2",
    ]
    assert "there is no --webhook-url" in lines[8]
    assert 'there is no example of "later"' in lines[9]
    assert "only http on this machine is allowed" in lines[10]
    assert lines[11:13] == ["[] {}", "the sandbox at URL has stopped."]
    assert lines[13].startswith("True ")
    assert "did not start: airudder-sandbox: encryption_key: " in lines[13]


def test_it_ends_with_the_program_that_started_it_however_that_ends(run):
    program = "import airudder_sandbox, os, signal; print(airudder_sandbox.start().url, flush=True); {}"
    for end in ("os.kill(os.getpid(), signal.SIGKILL)", "os._exit(3)", "raise SystemExit(4)"):
        port = run("-c", program.format(end)).stdout.strip().rpartition(":")[2]
        look = f"import socket, time; time.sleep(0.5); socket.create_connection(('127.0.0.1', {port}))"
        assert "ConnectionRefusedError" in run("-c", look).stderr, end


def test_another_program_may_be_named_and_a_wrong_one_says_so(run):
    start = "import airudder_sandbox; print(airudder_sandbox.start().url)"
    assert run("-c", start, AIRUDDER_SANDBOX=binary()).stdout.startswith("http://127.0.0.1:")
    assert "/bin/false did not start: it said nothing" in run("-c", start, AIRUDDER_SANDBOX="/bin/false").stderr
    assert "/no/such cannot be started: No such file" in run("-c", start, AIRUDDER_SANDBOX="/no/such").stderr


UNSIGNED = """
import airudder_sandbox
with airudder_sandbox.start(sign_secret=None) as sandbox:
    print("X-AIRudder-Sign" in sandbox.signed("call.finished").headers)
"""


def test_the_secrets_of_the_environment_do_not_slip_in(run):
    assert run("-c", UNSIGNED, AIRUDDER_SANDBOX_SIGN_SECRET="fake-secret").stdout == "False\n"


CATALOG = """
import json, pathlib
import airudder_sandbox

plan = {"type": "object", "properties": {"id": {"type": "integer", "examples": [7]}}, "required": ["id"]}
row = {"name": "plans.detail", "method": "GET", "path": "/service/plans/{id}", "params": plan, "result": plan}
event = {"name": "plan.finished", "when": {"/event": "plan.finished"}, "body": plan}
pathlib.Path("vendor.json").write_text(json.dumps({"airudder_catalog": 1, "operations": [row], "events": [event]}))
with airudder_sandbox.start(catalog=pathlib.Path("vendor.json")) as sandbox, sandbox.client() as client:
    print(client.request("GET", "/service/plans/7"), sandbox.stats()["requests"]["plans.detail"])
    print(sandbox.signed("plan.finished").body)
try:
    airudder_sandbox.start(catalog="no/such.json")
except airudder_sandbox.SandboxError as error:
    print("no/such.json: No such file" in str(error))
"""


def test_events_and_requests_are_signed_by_whatever_scheme_is_given(run):
    done = run("-W", "error", "-c", SIGNED)
    assert done.stdout.split() == ["True"] * 4, done.stderr


def test_a_catalog_of_ones_own_is_answered_and_sent(run):
    said = ["{'id': 7} 1", """b'{"event":"plan.finished","id":7}'""", "True"]
    done = run("-W", "error", "-c", CATALOG)
    assert done.stdout.splitlines() == said, done.stderr


SECRETS = """
import airudder_sandbox, pathlib
with airudder_sandbox.start(app_key="fake-key", app_secret="fake-secret") as sandbox:
    started = pathlib.Path("/proc/self/task/").glob("*/children")
    pids = [pid for children in started for pid in children.read_text().split()]
    commands = [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids]
    print([b"airudder-sandbox" in command for command in commands], b"fake" in b"".join(commands))
"""


def test_no_secret_is_in_a_command_line(run):
    assert run("-c", SECRETS).stdout == "[True] False\n"
