"""Uploads by the command line: their settings, what they tell, and the file of contacts that were not accepted."""

import csv
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from conftest import airudder
from test_cli import UPLOAD

from airudder import Progress, Report
from airudder._cli.progress import Pace, Plain

OPTIONS = [*UPLOAD, "--platform", "TEMP1"]


@pytest.fixture
def contacts(tmp_path):
    """A file of two contacts that are good, and one that is not."""
    file = tmp_path / "contacts.csv"
    file.write_text("callee;caseid;Nama\n+620000000001;c-1;Ana\n620000000002;c-2;Budi\n+620000000003;c-3;Cici\n")
    return file


def rows_of(path):
    content = path.read_text(encoding="utf-8-sig")
    return list(csv.reader(content.splitlines(), delimiter=";"))


def test_rejected_contacts_are_mended_and_sent_again(environment, sandbox, tmp_path, contacts):
    rejects = tmp_path / "rejects.csv"
    done = airudder(environment, "upload", contacts, *OPTIONS, "--rejected", rejects)
    assert (done.returncode, done.stdout.splitlines()[0]) == (3, "2 accepted, 1 rejected, 0 doubtful")
    assert f"rejected and doubtful contacts in {rejects}: 1" in done.stderr
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert rejects.read_bytes().startswith(b"\xef\xbb\xbfairudder:line;airudder:state;")
    names, row = rows_of(rejects)
    told = dict(zip(names, row, strict=True))
    assert told.pop("airudder:message")
    assert told == {
        "airudder:line": "3",
        "airudder:state": "rejected",
        "airudder:case_id": "c-2",
        "airudder:code": "E1007",
        "airudder:pointer": "/callee",
        "callee": '="620000000002"',  # as a spreadsheet leaves it alone
        "caseid": "c-2",
        "Nama": "Budi",
    }
    rejects.write_text(rejects.read_text().replace('"=""620000000002"""', '"=""+620000000002"""'))
    done = airudder(environment, "upload", rejects, *OPTIONS, "--rejected", tmp_path / "more.csv")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 accepted, 0 rejected, 0 doubtful"), done.stderr
    assert "variables: Nama\n" in done.stderr
    assert len(rows_of(tmp_path / "more.csv")) == 1
    assert sandbox.stats()["contacts"] == {"accepted": 3, "distinct": 3, "duplicates": 0, "waiting": 0}


def test_who_may_have_been_sent_is_not_sent_again_from_that_file(environment, sandbox, tmp_path):
    file, rejects = tmp_path / "contacts.csv", tmp_path / "rejects.csv"
    file.write_text("callee,caseid\n+620000000001,c-1\n+620000000001,c-1\n+620000000002,c-2\n62,c-3\n")
    (tmp_path / "none.txt").write_text("+620000000002\n")
    lost = {"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}
    sandbox.control("faults", [lost])
    options = ["--suppress", tmp_path / "none.txt", "--settle", "never", "--rejected", rejects]
    done = airudder(environment, "upload", file, *OPTIONS, *options)
    assert done.stdout.startswith("0 accepted, 3 rejected, 1 doubtful"), done.stderr
    names, *rows = csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines())
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(one["airudder:line"], one["airudder:state"], one["airudder:code"]) for one in told] == [
        ("2", "doubtful", ""),
        ("3", "rejected", "E1013"),
        ("4", "rejected", "E1021"),
        ("5", "rejected", "E1007"),
    ]
    mended = rejects.read_text(encoding="utf-8-sig").replace(",62,", ",+620000000004,").replace("E1021", "")
    rejects.write_text(mended)
    done = airudder(environment, "upload", rejects, *OPTIONS)
    assert done.stdout.startswith("2 accepted, 2 rejected, 0 doubtful"), done.stderr
    assert "line 2: the row is of a file of rejected contacts, and it may have been sent" in done.stderr
    assert "line 3: the row is of a file of rejected contacts, and it stood in its campaign twice" in done.stderr


def test_faults_of_rows_and_cells_beyond_the_columns_are_kept(environment, tmp_path):
    file, rejects = tmp_path / "contacts.csv", tmp_path / "rejects.csv"
    file.write_text("callee,caseid,name\n+620000000001,c-1,Doe, John\n6.28E+11,c-2,Budi\n+620000000003\n")
    done = airudder(environment, "upload", file, *OPTIONS, "--check", "--rejected", rejects, "--quiet", "--json")
    assert (done.returncode, done.stderr) == (3, "")
    names, first, second = csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines())
    assert first[:1] + first[len(names) - 3 :] == ["2", '="+620000000001"', "c-1", "Doe", " John"]
    assert second[len(names) - 3 :] == ["6.28E+11", "c-2", "Budi"]
    told = json.loads(done.stdout)
    assert (told["sent"], told["lines"], told["report"]["accepted"]) == (False, {"0": 2, "1": 3}, 1)
    assert [one["code"] for one in told["report"]["rejected"]] == ["E1007", "E1007"]
    assert "the row has 4 cells" in told["report"]["rejected"][0]["message"]
    assert Report.from_dict(told["report"]).rejected[1].message.startswith("callee is in scientific notation")


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.jsonl", "missing/rejects.csv", "."])
def test_a_file_that_cannot_be_written_is_known_before_anything_is_sent(environment, sandbox, tmp_path, contacts, name):
    done = airudder(environment, "upload", contacts, *OPTIONS, "--rejected", tmp_path / name)
    assert (done.returncode, done.stdout) == (1, "")
    assert sandbox.stats()["requests"] == {}


