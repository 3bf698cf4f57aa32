"""Campaigns that keep to a rate and to hours, wait for an API that is away, and ask whom not to call."""

import asyncio
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from conftest import APP, CAMPAIGN
from test_campaign import arrived, contacts

from airudder import AirudderError, AsyncClient, CampaignStopped, Client, ValidationError
from airudder._window import closed_times

OUTAGE = float(os.environ.get("AIRUDDER_OUTAGE", "5"))
"""So many seconds the API is away. `make kills` takes a minute."""
DOWN = [{"operation": "*", "fault": "status", "status": 500}, {"operation": "*", "fault": "reset_before"}]
BUSY = {"operation": "workflow.upload_details", "fault": "status", "status": 429}


class Watch:
    """Counts the requests that a sandbox sees, each second, while it is down."""

    def __init__(self, sandbox, faults):
        self.sandbox, self.faults, self.counts = sandbox, faults, []
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()

    def total(self):
        return sum(self.sandbox.stats()["requests"].values())

    def watch(self):
        while self.sandbox.stats()["contacts"]["distinct"] == 0:
            time.sleep(0.01)
        self.sandbox.control("faults", self.faults)
        end, before = time.monotonic() + OUTAGE, self.total()
        while time.monotonic() < end:
            time.sleep(1)
            self.counts.append((now := self.total()) - before)
            before = now
        self.sandbox.control("faults", [])


@pytest.mark.parametrize("fault", DOWN, ids=lambda fault: fault["fault"])
def test_a_campaign_waits_for_an_api_that_is_away_and_goes_on(client, sandbox, tmp_path, fault):
    phases = []
    settings = {"journal": tmp_path / "j", "batch_size": 100, "settle": 1.0}
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 20}])
    with Watch(sandbox, [fault]) as watch:
        report = client.campaigns.run(
            **CAMPAIGN, contacts=contacts(5000), progress=lambda now: phases.append(now.phase), **settings
        )
    assert (report.accepted, report.doubtful, arrived(sandbox)) == (5000, [], (5000, 0))
    assert "waiting_for_api" in phases
    # In the first second are the lookups and uploads that were under way.
    assert max(watch.counts[1:]) <= 3, watch.counts
    assert sum(watch.counts) > 0


def test_an_outage_that_lasts_too_long_stops_the_campaign_with_its_report(client, sandbox, tmp_path):
    sandbox.control("faults", [BUSY])
    settings = {"journal": tmp_path / "j", "max_outage": 1.0}
    begun = time.monotonic()
    with pytest.raises(AirudderError, match="as long as max_outage allows") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(50), **settings)
    assert (caught.value.code, caught.value.report.accepted, caught.value.report.doubtful) == ("E3002", 0, [])
    assert time.monotonic() - begun < 10
    with pytest.raises(AirudderError, match="E3002"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(50), journal=tmp_path / "other", max_outage=0)
    sandbox.control("faults", [])
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(50), **settings).accepted == 50


def test_campaigns_of_a_client_keep_to_the_rate_together(client, sandbox, tmp_path):
    begun = time.monotonic()
    settings = {"rate": 200, "batch_size": 100}
    both = [
        client.campaigns.start(
            **CAMPAIGN | {"name": name}, contacts=[*contacts(600)][half], journal=tmp_path / name, **settings
        )
        for name, half in [("even", slice(0, None, 2)), ("odd", slice(1, None, 2))]
    ]
    assert sum(campaign.result().accepted for campaign in both) == 600
    assert 2.5 <= time.monotonic() - begun < 10  # the first upload need not wait
    assert arrived(sandbox) == (600, 0)


