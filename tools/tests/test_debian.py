"""Debian's packages are installed where one is missing, announced, and never without rights or against NO_INSTALL."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "debian"


@pytest.fixture
def run(tmp_path):
    """Runs the script with a dpkg that knows gcc alone, and with an apt-get that only says how it was called."""
    calls = tmp_path / "calls"
    calls.touch()
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    programs = {
        "dpkg-query": 'for last; do :; done\n[ "$last" = gcc ] && echo "install ok installed"',
        "apt-get": f'echo "$*" >> {calls}',
        "id": 'echo "${FAKE_UID:-0}"',
    }
    for name, body in programs.items():
        program = bin_folder / name
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)

    def run(*packages, **variables):
        environment = {"PATH": f"{bin_folder}:{os.environ['PATH']}", **variables}
        done = subprocess.run([SCRIPT, *packages], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr.splitlines(), calls.read_text().splitlines()

    return run


def test_nothing_is_said_or_done_where_nothing_is_missing(run):
    assert run("gcc") == (0, [], [])


def test_only_what_is_missing_is_installed_and_said_first(run):
    code, said, calls = run("gcc", "cmake", "valgrind")
    assert code == 0
    assert said == ["installing from Debian: cmake valgrind"]
    assert [call.split()[0] for call in calls] == ["update", "install"]
    assert calls[1].endswith("--no-install-recommends cmake valgrind")


@pytest.mark.parametrize("variables", [{"NO_INSTALL": "1"}, {"FAKE_UID": "1000"}])
def test_it_stops_with_the_command_to_run(run, variables):
    code, said, calls = run("gcc", "cmake", **variables)
    assert code == 1
    assert len(said) == 1
    assert said[0].endswith("run: sudo apt-get install --no-install-recommends cmake")
    assert calls == []


def test_no_install_is_no_matter_where_nothing_is_missing(run):
    assert run("gcc", NO_INSTALL="1") == (0, [], [])