def test_many_contacts_are_not_told_one_by_one_where_a_file_has_them(environment, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("callee\n" + "62000\n" * 30)
    done = airudder(environment, "upload", file, *OPTIONS, "--dry-run", "--rejected", tmp_path / "rejects.csv")
    assert done.stdout == "0 would be sent, 30 rejected; nothing was sent\n"
    assert done.stderr.splitlines()[-2:] == [
        "and 10 more",
        f"rejected and doubtful contacts in {tmp_path / 'rejects.csv'}: 30",
    ]


def test_a_report_as_json(environment, sandbox, contacts):
    done = airudder(environment, "upload", contacts, *OPTIONS, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["sent"], told["lines"]) == (3, True, {"1": 3})
    report = Report.from_dict(told["report"])
    assert (report.accepted, report.rejected[0].case_id, report.workflows[0].contacts) == (2, "c-2", 2)
    assert done.stderr.splitlines()[0] == "variables: Nama"


def test_an_upload_that_stops_tells_its_report_as_json(environment, sandbox, tmp_path, contacts):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "unauthorized"}])
    rejects = tmp_path / "rejects.csv"
    done = airudder(environment, "upload", contacts, *OPTIONS, "--json", "--settle", 0.1, "--rejected", rejects)
    told = json.loads(done.stdout)
    assert (done.returncode, told["error"]["code"], told["report"]["accepted"]) == (1, "E3003", 0)
    assert told["error"]["http_status"] == 401
    assert "run the same again to go on" in done.stderr
    assert {row[1] for row in rows_of(rejects)[1:]} <= {"rejected", "doubtful"}


def test_a_deadline_has_a_status_of_its_own(environment, sandbox, contacts):
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat(" ", "seconds")
    for stop in (["--deadline", 0], ["--stop-at", past]):
        done = airudder(environment, "upload", contacts, *OPTIONS, *stop)
        assert (done.returncode, "E1023" in done.stderr) == (4, True), done.stderr
    assert airudder(environment, "upload", contacts, *OPTIONS, "--deadline", 600).returncode == 3


def test_rate_window_and_outage_reach_the_campaign(environment, sandbox, contacts):
    closed = datetime.now(UTC) + timedelta(hours=2)
    hours = f"{closed:%H:%M}-{closed + timedelta(hours=1):%H:%M} UTC"
    done = airudder(
        environment, "upload", contacts, *OPTIONS, "--window", hours, "--deadline", 1, "--progress", "plain"
    )
    assert (done.returncode, sandbox.requests("workflow.upload_details")) == (4, 0)
    assert re.search(r"^paused until .*\d\d:\d\d:\d\d: 1 of 3", done.stderr, re.MULTILINE), done.stderr
    done = airudder(environment, "upload", contacts, *OPTIONS, "--window", hours.replace("UTC", "Klingon"))
    assert (done.returncode, "E1001" in done.stderr) == (1, True)
    began = time.monotonic()
    options = ["--rate", 1, "--batch-size", 1, "--window", "00:00-23:59 UTC", "--max-outage", 5]
    if datetime.now(UTC).strftime("%H:%M") == "23:59":
        options[4:6] = []
    done = airudder(environment, "upload", contacts, *OPTIONS, *options)
    assert done.stdout.startswith("2 accepted"), done.stderr
    assert time.monotonic() - began > 0.9
    sandbox.stop()
    done = airudder(environment, "upload", contacts, *OPTIONS, "--max-outage", 0, "--retry-rejected")
    assert done.returncode in (1, 3)


def test_parts_with_a_journal_in_a_database(environment, sandbox, tmp_path, contacts):
    journal = ["--journal", f"sqlite:{tmp_path / 'journals.db'}"]
    accepted = 0
    for part in ("0/2", "1/2"):
        done = airudder(environment, "upload", contacts, *OPTIONS, *journal, "--partition", part, "--json")
        accepted += json.loads(done.stdout)["report"]["accepted"]
    assert accepted == 2
    done = airudder(environment, "upload", contacts, *OPTIONS, "--partition", "0/2")
    assert (done.returncode, "a journal that all its workers reach" in done.stderr) == (1, True)
    in_environment = {"AIRUDDER_JOURNAL": f"sqlite:{tmp_path / 'other.db'}"}
    done = airudder(environment, "upload", contacts, *OPTIONS, **in_environment)
    assert done.stdout.startswith("2 accepted")
    assert not (tmp_path / "contacts.jsonl").exists()
    assert (tmp_path / "other.db").exists()


