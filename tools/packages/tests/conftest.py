"""The packages that were built, and the sandbox that their programs send to."""

import json
import shlex
import subprocess
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ROOT / "target/packages"


def run(*command, timeout=600, **options):
    """Run a command that must succeed; give what it printed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=timeout, check=False, **options)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def built(kind, pattern):
    """Give the one package of that name."""
    found = sorted((PACKAGES / kind).glob(pattern))
    assert len(found) == 1, f"{pattern}: {found}; `make wheels c-packages` builds them"
    return found[0]


class Sandbox:
    """A running sandbox."""

    def __init__(self):
        command = [ROOT / "target/release/airudder-sandbox", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:")

    def contacts(self):
        """The number of contacts that came, of which none may have come twice."""
        with urllib.request.urlopen(f"{self.url}/_sandbox/stats", timeout=60) as response:
            counts = json.load(response)["contacts"]
        assert counts["duplicates"] == 0
        return counts["distinct"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture
def sandbox():
    started = Sandbox()
    yield started
    started.stop()
