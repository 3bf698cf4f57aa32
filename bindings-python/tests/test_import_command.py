"""The command `import`, as one types it, and the types that it writes, as type checkers read them."""

import json
import subprocess
import sys

import pytest
from conftest import airudder
from openapi import VENDOR, document, query
from vendor import CALLS, FILE

ENVIRONMENT = {"PATH": "/usr/bin"}


def run(*arguments):
    return airudder(ENVIRONMENT, "import", *arguments)


def test_the_command_writes_three_files_and_tells_of_them(tmp_path):
    done = run(VENDOR, "-o", tmp_path / "vendor.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "operations: 20, events: 1\n" in done.stdout
    assert "  plans.create_runs                POST   /service/plans/{plan_id}/runs  启动计划\n" in done.stdout
    assert "Where it is safe for these, write so:\n  plans.get\n" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vendor.d.ts", "vendor.json", "vendor.pyi"]


def test_a_dry_run_writes_nothing(tmp_path):
    made = document(parameters=[query("a"), query("a")])
    (tmp_path / "wrong.json").write_text(json.dumps(made))
    done = run(VENDOR, "-o", tmp_path / "vendor.json", "--dry-run", "--include", "/service/sms/*", "--json")
    told = json.loads(done.stdout)
    assert (told["written"], len(told["operations"]), told["may_be_safe"]) == (
        [],
        6,
        ["waba.list_accounts", "waba.list_numbers"],
    )
    done = run(
        VENDOR, "-o", tmp_path / "vendor.json", "--dry-run", "--name-from", "path", "--exclude", "模板/Templates"
    )
    assert "; nothing was written\n  plans.create " in done.stdout
    done = run(tmp_path / "wrong.json", "-o", tmp_path / "vendor.json")
    assert done.returncode == 1
    assert done.stderr.endswith(
        "wrong.json#/paths/~1service~1things/post/parameters/1: the parameter a stands twice in query\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.json"]


HEAD = """
from typing import TYPE_CHECKING, cast
from airudder import AsyncClient, Catalog, Client
if TYPE_CHECKING:
    from vendor import AsyncVendorClient, PlanFinishedData, VendorClient, WabaSendMessageParams, Window

catalog = Catalog.extend("vendor.json")
client = cast("VendorClient", Client(catalog=catalog))
again = cast("AsyncVendorClient", AsyncClient(catalog=catalog))
windows: "list[Window]" = [{"days": [1], "from": "09:00", "to": "18:00"}]
"""
RIGHT = """
plan = client.plans.create(name="x", template_id="t", windows=windows, options={"timeout": 1.0})
status: str = plan["status"]
owner = plan.get("owner")
number: int = owner["id"] if owner else 0
names = [one["name"] for one in client.plans.list(page=1, status="draft")["list"]]
message: "WabaSendMessageParams" = {"from": "+1", "to": "+2", "template": "t", "language": "zh_CN"}
sent: str = client.waba.send_message(**message)["message_id"]
qualities = [one["quality"] for one in client.waba.list_numbers(waba_id="w")]
client.templates.create(name="x", channel="sms", content={"kind": "text", "text": "hello"}, parent_id=None)
children = client.templates.get_tree(template_id="t").get("children", [])
client.workflow.create_instance(workflow_template_id=7, name="n", end_time="t")
with client as entered:
    entered.waba.list_accounts()

async def main() -> str:
    return (await again.plans.get(plan_id="p"))["plan_id"]

def finished(data: "PlanFinishedData") -> int:
    return data["counts"]["called"]
"""
WRONG = [
    "client.plans.creat(name='x')",
    "client.plan",
    "client.plans.create(name='x', windows=windows)",
    "client.plans.create(name='x', template_id='t', windows=windows, colour='red')",
    "client.plans.create(name='x', template_id=7, windows=windows)",
    "client.plans.create(name='x', template_id='t', windows=[{'days': [1]}])",
    "client.plans.list(status='done')",
    "client.plans.create_runs(plan_id='p', contacts=[{'rows': [{'calle': '+1'}]}])",
    "client.plans.get(plan_id='p')['plan']",
    "client.templates.create(name='x', channel='sms', content={'kind': 'text', 'url': 'x'})",
    "again.plans.get(plan_id='p')['plan_id']",
]


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """A folder with the types, and a function that has a program checked in it."""
    folder = tmp_path_factory.mktemp("typed")
    assert run(VENDOR, "-o", folder / "vendor.json").returncode == 0
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')

    def check(tool, text):
        (folder / "program.py").write_text(text)
        options = {"mypy": ["--strict", "program.py", "vendor.pyi"], "pyright": ["--pythonpath", sys.executable, "."]}
        command = [sys.executable, "-m", tool, *options[tool]]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)

    return check


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_right_programs_pass_and_wrong_lines_do_not(typed, tool):
    done = typed(tool, HEAD + RIGHT)
    assert done.returncode == 0, done.stdout
    text = HEAD + "\n".join(WRONG)
    first = HEAD.count("\n") + 1
    found = typed(tool, text).stdout
    lines = [number for number in range(first, first + len(WRONG)) if f"program.py:{number}:" in found]
    assert [text.splitlines()[number - 1] for number in lines] == WRONG
    assert "vendor.pyi" not in found.replace("/vendor.pyi\n", "")


def test_the_commands_take_a_catalog(environment, start_vendor):
    vendor = start_vendor()
    environment["AIRUDDER_BASE_URL"] = vendor.url
    given = ["--catalog", FILE]
    listed = airudder(environment, "operations", *given).stdout
    assert "plans.get                        GET    /service/plans/{plan_id}\n" in listed
    assert airudder(environment, "operations", AIRUDDER_CATALOG=str(FILE)).stdout == listed
    shown = airudder(environment, "curl", "plans.get", "plan_id=a b", *given).stdout
    assert shown.startswith(f"curl -X GET '{vendor.url}/service/plans/a%20b'")
    done = airudder(environment, "call", "plans.get", "plan_id=p/1", *given)
    assert json.loads(done.stdout) == CALLS["plans.get"][1]
    done = airudder(environment, "call", "plans.get", "plan=p", *given)
    assert "E1004 plans.get at /plan: unknown field `plan`, expected `plan_id`" in done.stderr
    done = airudder(environment, "listen", "--kind", "plan.done", *given)
    assert (done.returncode, "plan.finished" in done.stderr) == (2, True)
