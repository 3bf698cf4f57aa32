"""One journal, several languages: whoever comes second is refused, and nobody is sent twice, kills included."""

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, built
from test_campaign import FAULTS, arrived

PROGRAMS = Path(__file__).parent / "programs"
RUNTIMES = ROOT / "bindings-wasm/node_modules/.bin"
JAVASCRIPT = {
    "node": [shutil.which("node")],
    "bun": [RUNTIMES / "bun"],
    "deno": [RUNTIMES / "deno", "run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
}
LANGUAGES = ["python", "c", "rust", *JAVASCRIPT]
SETTINGS = {
    "AIRUDDER_APP_KEY": "fake-app-key",
    "AIRUDDER_APP_SECRET": "fake-app-secret",
    "AIRUDDER_TEMPLATE_ID": "7",
    "AIRUDDER_PLATFORM": "TEMP1",
    "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
    "AIRUDDER_SETTLE_SECONDS": "1",
    "AIRUDDER_SETTLE_MS": "1000",
}


@pytest.fixture(scope="module")
def c_program(tmp_path_factory):
    """The example that users copy, with the library."""
    library = built("airudder-c", "--release", ends="libairudder.a")
    program = tmp_path_factory.mktemp("c") / "campaign"
    sources = [ROOT / f"examples/c/{name}.c" for name in ("campaign_easy", "job", "journal", "exchange", "clock")]
    curl = shlex.split(subprocess.run(["pkg-config", "--libs", "libcurl"], capture_output=True, text=True).stdout)
    libraries = [library, *curl, "-lpthread", "-ldl", "-lm"]
    command = ["cc", "-std=c99", "-I", ROOT / "bindings-c/include", "-o", program, *sources, *libraries]
    subprocess.run(command, check=True)
    return program


@pytest.fixture(scope="module")
def node_program(tmp_path_factory):
    """A program beside the installed package."""
    folder = tmp_path_factory.mktemp("node")
    package = folder / "node_modules/airudder"
    shutil.copytree(ROOT / "bindings-wasm/dist", package / "dist")
    shutil.copy(ROOT / "bindings-wasm/package.json", package)
    (folder / "package.json").write_text('{"dependencies": {"airudder": "*"}}')
    return shutil.copy(PROGRAMS / "campaign.mjs", folder)


class Campaign:
    """The same campaign in any language."""

    def __init__(self, c_program, node_program, folder, sandbox, contacts, batch_size):
        self._c, self._node = c_program, node_program
        self._rust = built("airudder-example", ends="airudder-example")
        self._contacts, self._table, self.journal = (folder / name for name in ("contacts.jsonl", "contacts.csv", "j"))
        self._environment = os.environ | SETTINGS | {"AIRUDDER_BASE_URL": sandbox.url}
        self._environment["AIRUDDER_BATCH_SIZE"] = str(batch_size)
        rows = [(f"c-{number}", f"+62000{number:07}", f"Ana {number}") for number in range(contacts)]
        table = ["caseid,callee,country,customer_name", *(f"{case},{callee},ID,{name}" for case, callee, name in rows)]
        self._table.write_text("\n".join(table) + "\n")
        lines = [
            {"caseid": case, "callee": callee, "variables": {"customer_name": name}, "platform": "TEMP1"}
            for case, callee, name in rows
        ]
        self._contacts.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))

    def command(self, language):
        if language == "python":
            return [sys.executable, PROGRAMS / "campaign.py", self._contacts, self.journal]
        if language == "c":
            return [self._c, self._table, self.journal]
        if language == "rust":
            return [self._rust, self.journal]
        return [*JAVASCRIPT[language], self._node, self._contacts, self.journal]

    @contextmanager
    def start(self, language, programs=None):
        """Start it; `programs`: the folder where it finds those that it may start."""
        environment = self._environment | ({} if programs is None else {"PATH": str(programs)})
        with (
            self._contacts.open() as contacts,
            subprocess.Popen(
                self.command(language),
                stdin=contacts,  # Rust reads them there
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            ) as running,
        ):
            try:
                yield running
            finally:
                running.kill()

    def run(self, language, programs=None):
        """Run it to its end: exit status, and what it said."""
        with self.start(language, programs) as running:
            output, errors = running.communicate(timeout=300)
        return running.returncode, output + errors

    def succeeds(self, language, contacts):
        status, said = self.run(language)
        assert status == 0, f"{language}: {said}"
        accepted, doubtful = re.search(r"(?:accepted|sent) (\d+)", said)[1], re.search(r"doubtful (\d+)", said)[1]
        assert (int(accepted), int(doubtful)) == (contacts, 0), f"{language}: {said}"

    def is_refused(self, language, programs=None):
        status, said = self.run(language, programs)
        assert status == 1, f"{language}: {said}"
        assert "E1018" in said, f"{language}: {said}"