def test_requests_of_a_client_keep_to_its_pace(sandbox):
    with Client(base_url=sandbox.url, requests_per_second=10, **APP) as client:
        begun = time.monotonic()
        threads = [threading.Thread(target=client.robots.list) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - begun >= 0.6  # one of them fetched the token
    for wrong in (0, -1, float("nan"), "ten"):
        with pytest.raises(ValidationError) as caught:
            Client(requests_per_second=wrong, **APP)
        assert caught.value.pointer == "/requests_per_second"


def test_nothing_is_uploaded_outside_of_the_window(client, sandbox, tmp_path):
    now = datetime.now(UTC)
    later = [(now + timedelta(minutes=minutes)).strftime("%H:%M") for minutes in (60, 120)]
    settings = {"journal": tmp_path / "j", "window": (*later, "UTC")}
    campaign = client.campaigns.start(**CAMPAIGN, contacts=contacts(50), **settings)
    while campaign.progress.phase != "paused":
        time.sleep(0.01)
    assert timedelta(minutes=58) < campaign.progress.until - now < timedelta(minutes=62)
    begun = time.monotonic()
    campaign.stop()
    with pytest.raises(CampaignStopped):
        campaign.result()
    assert time.monotonic() - begun < 1
    assert not {"workflow.upload_details", "workflow.create_instance"} & set(sandbox.stats()["requests"])
    around = [(now + timedelta(minutes=minutes)).strftime("%H:%M") for minutes in (-60, 60)]
    settings["window"] = (*around, "UTC")
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(50), **settings).accepted == 50


def test_hours_are_those_of_their_zone():
    day = 86_400_000
    closed = closed_times(("08:00", "20:00", "Asia/Jakarta"), 600)
    opens, closes = closed[0][1], closed[1][0]
    assert (opens % day, closes % day) == (1 * 3_600_000, 13 * 3_600_000 - 600_000)
    assert opens < time.time() * 1000 - day
    assert len(closed) == 401
    # Over midnight, and where summer time begins and ends.
    night = closed_times(("20:00", "04:00", "Europe/Berlin"), 0)
    lengths = {start - end for (_, end), (start, _) in pairwise(night)}
    assert {length / 3_600_000 for length in lengths} == {7, 8, 9}
    assert closed_times(None, 0) == []


@pytest.mark.parametrize(
    "window",
    [
        "08:00",
        ("08:00", "20:00"),
        ("8", "20:00", "UTC"),
        ("08:00", "08:00", "UTC"),
        ("08:00", "20:00", "Asia/Nowhere"),
        ("08:00", "20:00", "../etc/passwd"),
        ("08:00+07:00", "20:00", "UTC"),
        (1, 2, 3),
        7,
    ],
)
def test_a_window_that_is_none_is_refused(client, tmp_path, window):
    with pytest.raises(ValidationError, match="Asia/Jakarta") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=[], journal=tmp_path / "j", window=window)
    assert (caught.value.code, caught.value.pointer) == ("E1001", "/window")


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"rate": 0}, "/rate"),
        ({"rate": "fast"}, "/rate"),
        ({"max_outage": -1}, "/max_outage"),
        ({"max_doubtful_batches": 0}, "/max_doubtful_batches"),
        ({"window_margin": -1}, "/window_margin"),
    ],
)
def test_a_wrong_pace_is_refused(client, tmp_path, settings, pointer):
    with pytest.raises(ValidationError) as caught:
        client.campaigns.run(**CAMPAIGN, contacts=[], journal=tmp_path / "j", **settings)
    assert (caught.value.code, caught.value.pointer) == ("E1001", pointer)


class Asked:
    """Says whom not to call, and remembers whom it was asked about."""

    def __init__(self, *never):
        self.never, self.asked, self.threads = never, [], set()

    def __call__(self, batch):
        self.asked.append([contact["caseid"] for contact in batch])
        self.threads.add(threading.current_thread())
        return [contact["callee"] for contact in batch if contact["caseid"] in self.never]


