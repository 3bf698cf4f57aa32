"""Campaigns: each contact once, none lost, whatever goes wrong. The sandbox counts what really arrived."""

import contextlib
import dataclasses
import datetime
import json
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import APP, CAMPAIGN, KEY

from airudder import AirudderError, ApiError, Client, HttpTransport, JournalConflict, Progress, Timeout, ValidationError

FAULTS = [
    {"operation": "workflow.upload_details", "fault": "reset_after", "probability": 0.1},
    {"operation": "workflow.upload_details", "fault": "status", "status": 504, "after": True, "probability": 0.05},
    {"operation": "workflow.upload_details", "fault": "truncate", "probability": 0.05},
    {"operation": "*", "fault": "reset_after", "probability": 0.08},
    {"operation": "*", "fault": "reset_before", "probability": 0.04},
    {"operation": "*", "fault": "status", "status": 429, "retry_after": "0", "probability": 0.04},
    {"operation": "*", "fault": "status", "status": 503, "retry_after": "0", "probability": 0.04},
    {"operation": "workflow.upload_details", "fault": "status", "status": 503, "after": True, "probability": 0.05},
]


def contacts(count):
    for number in range(count):
        variables = {"customer_name": f"Ana {number}"}
        yield {"callee": f"+62000{number:07}", "platform": "TEMP1", "caseid": f"case-{number}", "variables": variables}


def arrived(sandbox):
    stats = sandbox.stats()["contacts"]
    return stats["distinct"], stats["duplicates"]


SLOW = {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 200}


class TimingOut(HttpTransport):
    """Loses some answers to uploads after they were carried out, the first one surely."""

    def __init__(self, seed):
        super().__init__()
        self.chance = random.Random(seed)
        self.lost = 0

    def send(self, request):
        response = super().send(request)
        if request.url.endswith("/uploaddetails") and (self.lost == 0 or self.chance.random() < 0.1):
            self.lost += 1
            raise Timeout("lost")
        return response


def test_ten_thousand_through_faults_on_a_fifth_of_the_requests(start_sandbox, tmp_path):
    seed = random.randrange(1_000_000)
    sandbox = start_sandbox("--encryption-key", KEY, "--require-encryption")
    sandbox.control("faults", FAULTS)
    seen = []
    transport = TimingOut(seed)
    client = Client(base_url=sandbox.url, encryption_key=KEY, transport=transport, **APP)
    for _ in range(5):
        # Of so many calls, one may fail nine times in a row; that stops the campaign, and it is run again.
        with contextlib.suppress(AirudderError):
            report = client.campaigns.run(
                **CAMPAIGN,
                contacts=contacts(10_000),
                journal=tmp_path / "journal",
                batch_size=250,
                in_flight=2,
                lookups_in_flight=100,
                settle=0.1,
                progress=seen.append,
            )
            break
    transport.close()
    assert (report.accepted, report.rejected, report.doubtful) == (10_000, [], []), f"seed {seed}"
    assert arrived(sandbox) == (10_000, 0), f"seed {seed}"
    assert sum(sandbox.stats()["faults"].values()) > 0
    assert transport.lost > 0, f"seed {seed}"
    assert seen[-1].accepted == 10_000
    assert any(progress.doubtful for progress in seen)


CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs the tests in the background may ignore it
sys.path.insert(0, {folder!r})
from conftest import APP, CAMPAIGN
from test_campaign import contacts
from airudder import Client
print("ready", flush=True)
with Client(base_url={url!r}, **APP) as client:
    report = client.campaigns.run(
        **CAMPAIGN, contacts=contacts(10_000), journal={journal!r}, batch_size=250, in_flight=2, lookups_in_flight=100,
        settle=0.5
    )
