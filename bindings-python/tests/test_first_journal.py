"""A campaign that version 0.1.0 began goes on by its rules: `journals/README.md` tells how its files were made."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import APP, CAMPAIGN, airudder
from test_cli import UPLOAD

from airudder import Client, Response, ValidationError
from airudder._cli.contacts import ContactsFile
from airudder._cli.table import Reading

FILES = Path(__file__).parent / "journals"
OPTIONS = [*UPLOAD, "--platform", "TEMP1", "--batch-size", 2]
WORKFLOW = "7d938bd5429ac64360529a8e2a82718b"


@pytest.fixture
def csv(tmp_path):
    shutil.copy(FILES / "first.jsonl", tmp_path)
    return shutil.copy(FILES / "first.csv", tmp_path)


def test_what_is_done_is_not_done_again(environment, sandbox, csv):
    done = airudder(environment, "upload", csv, *OPTIONS)
    assert done.stdout.splitlines() == ["6 accepted, 3 rejected, 0 doubtful", f"workflow {WORKFLOW} july: 6"], (
        done.stderr
    )
    assert done.stderr.startswith("variables: caseid , Name, city\nline 3: E1007 /callee: ")
    assert sandbox.requests("workflow.upload_details") == 0
    assert sandbox.requests("workflow.create_instance") == 0


def test_a_changed_file_is_noticed(environment, sandbox, csv):
    text = Path(csv).read_text()
    Path(csv).write_text(text.replace("caseid ", "caseid"))
    done = airudder(environment, "upload", csv, *OPTIONS)
    assert (done.returncode, "E1012" in done.stderr) == (1, True)
    assert sandbox.requests("workflow.upload_details") == 0


class Api:
    """An API that knows the workflow, finds everybody who is looked up, and keeps what is uploaded."""

    def __init__(self):
        self.uploaded, self.looked_up = [], []

    def send(self, request):
        path, asked = request.url.rsplit("/", 1)[-1], json.loads(request.body)
        data = {"token": "fake-token"}
        if path == "detailinstances":
            self.looked_up.append(asked["callee"])
            row = {"workflow_id": WORKFLOW, "workflow_name": "july", "create_time": "2026-11-26T01:19:24Z"}
            data = {"rows": [row | {"status": "running"}]}
        elif path == "uploaddetails":
            self.uploaded += asked["details"]
            data = {"workflow_id": asked["workflow_id"]}
        return Response(200, [], json.dumps({"code": 200, "status": "OK", "data": data}).encode())


def test_a_killed_run_goes_on_as_it_began(csv):
    journal = Path(csv).with_suffix(".jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:6]))  # as if it was killed while the second batch was on its way
    api = Api()
    client = Client(transport=api, **APP)
    with ContactsFile(Path(csv), Reading("TEMP1")) as file:
        report = client.campaigns.run(**CAMPAIGN, contacts=file, journal=journal, batch_size=2, settle=None)
    assert (report.accepted, [file.line(one.contact) for one in report.rejected], report.doubtful) == (6, [3, 6, 8], [])
    assert set(api.looked_up) == {"+62000000003", "+620812000005"}
    assert [contact["callee"] for contact in api.uploaded] == ["+62000000006", "+62000000007"]
    assert api.uploaded[0]["variables"] == {"caseid ": "k-7", "Name": "Gita", "city": "Malang"}
    assert "caseid" not in api.uploaded[0]


def test_todays_rules_would_not_fit(csv):
    with ContactsFile(Path(csv), Reading("TEMP1")) as file, pytest.raises(ValueError, match="line 4: a quotation mark"):
        list(file.by_rules(2))
    journal = Path(csv).with_suffix(".jsonl")
    with ContactsFile(Path(csv), Reading("TEMP1")) as file:
        contacts = list(file.by_rules(1))
    contacts[0]["caseid"] = contacts[0]["variables"].pop("caseid ")
    with pytest.raises(ValidationError, match="E1012"):
        Client(transport=Api(), **APP).campaigns.run(**CAMPAIGN, contacts=contacts, journal=journal)