def test_journals_in_postgres_and_redis(environment, sandbox, contacts, postgres, redis_server):
    # Other suites have journals of the usual name in these databases.
    named = [*OPTIONS, "--name", "july by command"]
    for url in (postgres.url, redis_server.url):
        for _ in range(2):
            done = airudder(environment, "upload", contacts, *named, AIRUDDER_JOURNAL=url)
            assert done.stdout.startswith("2 accepted"), done.stderr
    for url in ("postgresql://fake:fake-password@127.0.0.1:1/x", "redis://:fake-password@127.0.0.1:1"):
        done = airudder(environment, "upload", contacts, *OPTIONS, AIRUDDER_JOURNAL=url)
        assert (done.returncode, "the database of the journal failed" in done.stderr) == (1, True), done.stderr
        assert "fake-password" not in done.stderr


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--window", "8-20"], "not two times of day and their zone"),
        (["--partition", "2/2"], "how many there are, as 0/8 to 7/8"),
        (["--stop-at", "2026-12-01 18:00:00"], "no time with its zone"),
        (["--stop-at", "soon"], "no time with its zone"),
        (["--settle", "soon"], "nor the word never"),
        (["--max-rejected", "x%"], "neither a number of contacts nor a share"),
        (["--progress", "loud"], "loud"),
        (["--rate", "fast"], "'--rate'"),
    ],
)
def test_nonsense_is_refused(environment, contacts, option, says):
    done = airudder(environment, "upload", contacts, *OPTIONS, *option, "--json")
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert says in json.loads(done.stdout)["error"]["message"]


def at_a_terminal(environment, *arguments, **more):
    """Run the command line with a terminal for its standard error; give its status, output and what was drawn."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "airudder", *map(str, arguments)]
    size = {"COLUMNS": "160", "LINES": "40", "TERM": "xterm-256color"}
    with subprocess.Popen(command, env=environment | size | more, stdout=subprocess.PIPE, stderr=terminal) as running:
        os.close(terminal)
        drawn = b""
        while True:
            try:
                drawn += (chunk := os.read(controller, 65536))
            except OSError:
                break
            if not chunk:
                break
        output = running.stdout.read().decode()
    os.close(controller)
    return running.returncode, output, drawn.decode()


def test_a_bar_is_drawn_on_a_terminal(environment, sandbox, contacts):
    lost = {"operation": "workflow.upload_details", "times": 1, "fault": "reset_before"}
    sandbox.control("faults", [lost])
    options = [*OPTIONS, "--settle", 1.5]
    status, output, drawn = at_a_terminal(environment, "upload", contacts, *options)
    assert (status, output.splitlines()[0]) == (3, "2 accepted, 1 rejected, 0 doubtful")
    assert "\x1b[" in drawn
    assert "3 of 3" in drawn
    assert re.search(r"settling until \d\d:\d\d:\d\d", drawn)
    assert "2 in doubt" in drawn
    assert "variables: Nama" in drawn
    assert drawn.endswith("\r\n")


@pytest.mark.parametrize(
    ("options", "more"), [(["--quiet"], {}), (["--json"], {}), (["--progress", "none"], {}), ([], {"TERM": "dumb"})]
)
def test_no_bar_is_drawn_where_it_would_be_in_the_way(environment, sandbox, contacts, options, more):
    status, output, drawn = at_a_terminal(environment, "upload", contacts, *OPTIONS, *options, **more)
    assert (status, "\x1b" in drawn, "\x1b" in output) == (3, False, False)


def test_an_interrupted_upload_goes_on(environment, sandbox, contacts):
    command = [sys.executable, "-m", "airudder", "upload", contacts, *OPTIONS, "--rate", 0.05, "--batch-size", 1]
    command += ["--progress", "plain"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(list(map(str, command)), env=environment, **pipes) as running:
        while "paused until" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=60)
    assert (running.returncode, output, errors) == (130, "", "interrupted; run the same again to go on\n")
    assert airudder(environment, "upload", contacts, *OPTIONS).stdout.startswith("2 accepted")
    assert sandbox.stats()["contacts"]["duplicates"] == 0


def test_plain_lines_come_now_and_then_and_with_each_wait(capsys):
    clock = [0.0]
    plain = Plain(lambda: clock[0])
    until = datetime.now().astimezone()
    for second, done, phase in [
        (0, 0, "uploading"),
        (1, 100, "uploading"),
        (2, 200, "settling"),
        (3, 200, "settling"),
        (20, 2000, "uploading"),
        (21, 2000, "ended"),
    ]:
        clock[0] = float(second)
        waits = until if phase == "settling" else None
        plain.show(Progress(done, done, 0, 0, phase, waits, 4000))
    assert capsys.readouterr().err.splitlines() == [
        "uploading: 0 of 4000",
        f"settling until {until:%H:%M:%S}: 200 of 4000, 100 contacts/s, 0:00:38 left",
        "uploading: 2000 of 4000, 100 contacts/s, 0:00:20 left",
        "ended: 2000 of 4000, 95 contacts/s, 0:00:21 left",
    ]


def test_the_pace_is_that_of_the_last_half_minute():
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    for second in range(100):
        clock[0] = float(second)
        pace.add(second * (1 if second < 50 else 3))
    assert pace.text(None) == "3.0 contacts/s"
