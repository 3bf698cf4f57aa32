"""Shows that each promise's test fails where what keeps the promise is taken out: `run.py [NAME…]`, by `make promises`.

For each mutant its test is run without it, which must pass, and then with it, which must fail: by an assertion, not
because something was not built, collected or imported.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

import tree
from mutants import Mutant, apply, mutants

PACKAGES = {
    "bindings-c": "airudder-c",
    "core": "airudder-core",
    "sandbox": "airudder-sandbox",
    "tools/protocol": "airudder-protocol",
}
LIMIT = 1200
"""So many seconds a test may take."""
# A test that fails so has not been asked.
NOT_ASKED = (
    *("ImportError", "ModuleNotFoundError", "SyntaxError", "NameError"),
    *("Failed: Timeout", "AssertionError: gcc", "AssertionError: g++"),
)


class Result:
    """What became of a test."""

    def __init__(self, kind: str, why: str = "") -> None:
        self.kind = kind
        """`passed`, `failed` by an assertion, or `broken`."""
        self.why = why


PASSED: dict[str, Result] = {}


def main() -> None:
    """Try the mutants whose names begin with one of the arguments; without any, all."""
    begun = time.monotonic()
    wanted = [one for one in mutants() if one.name.startswith(tuple(sys.argv[1:] or [""]))]
    if not wanted:
        sys.exit(f"no mutant is called {' or '.join(sys.argv[1:])}")
    tree.make_tree()
    found = 0
    for needs, group in groupby(wanted, key=lambda one: one.needs):
        tree.build_whole(needs)
        of_one_kind = list(group)
        for one in of_one_kind:  # before any mutant, after which all would have to be built again
            tested_whole(one)
        found += sum(is_found(one) for one in of_one_kind)
    print(f"{found} of {len(wanted)} mutants were found, in {(time.monotonic() - begun) / 60:.0f} min")
    sys.exit(found < len(wanted))


def is_found(mutant: Mutant) -> bool:
    """Try one mutant, and say what became of it."""
    begun = time.monotonic()
    verdict, why = tried(mutant)
    # Of a test that did not run, all that it said tells why.
    shown = why[:100] if verdict == "found" else why
    print(f"{verdict:9} {mutant.name} ({time.monotonic() - begun:.0f} s): {shown}", flush=True)
    return verdict == "found"


def tried(mutant: Mutant) -> tuple[str, str]:
    """Run the test of a mutant without it and with it."""
    tree.give_back()
    before = tested_whole(mutant)
    if before.kind != "passed":
        return "NO TEST", f"{mutant.test} does not pass without it: {before.why}"
    try:
        if complaint := apply(mutant, tree.TREE):
            return "NO PATCH", complaint
        tree.build_mutant(mutant.needs)
        after = tested(mutant)
    except tree.BuildError as error:
        return "NO BUILD", str(error)
    finally:
        tree.restore()
    verdicts = {"failed": "found", "passed": "NOT FOUND", "broken": "BROKEN"}
    return verdicts[after.kind], after.why or f"{mutant.test} passes"


def tested_whole(mutant: Mutant) -> Result:
    """Run a test without its mutants, once for all of them."""
    if mutant.test not in PASSED:
        try:
            PASSED[mutant.test] = tested(mutant)
        except tree.BuildError as error:
            PASSED[mutant.test] = Result("broken", str(error))
    return PASSED[mutant.test]


def tested(mutant: Mutant) -> Result:
    """Run one test."""
    try:
        if mutant.file.endswith(".rs"):
            return tested_by_cargo(mutant)
        return tested_by_pytest(mutant) if mutant.file.endswith(".py") else tested_by_node(mutant)
    except subprocess.TimeoutExpired:
        return Result("broken", f"{mutant.test} takes more than {LIMIT} s")


def output(*command: str | Path, cwd: Path = tree.TREE) -> str:
    """Run a test; give all that it says. One that takes too long is killed with all that it started."""
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=tree.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as test:
        try:
            return test.communicate(timeout=LIMIT)[0]
        except BaseException:
            os.killpg(test.pid, signal.SIGKILL)
            raise


def tested_by_cargo(mutant: Mutant) -> Result:
    """Run a test of Rust, which is built first."""
    folder, _, place = re.sub(r"\.rs$", "", mutant.file).rpartition("/src/" if "/src/" in mutant.file else "/tests/")
    suite, *modules = [part for part in place.split("/") if part != "main"]
    target = ["--test", suite]
    cargo = ["cargo", "+nightly", "miri"] if mutant.needs == "miri" else ["cargo"]
    if "/src/" in mutant.file:
        target, modules = ["--lib" if mutant.needs == "miri" else "--bins"], [suite, *modules]
    command = [*cargo, "test", "--locked", "--quiet", "-p", PACKAGES[folder], *target]
    tree.run(*command, "--no-run")
    name = "::".join([*modules, mutant.function])
    said = output(*command, "--", "--exact", name)
    if "test result: ok. 1 passed" in said:
        return Result("passed")
    if mutant.needs == "miri" and (seen := re.search(r"^error: Undefined Behavior: (.+)", said, re.MULTILINE)):
        return Result("failed", seen[1])
    panic = re.search(r"panicked at [^\n]*\n(.*)", said)
    if panic and f"---- {name} stdout ----" in said:
        return Result("failed", panic[1])
    return Result("broken", said)


def tested_by_pytest(mutant: Mutant) -> Result:
    """Run a test of pytest."""
    report = tree.CACHE / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "-p", "no:cacheprovider", "-x", f"--junitxml={report}", "--tb=short"]
    said = output(tree.PYTHON, "-m", "pytest", *options, mutant.test)
    suite = ElementTree.parse(report).getroot()[0] if report.exists() else None  # noqa: S314 - pytest's own
    if suite is None or suite.get("tests") == "0":
        return Result("broken", said)
    failure = next(suite.iter("failure"), None)
    if failure is None:
        return Result("passed") if suite.get("errors") == "0" else Result("broken", said)
    why = failure.get("message", "").partition("\n")[0]
    return Result("broken", said) if why.startswith(NOT_ASKED) else Result("failed", why)


def tested_by_node(mutant: Mutant) -> Result:
    """Run a test of Node."""
    folder, _, file = mutant.file.partition("/")
    pattern = f"^{re.escape(mutant.function)}$"
    said = output(
        "node", "--test", "--test-reporter=tap", f"--test-name-pattern={pattern}", file, cwd=tree.TREE / folder
    )
    if re.search(r"^# pass 1$", said, re.MULTILINE) and re.search(r"^# fail 0$", said, re.MULTILINE):
        return Result("passed")
    why = re.search(r"^ +error: (?:'(.*)'|\|-\n +(.*))$", said, re.MULTILINE)
    if "code: 'ERR_ASSERTION'" in said and why:
        return Result("failed", why[1] or why[2])
    return Result("broken", said)


if __name__ == "__main__":
    main()
