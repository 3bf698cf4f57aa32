"""What type checkers say of a user's code: right code passes, a wrong field name does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = """# pyright: strict
import httpx
from airudder import AsyncClient, Client, Detail, File, Report, Webhooks
from airudder.events import ChannelMessageSentEvent, WorkflowCallFinishedEvent
from airudder.types import UploadDetailsParams

def send(client: Client) -> str:
    contact: Detail = {"callee": "+6212345678", "platform": "P", "caseid": "c", "variables": {"customer_name": "Ana"}}
    workflow = client.workflow.create_instance(workflow_template_id=7, name="n", end_time="2099-12-01 18:00:00+08:00")
    client.workflow.upload_details(workflow_id=workflow["workflow_id"], details=[contact], options={"timeout": 3})
    rows = client.workflow.detail_instances(case_id="c", start_time="a", end_time="b")["rows"]
    for row in rows:
        if row.get("status") == "finished" or row.get("status") == "not-yet-known":
            return row.get("workflow_id", "")
    return ""

async def ask(client: AsyncClient) -> int:
    found = await client.workflow.detail_instances(callee="+6212345678", start_time="a", end_time="b")
    return len(found["rows"])

def run(client: Client) -> int:
    report: Report = client.campaigns.run(
        workflow_template_id=7, name="n", end_time="e", contacts=[{"callee": "+6212345678"}], journal="j"
    )
    return report.accepted + len(report.rejected)

def receive(hooks: Webhooks, body: bytes, headers: dict[str, str]) -> str:
    event = hooks.unwrap(body, headers)
    print(event.data["anything"])
    if isinstance(event, WorkflowCallFinishedEvent):
        for call in event.data.get("details", []):
            if call.get("ring_type") == "not-yet-known":
                return event.data.get("workflow_id", "") + call.get("callee", "")
    match event:
        case ChannelMessageSentEvent(data=data):
            return data.get("call_id", "")
        case _:
            return event.type + event.dedupe_key

def fetch(client: Client) -> bytes:
    recording = client.tasks.recording(TaskID="t", Callee="c")
    return recording.content if isinstance(recording, File) else b""

def configure(transport: httpx.AsyncClient) -> AsyncClient:
    Client.from_env(timeout=3.0, base_url=None).close()
    return AsyncClient.from_env(transport=transport, strict=False)

def reuse(params: UploadDetailsParams, client: Client) -> int:
    client.workflow.upload_details(**params)
    response = client.last_response
    return response.status if response else 0
"""

WRONG = {
    "a parameter": 'client.workflow.create_instance(workflow_template_id=7, name="n", end_tiem="e")',
    "a missing parameter": 'client.workflow.create_instance(workflow_template_id=7, name="n")',
    "a field": 'contact: Detail = {"callee": "+6212345678", "platfrom": "P", "variables": {}}',
    "a type": "client.workflow.upload_details(workflow_id=7, details=[])",
    "a result": 'client.workflow.detail_instances(start_time="a", end_time="b")["row"]',
    "an option": 'client.workflow.upload_details(workflow_id="w", details=[], options={"time_out": 3})',
    "a file": 'client.tasks.recording(TaskID="t", Callee="c").contents',
    "a field of an event": "def f(event: CallFinishedEvent): return event.data['detials']",
    "a setting": "Client.from_env(time_out=3.0)",
    "a setting's type": 'Client.from_env(timeout="3")',
    "another transport": "Client.from_env(transport=httpx.AsyncClient())",
    "a parsed body": 'Webhooks(secret="s").unwrap({"a": 1}, {})',
}
HEAD = """import httpx
from airudder import Client, Detail, Webhooks
from airudder.events import CallFinishedEvent
client = Client()
"""

CHECKERS = {"mypy": ["-m", "mypy", "--strict", "--no-incremental"], "pyright": ["-m", "pyright"]}


def complaints(checker, folder, files):
    for name, text in files.items():
        (folder / f"{name.replace(' ', '_')}.py").write_text(text)
    command = [sys.executable, *CHECKERS[checker], *sorted(path.name for path in folder.glob("*.py"))]
    if checker == "pyright":
        command += ["--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
    return {name: f"{name.replace(' ', '_')}.py:" in done.stdout for name in files}, done.stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers(checker, tmp_path):
    files = {"right": RIGHT} | {name: HEAD + code + "\n" for name, code in WRONG.items()}
    found, output = complaints(checker, tmp_path, files)
    assert found == {"right": False} | dict.fromkeys(WRONG, True), output


def test_no_public_type_is_left_to_be_guessed(tmp_path):
    # It looks for the package where the first Python of the path has it.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pyright", "--verifytypes", "airudder", "--ignoreexternal"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert "Type completeness score: 100%" in done.stdout, done.stdout
