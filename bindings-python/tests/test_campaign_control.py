"""Campaigns that are checked first, bounded, watched and stopped."""

import csv
import dataclasses
import json
import threading
import time
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import CAMPAIGN
from test_campaign import SLOW, arrived, contacts

from airudder import AirudderError, CampaignStopped, DoubtfulContact, ValidationError

LOST = {"operation": "workflow.upload_details", "fault": "reset_before", "probability": 1.0}


def some_bad(count, nth):
    for index, contact in enumerate(contacts(count)):
        yield contact | {"callee": "0812"} if index % nth == 0 else contact


def test_a_check_sends_nothing_and_reports_what_a_campaign_would(client, sandbox, tmp_path):
    checked = client.campaigns.check([*some_bad(2500, 100), *contacts(1), {"variables": object()}])
    assert (checked.accepted, len(checked.rejected), checked.doubtful, checked.workflows) == (2476, 26, [], [])
    assert [one.code for one in checked.rejected[-2:]] == ["E1007", "E1006"]
    assert sandbox.stats()["requests"] == {}
    twice = [next(contacts(1))] * 2
    assert client.campaigns.check(twice).accepted == 1
    assert client.campaigns.check(twice, allow_duplicates=True).accepted == 2
    with pytest.raises(TypeError, match="read by itself"):
        client.campaigns.check("contacts.csv")
    sent = client.campaigns.run(**CAMPAIGN, contacts=some_bad(2500, 100), journal=tmp_path / "journal")
    assert (sent.accepted, len(sent.rejected)) == (2475, 25)


def test_a_report_can_be_kept(client, tmp_path):
    report = client.campaigns.check([*contacts(3), {"callee": "0812", "platform": "TEMP1", "variables": {}}])
    report = dataclasses.replace(report, doubtful=[DoubtfulContact(1, "case-1")])
    again = json.loads(json.dumps(report.to_dict()))
    assert (again["accepted"], again["rejected"][0]["pointer"], again["doubtful"]) == (
        3,
        "/callee",
        [{"contact": 1, "case_id": "case-1"}],
    )
    assert report.to_csv(tmp_path / "left.csv") == 2
    with (tmp_path / "left.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["contact"], first["state"], first["case_id"]) == ("1", "doubtful", "case-1")
    assert (second["contact"], second["code"], second["pointer"]) == ("3", "E1007", "/callee")


def test_where_the_journal_is_required_nothing_is_sent_without_it(client, sandbox, tmp_path):
    journal = tmp_path / "journal"
    with pytest.raises(ValidationError, match="require_journal is set") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(5), journal=journal, require_journal=True)
    assert (caught.value.code, sandbox.stats()["requests"]) == ("E1019", {})
    client.campaigns.run(**CAMPAIGN, contacts=contacts(5), journal=journal)
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(7), journal=journal, require_journal=True)
    assert (report.accepted, arrived(sandbox)) == (7, (7, 0))


def test_a_progress_that_is_no_function_is_refused_before_anything_is_sent(client, sandbox, tmp_path):
    with pytest.raises(ValidationError, match="progress is a function") as refused:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "journal", progress=[])
    assert (refused.value.code, refused.value.pointer, sandbox.stats()["requests"]) == ("E1001", "/progress", {})


def test_who_is_suppressed_is_not_sent(client, sandbox, tmp_path):
    numbers = tmp_path / "do-not-call.txt"
    numbers.write_text("+620000000003\n\n+620000000004\n")
    given = {**CAMPAIGN, "contacts": contacts(10), "journal": tmp_path / "journal"}
    with numbers.open() as lines:
        report = client.campaigns.run(**given, suppress=lines, suppress_case_ids={"case-7"})
    assert [(one.contact, one.code) for one in report.rejected] == [(3, "E1021"), (4, "E1021"), (7, "E1021")]
    assert [one.case_id for one in report.rejected] == ["case-3", "case-4", "case-7"]
    assert (report.accepted, arrived(sandbox)) == (7, (7, 0))
    assert client.campaigns.check(contacts(10), suppress=["+620000000003"]).accepted == 9
    for wrong, kind in (("+620000000003", TypeError), (7, TypeError), ([7], TypeError), (["0812"], ValidationError)):
        with pytest.raises(kind, match="suppress") as caught:
            client.campaigns.run(**given, suppress=wrong)
    assert (caught.value.code, caught.value.pointer, caught.value.report.accepted) == ("E1001", "/suppress", 0)


