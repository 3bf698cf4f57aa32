"""The instructions of the core's main work, as a ratio to the least that it takes: a slower core is found here.

Times differ from machine to machine and from run to run; instructions hardly do. What is stored was counted with one
compiler, so on others the ratios are only printed. To store new ones: `python tools/tests/test_instructions.py`.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORED = ROOT / "core/benches/instructions.json"
MOST = 1.1
TIMES = {"W1 10 000 contacts": (1, 2), "W3 event 2 KB": (10, 110), "W4 one contact": (10, 110)}


@pytest.fixture(scope="module")
def program():
    return build()


def build():
    command = ["cargo", "bench", "--quiet", "--no-run", "--package", "airudder-core", "--bench", "core"]
    built = subprocess.run(
        [*command, "--message-format=json"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    artifacts = map(json.loads, built.splitlines())
    return next(one["executable"] for one in artifacts if one.get("target", {}).get("kind") == ["bench"])


def compiler():
    return subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]


def instructions(program, work, part, times):
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        program,
        "--run",
        work,
        part,
        str(times),
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", said)[1])


def ratio(program, work):
    """What one repetition takes, without the start: this library's through the floor's."""
    few, many = TIMES[work]
    each = [
        instructions(program, work, part, many) - instructions(program, work, part, few) for part in ("ours", "floor")
    ]
    return each[0] / each[1]


@pytest.mark.parametrize("work", TIMES)
def test_the_core_takes_no_more_instructions_than_it_did(work, program):
    stored = json.loads(STORED.read_text())
    found = ratio(program, work)
    print(f"{work}: {found:.3f} times the floor; stored {stored['ratios'][work]:.3f} with rustc {stored['rustc']}")
    if stored["rustc"] == compiler():
        assert found <= stored["ratios"][work] * MOST


def test_what_is_stored_is_of_the_same_works():
    assert json.loads(STORED.read_text())["ratios"].keys() == TIMES.keys()


if __name__ == "__main__":
    executable = build()
    ratios = {work: round(ratio(executable, work), 3) for work in TIMES}
    STORED.write_text(json.dumps({"rustc": compiler(), "ratios": ratios}, indent=2) + "\n")
