"""The command `report`: a campaign's report from its journal and stored results."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from conftest import CAMPAIGN, ROOT
from test_campaign import contacts
from test_report_page import call

from airudder import AirudderError
from airudder._cli.report import report

FIRST = Path(__file__).parent / "journals"


@pytest.fixture
def july(client, tmp_path):
    """A campaign of 30, of whom two are refused by the check and 25 have a result."""
    rows = [one | {"callee": "0812"} if place in (3, 7) else one for place, one in enumerate(contacts(30))]
    journal = tmp_path / "july.jsonl"
    done = client.campaigns.run(**CAMPAIGN, journal=journal, contacts=rows)
    assert (done.accepted, len(done.rejected)) == (28, 2)
    with (tmp_path / "contacts.csv").open("w") as file:
        file.write("callee,caseid\n")
        file.writelines(f"{one['callee']},{one['caseid']}\n" for one in rows)
    workflow = {"workflow_id": done.workflows[0].workflow_id}
    events = [call(place) | workflow | {"case_id": rows[place]["caseid"]} for place in range(5, 30) if place != 7]
    return journal, events, tmp_path / "contacts.csv"


def store(path, events, form):
    """Write events as they may have been stored."""
    lines = [json.dumps(one) for one in events]
    if form == "lines":
        path.write_text("\ufeff" + "\n".join(lines) + "\n\n", encoding="utf-8")
    elif form == "listen":
        shown = [{"type": "workflow.call.finished", "verified": True, "dedupe_key": "0", "data": one} for one in events]
        path.write_text("".join(json.dumps(one) + "\n" for one in shown))
    elif form == "sqlite":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE events (dedupe_key TEXT PRIMARY KEY, type TEXT, body TEXT)")
            database.executemany("INSERT INTO events VALUES (?, '', ?)", enumerate(lines))
        database.close()
    elif form == "parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(events), path)
    else:
        pyarrow.parquet.write_table(pyarrow.table({form: lines}), path)
    return path


def told(capsys, *arguments, **options):
    assert report(*arguments, as_json=True, **options) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("form", ["lines", "listen", "sqlite", "parquet", "body", "raw"])
def test_results_are_read_as_they_were_stored(july, capsys, tmp_path, form):
    journal, events, _ = july
    before = journal.read_bytes()
    found = told(capsys, journal, store(tmp_path / "results", events, form))
    assert (found["name"], found["accepted"], found["unsent"], found["missing"]) == ("july", 28, 0, 4)
    assert found["left"] == [], "the journal does not have those whom the check refused"
    assert (found["results"]["contacts"], found["results"]["calls"]) == (24, 24)
    assert sum(one["contacts"] for one in found["results"]["countries"]) == 24
    assert journal.read_bytes() == before


def test_the_contacts_add_who_they_are(july, capsys, tmp_path):
    journal, events, file = july
    results = store(tmp_path / "results", events, "lines")
    page = tmp_path / "page.html"
    found = told(capsys, journal, results, contacts=file, html=page)
    assert (found["unknown"], found["missing"]) == (2, 4)
    text = page.read_text()
    assert "<h1>july</h1>" in text
    for place in range(30):
        assert (f">case-{place}<" in text) == (place in (0, 1, 2, 4))
    assert "campaigns.check" in text
    assert "+62" not in text.replace("+62 ID", "")


def test_a_doubtful_contact_and_a_refused_one_are_named(client, sandbox, capsys, tmp_path):
    faults = [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}]
    sandbox.control("faults", faults)
    journal, rows = tmp_path / "j", [*contacts(30)]
    done = client.campaigns.run(**CAMPAIGN, journal=journal, contacts=rows, batch_size=10, settle=None)
    assert len(done.doubtful) == 10
    (tmp_path / "c.csv").write_text("callee,caseid\n" + "".join(f"{one['callee']},{one['caseid']}\n" for one in rows))
    found = told(capsys, journal, store(tmp_path / "r", [], "lines"), contacts=tmp_path / "c.csv")
    assert [row["case_id"] for row in found["left"]] == [one.case_id for one in done.doubtful]
    assert [row["contact"] for row in found["left"]] == [one.contact for one in done.doubtful]
    assert {row["state"] for row in found["left"]} == {"doubtful"}
    assert (found["accepted"], found["missing"], found["unknown"]) == (20, 20, 0)


def test_it_tells_in_words(july, capsys, tmp_path):
    journal, events, file = july
    results = store(tmp_path / "results", events, "lines")
    assert report(journal, results, contacts=file) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "2 of the file refused by a check or not reached yet: upload --check tells which"
    ]
    assert report(journal, results, html=tmp_path / "p.html") == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "28 accepted, 0 rejected, 0 doubtful, 0 to be sent"
    assert second.startswith("24 with a result, 4 without, ")
    assert third == f"the page is {tmp_path / 'p.html'}"


def test_results_come_through_a_pipe_while_the_campaign_holds_its_journal(july, tmp_path):
    journal, events, _ = july
    with (tmp_path / "july.jsonl").open("a") as held:
        held.write('{"record":"sent","batch":9')  # a line that is being written
    lines = "".join(json.dumps(one) + "\n" for one in events)
    command = [sys.executable, "-m", "airudder", "report", str(journal), "--results", "-", "--json"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["results"]["contacts"] == 24


def test_a_journal_of_the_first_version_has_its_contacts_by_its_rules(capsys, tmp_path):
    found = told(capsys, FIRST / "first.jsonl", store(tmp_path / "r", [], "lines"), contacts=FIRST / "first.csv")
    assert found["name"] == "july"
    assert found["accepted"] == found["missing"] > 0
    assert found["workflows"][0]["contacts"] >= found["accepted"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}\nnonsense\n", "results, line 2: this is not JSON"),
        ("[1]\n", "results, line 1: an event is a JSON object"),
    ],
)
def test_what_is_no_event_is_named(july, tmp_path, text, why):
    results = tmp_path / "results"
    results.write_text(text)
    with pytest.raises(ValueError, match=why):
        report(july[0], results)


def test_what_is_no_journal_or_has_other_contacts_is_named(july, tmp_path, monkeypatch):
    journal, _, file = july
    results = store(tmp_path / "results", [], "lines")
    for content, code in ((b"", "E1019"), (b"callee\n", "E1011")):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(AirudderError) as caught:
            report(tmp_path / "other", results)
        assert caught.value.code == code
    file.write_text("callee,caseid\n+62000,case-0\n")
    with pytest.raises(ValueError, match="the file has 1 contacts, and the journal 28"):
        report(journal, results, contacts=file)
    with sqlite3.connect(tmp_path / "empty.db") as database:
        database.execute("CREATE TABLE other (x)")
    database.close()
    with pytest.raises(ValueError, match="no database with a table events"):
        report(journal, tmp_path / "empty.db")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        report(journal, store_parquet(tmp_path / "x.parquet"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    assert report(journal, Path("-")) == 0
    with pytest.raises(FileNotFoundError):
        report(ROOT / "no-such-journal", results)


def store_parquet(path):
    path.write_bytes(b"PAR1")
    return path
