"""The installed library, programs built against it, and the sandbox to run them on."""

import json
import os
import re
import shlex
import subprocess
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples/c"
VERSION = re.search(r"^version = \"(.*)\"", (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
SECRETS = {"AIRUDDER_APP_KEY": "fake-app-key", "AIRUDDER_APP_SECRET": "fake-app-secret"}
VALGRIND = (
    "valgrind --quiet --fair-sched=yes --error-exitcode=99 --leak-check=full --show-leak-kinds=all --num-callers=100"
    f" --errors-for-leak-kinds=all --suppressions={Path(__file__).parent / 'valgrind.supp'}"
)


def run(*command, timeout=1200, **options):
    """Run a command that must succeed; give what it printed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=timeout, check=False, **options)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def campaign_loop():
    """Give the loop in the header's section on campaigns."""
    header = (ROOT / "bindings-c/include/airudder.h").read_text()
    return re.search(r"packages of all languages take\.\n\n((?:       .*\n|\n)+)", header)[1]


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    """Where the library is installed."""
    prefix = tmp_path_factory.mktemp("prefix")
    run(ROOT / "bindings-c/install", prefix)
    return prefix


@pytest.fixture(scope="session")
def pkg_config(prefix):
    """Ask pkg-config, which finds the installed library."""

    def ask(*arguments):
        environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
        return shlex.split(run("pkg-config", *arguments, env=environment))

    return ask


class Checked:
    """A program twice: for Valgrind, with the shared library, and with sanitizers and the static library."""

    def __init__(self, plain, sanitized, prefix):
        self._plain, self._sanitized = plain, sanitized
        self._environment = SECRETS | {"LD_LIBRARY_PATH": f"{prefix}/lib", "PATH": os.environ["PATH"]}

    def command(self, how):
        commands = {"plain": [self._plain], "valgrind": [*shlex.split(VALGRIND), self._plain]}
        return commands.get(how, [self._sanitized])

    def environment(self, more=None):
        return self._environment | (more or {})

    def run(self, how, *arguments, env=None, **options):
        return run(*self.command(how), *arguments, env=self.environment(env), **options)


@pytest.fixture(scope="session")
def build(prefix, pkg_config, tmp_path_factory):
    """Build a program of the tests or the examples."""
    folder = tmp_path_factory.mktemp("programs")

    def build(*sources, compiler="gcc", standard="c99", packages=(), flags=()):
        name = Path(sources[0]).stem
        common = [
            compiler,
            f"-std={standard}",
            *WARNINGS,
            "-g",
            "-O1",
            *flags,
            *sources,
            *pkg_config("--cflags", "airudder", *packages),
        ]
        others = pkg_config("--libs", *packages) if packages else []
        plain, sanitized = folder / name, folder / f"{name}-sanitized"
        run(*common, "-o", plain, *pkg_config("--libs", "airudder"), *others, "-lpthread")
        static = [prefix / "lib/libairudder.a", "-lpthread", "-ldl", "-lm"]
        run(*common, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", sanitized, *static, *others)
        return Checked(plain, sanitized, prefix)

    return build


checked = pytest.mark.parametrize("how", ["sanitized", "valgrind"])
"""Run a test twice: with AddressSanitizer, UBSan and LeakSanitizer, and under Valgrind."""


def receiving(results):
    """A program of the lines by which the pages show how results are received."""
    return f"""
#include <airudder.h>
#include <stdlib.h>
static int quarantine(const airudder_header *headers, size_t count, const char *body, size_t len) {{
  return headers != NULL && body != NULL && count + len > 0 ? 200 : 503;
}}
int main(void) {{
  airudder_webhooks hooks; airudder_event event; airudder_text key, text;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_header *headers = NULL; size_t header_count = 0, body_len = 0; char *body = NULL;
  {results}
  return 0;
}}
"""


class Sandbox:
    """A running sandbox."""

    def __init__(self, *options):
        command = [ROOT / "target/release/airudder-sandbox", "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:")

    def control(self, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def contacts(self):
        """The number of contacts that came, of which none may have come twice."""
        duplicates = self.control("contacts?duplicates=1")
        counts = self.control("stats")["contacts"]
        assert counts["duplicates"] == 0, duplicates
        return counts["distinct"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture
def start_sandbox():
    """Start sandboxes; they stop with the test."""
    running = []

    def start(*options):
        running.append(Sandbox(*options))
        return running[-1]

    yield start
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()