@pytest.fixture
def campaign(c_program, node_program, tmp_path, sandbox):
    def make(contacts, batch_size):
        return Campaign(c_program, node_program, tmp_path, sandbox, contacts, batch_size)

    return make


def wait_for_uploads(sandbox, running, count):
    end = time.monotonic() + 120
    while sandbox.requests("workflow.upload_details") < count:
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("holder", LANGUAGES)
def test_whoever_comes_second_is_refused(campaign, sandbox, holder):
    slow = [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 1000}]
    sandbox.control("faults", slow)
    shared = campaign(contacts=200, batch_size=2)  # it takes more than a minute, unless it is let go
    with shared.start(holder) as running:
        wait_for_uploads(sandbox, running, 1)
        for second in LANGUAGES:
            shared.is_refused(second)
        assert running.poll() is None
        sandbox.control("faults", [])
        output, errors = running.communicate(timeout=120)
    assert running.returncode == 0, output + errors
    for second in LANGUAGES:
        shared.succeeds(second, 200)
    assert arrived(sandbox) == (200, 0)
    assert sandbox.requests("workflow.upload_details") == 100


def test_where_no_program_may_be_started_names_of_sockets_do(campaign, sandbox, tmp_path):
    """JavaScript cannot lock files by itself; other languages take the name besides the lock."""
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 1000}])
    shared = campaign(contacts=200, batch_size=2)
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    with shared.start("node", nothing) as running:
        wait_for_uploads(sandbox, running, 1)
        for second in ("python", "c", "rust", "node", "deno"):
            shared.is_refused(second)
        shared.is_refused("node", nothing)
        shared.is_refused("deno", nothing)
        assert running.poll() is None
    for holder in ("python", "c", "rust", "deno"):
        before = sandbox.requests("workflow.upload_details")
        with shared.start(holder) as running:
            wait_for_uploads(sandbox, running, before + 1)
            shared.is_refused("node", nothing)
            assert running.poll() is None
    # Bun's sockets cannot have such a name.
    status, said = shared.run("bun", nothing)
    assert (status, "E1001" in said, "neither the program flock nor a socket" in said) == (1, True, True), said
    sandbox.control("faults", [])
    shared.succeeds("bun", 200)
    assert arrived(sandbox) == (200, 0)


@pytest.mark.parametrize("holder", LANGUAGES)
def test_a_killed_holder_lets_go_at_once(campaign, sandbox, holder):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 300}])
    shared = campaign(contacts=200, batch_size=10)
    with shared.start(holder) as running:
        wait_for_uploads(sandbox, running, 2)
    sandbox.control("faults", [])
    shared.succeeds(LANGUAGES[LANGUAGES.index(holder) - 1], 200)
    assert arrived(sandbox) == (200, 0)


ROUNDS = int(os.environ.get("AIRUDDER_KILL_ROUNDS", "4"))
"""The number of kills of each pair, on a journal of a hundred times as many contacts."""


@pytest.mark.parametrize("pair", [("python", "node"), ("c", "rust"), ("bun", "python"), ("node", "c")], ids="-".join)
def test_two_languages_take_turns_at_being_killed(campaign, sandbox, pair):
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 100}, *FAULTS])
    shared = campaign(contacts=100 * ROUNDS, batch_size=10)
    killed = 0
    for turn in range(ROUNDS):
        with shared.start(pair[turn % 2]) as running:
            try:
                running.wait(chance.uniform(0.3, 1.5))
            except subprocess.TimeoutExpired:
                killed += 1
    for turn in range(10):
        # Of so many calls, one may fail nine times in a row; that stops the campaign, and it is run again.
        status, said = shared.run(pair[turn % 2])
        if status == 0 and "doubtful 0" in said:
            break
    assert re.search(rf"(accepted|sent) {100 * ROUNDS}\b", said), f"seed {seed}: {said}"
    assert killed > 0, f"seed {seed}"
    assert arrived(sandbox) == (100 * ROUNDS, 0), f"seed {seed}"