def test_where_the_journal_was_lost_everybody_is_looked_up_first(client, sandbox, tmp_path):
    began = datetime.now(ZoneInfo("Asia/Jakarta")) - timedelta(seconds=2)
    client.campaigns.run(**CAMPAIGN, contacts=contacts(50), journal=tmp_path / "lost")
    given = {**CAMPAIGN, "contacts": contacts(70), "journal": tmp_path / "new", "settle": 1.0}
    report = client.campaigns.run(**given, recover=began)
    assert (report.accepted, arrived(sandbox)) == (70, (70, 0))
    assert sandbox.requests("workflow.detail_instances") == 70
    assert [workflow.contacts for workflow in report.workflows] == [50, 20]
    for wrong, says in (
        ("2026-11-20", "with its zone"),
        (datetime(2026, 11, 20), "has no zone"),
        (7, "recover is a str"),
    ):
        with pytest.raises(ValidationError, match=says) as caught:
            client.campaigns.run(**given, recover=wrong)
        assert caught.value.pointer == "/recover"


@pytest.mark.parametrize(
    ("most", "stops"), [(9, True), (10, False), (0.05, True), (0.2, False), (0, True), (1.0, False)]
)
def test_too_many_bad_contacts_stop_it_before_anything_is_uploaded(client, sandbox, tmp_path, most, stops):
    def run():
        return client.campaigns.run(
            **CAMPAIGN, contacts=some_bad(100, 10), journal=tmp_path / "journal", max_rejected=most
        )

    if not stops:
        assert run().accepted == 90
        return
    with pytest.raises(ValidationError, match="10 of 100 contacts were rejected") as caught:
        run()
    assert (caught.value.code, len(caught.value.report.rejected)) == ("E1020", 10)
    assert sandbox.requests("workflow.upload_details") == 0


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"max_rejected": 1.5}, "share of them from 0 to 1"),
        ({"max_rejected": -1}, "share of them from 0"),
        ({"max_rejected": True}, "share of them from 0"),
        ({"deadline": -1}, "number of seconds"),
        ({"deadline": "1"}, "number of seconds"),
        ({"stop_at": datetime(2026, 12, 1)}, "datetime with its zone"),
        ({"require_journal": 1}, "True or False"),
    ],
)
def test_settings_that_are_none_are_refused_by_name(client, tmp_path, setting, says):
    with pytest.raises(ValidationError, match=says) as caught:
        client.campaigns.start(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "journal", **setting)
    assert caught.value.pointer == f"/{next(iter(setting))}"
    assert not (tmp_path / "journal").exists()


def test_settings_that_do_not_exist_or_are_missing_are_named(client, tmp_path):
    with pytest.raises(TypeError, match="no setting 'batchsize'"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "journal", batchsize=3)
    with pytest.raises(TypeError, match="needs contacts, journal"):
        client.campaigns.run(**CAMPAIGN)