print(report.accepted, len(report.rejected), len(report.doubtful))
"""


def test_killed_at_random_moments_and_resumed_until_done(start_sandbox, tmp_path):
    sandbox = start_sandbox()
    # At first so slow that it cannot end before it was killed; the settle time of the children is longer than that.
    sandbox.control("faults", [SLOW, *FAULTS])
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    script = CHILD.format(folder=str(Path(__file__).parent), url=sandbox.url, journal=str(tmp_path / "journal"))
    killed, stopped, output, errors = 0, 0, None, None
    for attempt in range(60):
        command = [sys.executable, "-c", script]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n", child.communicate()
        try:
            # Ever longer, so that it ends on any machine.
            output, errors = child.communicate(timeout=chance.uniform(0.2, 0.9) * 1.1**attempt)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            killed += 1
            if killed == 3:
                sandbox.control("faults", FAULTS)
            continue
        # Of so many calls, one may fail nine times in a row; that stops the campaign, and it is run again.
        if child.returncode != 1 or "\nairudder." not in errors or stopped == 5:
            break
        stopped += 1
    assert output == "10000 0 0\n", f"seed {seed}\n{errors}"
    assert arrived(sandbox) == (10_000, 0), f"seed {seed}"
    assert killed >= 3, f"seed {seed}"


def test_a_second_process_is_kept_out(client, tmp_path):
    started, finish = threading.Event(), threading.Event()

    def slowly():
        yield from contacts(1)
        started.set()
        finish.wait(60)

    first = threading.Thread(
        target=client.campaigns.run,
        kwargs={**CAMPAIGN, "contacts": slowly(), "journal": tmp_path / "journal"},
    )
    first.start()
    assert started.wait(60)
    try:
        with pytest.raises(JournalConflict, match=r"E1018 .*another process runs the campaign of this journal"):
            client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "journal")
    finally:
        finish.set()
        first.join()


def test_resuming_sends_only_what_is_new(client, sandbox, tmp_path):
    journal = tmp_path / "journal"
    for count in (10, 10, 15):
        report = client.campaigns.run(**CAMPAIGN, contacts=contacts(count), journal=journal)
        assert report.accepted == count
    assert arrived(sandbox) == (15, 0)
    assert sandbox.requests("workflow.upload_details") == 2


def test_changed_contacts_are_noticed_before_anything_is_sent(client, sandbox, tmp_path):
    client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=tmp_path / "journal")
    changed = [*contacts(10)]
    changed[3]["callee"] = "+620009999999"
    with pytest.raises(ValidationError) as raised:
        client.campaigns.run(**CAMPAIGN, contacts=changed, journal=tmp_path / "journal")
    assert raised.value.code == "E1012"
    assert "contact 3" in raised.value.message
    assert raised.value.report.accepted == 3
    assert pickle.loads(pickle.dumps(raised.value)).report == raised.value.report
    with pytest.raises(ValidationError) as raised:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(4), journal=tmp_path / "journal")
    assert raised.value.code == "E1012"
    assert arrived(sandbox) == (10, 0)


def test_an_end_time_may_be_a_datetime_with_its_zone(client, sandbox, tmp_path):
    zone = datetime.timezone(datetime.timedelta(hours=8))
    end = datetime.datetime(2099, 12, 1, 18, tzinfo=zone)
    arguments = CAMPAIGN | {"end_time": end, "contacts": contacts(1), "journal": tmp_path / "journal"}
    assert client.campaigns.run(**arguments).accepted == 1
    assert client.campaigns.run(**arguments | CAMPAIGN | {"contacts": contacts(1)}).accepted == 1
    with pytest.raises(ValidationError, match="ZoneInfo"):
        client.campaigns.run(**arguments | {"end_time": end.replace(tzinfo=None)})


def test_another_campaign_may_not_take_the_journal(client, tmp_path):
    client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "journal")
    with pytest.raises(ValidationError) as raised:
        client.campaigns.run(**CAMPAIGN | {"name": "august"}, contacts=contacts(1), journal=tmp_path / "journal")
    assert raised.value.code == "E1012"


def test_a_torn_last_line_is_cut_off_and_a_damaged_one_is_an_error(client, sandbox, tmp_path):
    journal = tmp_path / "journal"
    client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=journal)
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"torn":\xff\xfe')
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=journal).accepted == 10
    assert journal.read_bytes().startswith(whole)
    journal.write_bytes(whole.replace(b"july", b"june", 1))
    with pytest.raises(ValidationError) as raised:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=journal)
    assert raised.value.code == "E1011"
    assert arrived(sandbox) == (10, 0)


FULL_DISK = (
    """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""
    + CHILD
)


def test_a_full_disk_stops_the_campaign_and_leaves_a_journal_to_resume_from(sandbox, client, tmp_path):
    journal = tmp_path / "journal"
    names = {"folder": str(Path(__file__).parent), "url": sandbox.url, "journal": str(journal)}
    for size in (0, 100, 20_000, 40_000):
        script = FULL_DISK.format(**names, size=size)
        child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=600)
        assert "OSError: [Errno 27]" in child.stderr
        lines = journal.read_bytes().splitlines(keepends=True)
        assert all(json.loads(line) for line in lines)  # no torn line stays
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(10_000), journal=journal, settle=0.1).accepted == 10_000
    assert arrived(sandbox) == (10_000, 0)