def test_a_function_is_asked_before_each_upload_whom_not_to_call(client, sandbox, tmp_path):
    asked = Asked("case-3", "case-250")
    report = client.campaigns.run(
        **CAMPAIGN, contacts=contacts(300), journal=tmp_path / "j", batch_size=100, suppress=asked
    )
    assert report.accepted == 298
    assert [(one.contact, one.code) for one in report.rejected] == [(3, "E1021"), (250, "E1021")]
    assert [len(batch) for batch in asked.asked] == [100, 100, 100]
    assert asked.threads == {threading.current_thread()}
    # By case ids, and again for what was lost.
    sandbox.control("reset", {})
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    taken_off = iter([[], ["case-7"]])
    report = client.campaigns.run(
        **CAMPAIGN,
        contacts=contacts(100),
        journal=tmp_path / "k",
        settle=0.2,
        suppress=["+620000000001"],
        suppress_case_ids=lambda _: next(taken_off),
    )
    assert {one.contact for one in report.rejected} == {1, 7}
    assert (report.accepted, arrived(sandbox)) == (98, (98, 0))


def test_a_function_that_fails_stops_the_campaign_before_its_upload(client, sandbox, tmp_path):
    def down(_):
        raise ConnectionError("the list is away")

    with pytest.raises(ConnectionError, match="the list is away") as caught:
        client.campaigns.run(**CAMPAIGN, contacts=contacts(100), journal=tmp_path / "j", suppress=down)
    assert caught.value.report.accepted == 0
    for wrong, what in [(["c-1"], "entry 0 of suppress"), (7, "iterable of texts"), ([7], "something else")]:
        with pytest.raises((ValidationError, TypeError), match=what):
            client.campaigns.run(
                **CAMPAIGN, contacts=contacts(100), journal=tmp_path / "j", suppress=lambda _, wrong=wrong: wrong
            )
    assert "workflow.upload_details" not in sandbox.stats()["requests"]
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(100), journal=tmp_path / "j").accepted == 100


def test_on_an_event_loop_the_function_is_awaited(sandbox, tmp_path):
    async def ask(batch):
        await asyncio.sleep(0)
        return [contact["callee"] for contact in batch if contact["caseid"] == "case-3"]

    async def main():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            settings = {"journal": tmp_path / "j", "suppress": ask, "suppress_case_ids": lambda _: ["case-4"]}
            return await client.campaigns.run(**CAMPAIGN, contacts=contacts(100), **settings)

    report = asyncio.run(main())
    assert [one.contact for one in report.rejected] == [3, 4]
    assert (report.accepted, arrived(sandbox)) == (98, (98, 0))


@pytest.mark.parametrize("is_async", [False, True])
def test_a_campaign_that_looks_contacts_up_stops_within_a_second(sandbox, tmp_path, is_async):
    slow = {"operation": "workflow.detail_instances", "fault": "delay", "delay_ms": 4000}
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}, slow])
    given = {**CAMPAIGN, "contacts": [*contacts(300)], "journal": tmp_path / "j", "batch_size": 100}

    async def on_a_loop():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            campaign = client.campaigns.start(**given)
            while sandbox.requests("workflow.detail_instances") == 0:
                await asyncio.sleep(0.01)
            begun = time.monotonic()
            campaign.stop()
            with pytest.raises(CampaignStopped) as caught:
                await campaign.result()
            return time.monotonic() - begun, caught.value.report

    if is_async:
        took, report = asyncio.run(on_a_loop())
    else:
        with Client(base_url=sandbox.url, **APP) as client:
            campaign = client.campaigns.start(**given)
            while sandbox.requests("workflow.detail_instances") == 0:
                time.sleep(0.01)
            begun = time.monotonic()
            campaign.stop()
            with pytest.raises(CampaignStopped) as caught:
                campaign.result()
            took, report = time.monotonic() - begun, caught.value.report
    assert took < 1
    assert len(report.doubtful) == 100
    sandbox.control("faults", [])
    with Client(base_url=sandbox.url, **APP) as client:
        assert client.campaigns.run(**given, settle=0.2).accepted == 300
    assert arrived(sandbox) == (300, 0)