def test_a_running_campaign_is_watched_and_waited_for(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    seen = set()
    with client.campaigns.start(
        **CAMPAIGN, contacts=contacts(500), journal=tmp_path / "journal", batch_size=100
    ) as campaign:
        with pytest.raises(TimeoutError):
            campaign.result(timeout=0.01)
        while not campaign.done():
            seen.add(campaign.progress.accepted)
            time.sleep(0.02)
    assert campaign.result().accepted == campaign.report().accepted == campaign.progress.accepted == 500
    assert len(seen & {100, 200, 300, 400}) >= 2
    assert arrived(sandbox) == (500, 0)


def test_a_stopped_campaign_ends_what_is_under_way_and_goes_on_later(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    given = {**CAMPAIGN, "journal": tmp_path / "journal", "batch_size": 100}
    campaign = client.campaigns.start(**given, contacts=contacts(2000))
    while campaign.progress.accepted < 200:
        time.sleep(0.01)
    campaign.stop()
    campaign.stop()  # nothing more
    with pytest.raises(CampaignStopped, match="stopped before its end: by `stop`") as caught:
        campaign.result(timeout=10)
    # The upload that was under way was finished and journaled: nothing is in doubt.
    report = caught.value.report
    assert (caught.value.code, report.doubtful) == ("E1023", [])
    assert 200 <= report.accepted == arrived(sandbox)[0] < 2000
    assert client.campaigns.run(**given, contacts=contacts(2000)).accepted == 2000
    assert arrived(sandbox) == (2000, 0)


def test_a_block_that_raises_stops_its_campaign(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    with (
        pytest.raises(ZeroDivisionError),
        client.campaigns.start(
            **CAMPAIGN, contacts=contacts(2000), journal=tmp_path / "journal", batch_size=100
        ) as campaign,
    ):
        _ = 1 / 0
    assert campaign.done()
    assert arrived(sandbox)[0] < 2000


def test_a_deadline_and_a_time_stop_it(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    given = {**CAMPAIGN, "journal": tmp_path / "journal", "batch_size": 100}
    soon = datetime.now(UTC) + timedelta(seconds=0.7)
    for limit in ({"deadline": 0.7}, {"stop_at": soon}, {"deadline": 60, "stop_at": soon}):
        with pytest.raises(CampaignStopped, match="its time is over") as caught:
            client.campaigns.run(**given, contacts=contacts(3000), **limit)
        assert caught.value.report.doubtful == []
    assert client.campaigns.run(**given, contacts=contacts(3000), deadline=600).accepted == 3000
    assert arrived(sandbox) == (3000, 0)


@pytest.mark.parametrize("phase", ["settling", "retrying", "reading"])
def test_it_stops_within_a_second_whatever_it_waits_for(client, sandbox, tmp_path, phase):
    come = threading.Event()

    def rows():
        yield from contacts(100)
        if phase == "reading":
            come.wait(30)

    if phase == "settling":
        sandbox.control("faults", [LOST])
    elif phase == "retrying":
        again = {"operation": "workflow.create_instance", "fault": "status", "status": 429, "retry_after": "60"}
        sandbox.control("faults", [again | {"probability": 1.0}])
    campaign = client.campaigns.start(
        **CAMPAIGN, contacts=rows(), journal=tmp_path / "journal", batch_size=100, settle=600
    )
    done = {"settling": "workflow.detail_instances", "retrying": "workflow.create_instance", "reading": "auth.token"}
    while sandbox.requests(done[phase]) == 0:
        time.sleep(0.01)
    time.sleep(0.5)
    campaign.stop()
    began = time.monotonic()
    if phase == "reading":
        come.set()  # an iterator cannot be interrupted
    with pytest.raises(CampaignStopped):
        campaign.result(timeout=10)
    assert time.monotonic() - began < 1


def test_what_the_contacts_raise_has_the_report(client, sandbox, tmp_path):
    def breaking():
        yield from contacts(150)
        raise LookupError("the database went away")

    with pytest.raises(LookupError, match="went away") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=breaking(), journal=tmp_path / "journal", batch_size=100)
    # What was under way has ended and was journaled. On a slow machine the workflow is not there yet.
    assert (caught.value.report.accepted, 0) == arrived(sandbox)
    assert caught.value.report.accepted in {0, 100}

    def cancelled():
        yield from contacts(50)
        raise CancelledError("by the pool that reads them")

    with pytest.raises(CancelledError, match="by the pool") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=cancelled(), journal=tmp_path / "third", batch_size=100)
    assert caught.value.report.accepted == 0

    def interrupted(progress):
        if progress.accepted >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        client.campaigns.run(
            **CAMPAIGN, contacts=contacts(500), journal=tmp_path / "other", batch_size=100, progress=interrupted
        )
    assert caught.value.report.accepted >= 100
    with pytest.raises(FileNotFoundError) as caught:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=tmp_path / "no" / "journal")
    assert caught.value.report.accepted == 0


def test_another_process_has_the_journal(client, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    given = {**CAMPAIGN, "journal": tmp_path / "journal", "batch_size": 100}
    with client.campaigns.start(**given, contacts=contacts(500)) as campaign:
        while campaign.progress.accepted == 0:
            time.sleep(0.01)
        with pytest.raises(AirudderError, match="another process runs"):
            client.campaigns.start(**given, contacts=contacts(500)).result(timeout=10)
    assert arrived(sandbox) == (500, 0)


def test_progress_says_what_is_done_and_until_when_it_waits(client, sandbox, tmp_path):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    seen = []
    rows = list(contacts(1500))
    settings = {"journal": tmp_path / "j", "settle": 1.5, "batch_size": 500}
    assert client.campaigns.run(**CAMPAIGN, contacts=rows, progress=seen.append, **settings).accepted == 1500
    assert {one.phase for one in seen} >= {"reading", "uploading", "looking_up", "settling"}
    assert (seen[-1].phase, seen[-1].accepted) == ("ended", 1500)
    assert {one.total for one in seen} == {1500}
    for one in seen:
        assert (one.until is not None) == (one.phase in ("settling", "waiting_for_api"))
        assert one.until is None or abs(one.until - datetime.now(UTC)) < timedelta(minutes=1)