class OwnError(Exception):
    pass


@pytest.mark.parametrize("where", ["contacts", "progress"])
def test_an_exception_of_yours_leaves_a_journal_to_resume_from(client, sandbox, tmp_path, where):
    def breaking():
        yield from contacts(500)
        raise OwnError

    def stop(progress):
        if progress.accepted:
            raise OwnError

    arguments = {"contacts": breaking()} if where == "contacts" else {"contacts": contacts(1000), "progress": stop}
    with pytest.raises(OwnError):
        client.campaigns.run(**CAMPAIGN, **arguments, journal=tmp_path / "journal", batch_size=100, in_flight=4)
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(1000), journal=tmp_path / "journal")
    assert report.accepted == 1000
    assert arrived(sandbox) == (1000, 0)
    assert sandbox.requests("workflow.detail_instances") == 0  # nothing was left in doubt


def test_ctrl_c_lets_running_uploads_end_and_journals_them(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    script = CHILD.format(folder=str(Path(__file__).parent), url=sandbox.url, journal=str(tmp_path / "journal"))
    child = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    while not sandbox.requests("workflow.upload_details") and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=300)
    assert errors.rstrip().endswith("KeyboardInterrupt"), errors
    assert 0 < sandbox.stats()["contacts"]["distinct"] < 10_000
    sandbox.control("faults", [])
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(10_000), journal=tmp_path / "journal").accepted == 10_000
    assert arrived(sandbox) == (10_000, 0)
    assert sandbox.requests("workflow.detail_instances") == 0  # nothing was left in doubt


def test_contacts_are_read_as_they_are_needed_and_progress_comes_in_the_callers_thread(client, sandbox, tmp_path):
    read, threads, ahead = 0, set(), []

    def counted():
        nonlocal read
        for contact in contacts(3000):
            read += 1
            yield contact

    def show(progress):
        threads.add(threading.get_ident())
        ahead.append(read - progress.accepted)

    arguments = {"contacts": counted(), "journal": tmp_path / "journal", "batch_size": 50, "in_flight": 3}
    assert client.campaigns.run(**CAMPAIGN, **arguments, progress=show).accepted == 3000
    assert threads == {threading.get_ident()}
    assert max(ahead) <= 50 * (3 + 2)  # those under way, one more batch, and a chunk
    with pytest.raises(dataclasses.FrozenInstanceError):
        Progress(1, 1, 0, 0).accepted = 2


def test_uploads_under_way_at_once(sandbox, tmp_path):
    """Each upload waits for a second one: one at a time would never end."""
    together = threading.Barrier(2)

    class Paired(HttpTransport):
        def send(self, request):
            if request.url.endswith("/uploaddetails"):
                together.wait(60)
            return super().send(request)

    transport = Paired()
    client = Client(base_url=sandbox.url, transport=transport, **APP)
    arguments = {"contacts": contacts(120), "journal": tmp_path / "journal", "batch_size": 10, "in_flight": 2}
    assert client.campaigns.run(**CAMPAIGN, **arguments).accepted == 120
    transport.close()
    assert arrived(sandbox) == (120, 0)


def test_a_journal_is_required_and_its_folder_must_be_there(client, sandbox, tmp_path):
    with pytest.raises(TypeError, match="journal"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1))
    with pytest.raises(TypeError, match="journal"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=None)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "nowhere/journal")
    assert sandbox.stats()["requests"] == {}


def test_bad_contacts_are_named_and_the_others_go_out(client, sandbox, tmp_path):
    mixed = [*contacts(5)]
    mixed[1]["callee"] = "no number"
    mixed[2]["variables"]["age"] = 7
    mixed.append(mixed[0])
    report = client.campaigns.run(**CAMPAIGN, contacts=mixed, journal=tmp_path / "journal")
    found = [(one.contact, one.code, one.pointer) for one in report.rejected]
    assert found == [(1, "E1007", "/callee"), (2, "E1006", "/variables/age"), (5, "E1013", None)]
    assert report.accepted == 3
    assert arrived(sandbox) == (3, 0)


def test_a_contact_that_is_no_json_is_named_and_the_others_go_out(client, sandbox, tmp_path):
    mixed = [*contacts(5)]
    mixed[0]["variables"]["due"] = datetime.date(2027, 1, 1)
    mixed[2]["variables"]["customer_name"] = b"Jos\xe9".decode(errors="surrogateescape")
    mixed[3] = float("nan")
    report = client.campaigns.run(**CAMPAIGN, contacts=mixed, journal=tmp_path / "journal")
    found = [(one.contact, one.code, one.pointer) for one in report.rejected]
    assert found == [(0, "E1006", "/variables/due"), (2, "E1007", "/variables/customer_name"), (3, "E1007", "")]
    assert "`date`" in report.rejected[0].message
    assert report.accepted == 2
    assert arrived(sandbox) == (2, 0)


def test_more_than_a_workflow_holds_goes_into_two(client, sandbox, tmp_path):
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(10_050), journal=tmp_path / "journal", batch_size=5000)
    assert [(workflow.name, workflow.contacts) for workflow in report.workflows] == [("july", 10_000), ("july (2)", 50)]
    assert arrived(sandbox) == (10_050, 0)


def test_a_doubtful_creation_is_named_as_a_possible_orphan(client, sandbox, tmp_path):
    sandbox.control("faults", [{"operation": "workflow.create_instance", "fault": "reset_after", "times": 1}])
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(3), journal=tmp_path / "journal")
    assert [workflow.workflow_id is None for workflow in report.workflows] == [True, False]
    assert arrived(sandbox) == (3, 0)


def test_doubtful_contacts_may_be_left_alone(client, sandbox, tmp_path):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    arguments = {"contacts": contacts(3), "journal": tmp_path / "journal", "settle": None}
    report = client.campaigns.run(**CAMPAIGN, **arguments)
    assert (report.accepted, [one.case_id for one in report.doubtful]) == (0, ["case-0", "case-1", "case-2"])


def test_what_stops_a_campaign_carries_the_report(start_sandbox, tmp_path):
    sandbox = start_sandbox("--app-key", "fake-right-key", "--app-secret", "fake-right-secret")
    with Client(base_url=sandbox.url, **APP) as client, pytest.raises(ApiError) as raised:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(3), journal=tmp_path / "journal")
    assert raised.value.code == "E4001"
    assert raised.value.report.accepted == 0
    with Client(base_url=sandbox.url, app_key="fake-right-key", app_secret="fake-right-secret") as client:
        assert client.campaigns.run(**CAMPAIGN, contacts=contacts(3), journal=tmp_path / "journal").accepted == 3


def test_the_journal_holds_no_contact(client, tmp_path):
    # Long enough not to stand in a checksum by chance.
    callee, caseid, name = "+6200012345678", "case-of-nobody", "Nobody In Particular"
    contact = {"callee": callee, "platform": "TEMP1", "caseid": caseid, "variables": {"customer_name": name}}
    journal = tmp_path / "journal"
    assert client.campaigns.run(**CAMPAIGN, contacts=[contact], journal=journal).accepted == 1
    text = journal.read_text()
    assert all(json.loads(line) for line in text.splitlines())
    assert not any(personal in text for personal in (callee[1:], caseid, name))


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"end_time": "tomorrow"}, "/end_time"),
        ({"name": ""}, "/name"),
        ({"batch_size": 10_001}, "/batch_size"),
        ({"in_flight": 0}, "/in_flight"),
        ({"lookups_in_flight": 0}, "/lookups_in_flight"),
        ({"end_time": datetime.datetime(2099, 12, 1)}, "/end_time"),
        ({"settle": -1.0}, "/settle"),
        ({"in_flight": -1}, "/in_flight"),
        ({"batch_size": 10.0}, "/batch_size"),
        ({"workflow_template_id": "7"}, "/workflow_template_id"),
        ({"workflow_template_id": 2**70}, "/workflow_template_id"),
        ({"workflow_template_id": True}, "/workflow_template_id"),
        ({"settle": True}, "/settle"),
        ({"name": "half \udcff"}, "/name"),
    ],
)
def test_wrong_settings_are_named(client, sandbox, tmp_path, wrong, pointer):
    with pytest.raises(ValidationError) as raised:
        client.campaigns.run(**{**CAMPAIGN, **wrong}, contacts=contacts(3), journal=tmp_path / "journal")
    assert raised.value.pointer == pointer
    assert raised.value.remedy
    assert sandbox.stats()["requests"] == {}
