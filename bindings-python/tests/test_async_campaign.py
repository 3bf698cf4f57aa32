"""Campaigns on an event loop, against the real sandbox."""

import asyncio
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from conftest import APP, CAMPAIGN, programs_of_the_readme
from test_campaign import FAULTS, SLOW, arrived, contacts
from test_journals import journal_of

from airudder import (
    AirudderError,
    AsyncClient,
    AsyncRunningCampaign,
    CampaignStopped,
    Client,
    JournalConflict,
    Progress,
    Report,
    ValidationError,
)
from airudder.journals import AsyncJournal


class Kept:
    """A journal with methods that are to be awaited."""

    def __init__(self):
        self.content = b""
        self.is_open = False

    async def open(self):
        await asyncio.sleep(0)
        self.is_open = True
        return self.content

    async def append(self, lines, at, /):
        assert at == len(self.content)
        await asyncio.sleep(0)
        self.content += lines.encode()

    async def cut(self, length, /):
        self.content = self.content[:length]

    def held(self):
        return True

    async def close(self):
        self.is_open = False


@pytest.fixture
def run(sandbox):
    """Runs a coroutine function with a client, and looks for threads and tasks that are left behind."""

    def run(body):
        async def main():
            async with AsyncClient(base_url=sandbox.url, timeout=5.0, **APP) as client:
                result = await body(client)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left
            return result

        before = set(threading.enumerate())
        result = asyncio.run(main())
        for thread in set(threading.enumerate()) - before:
            thread.join(1)  # one that has just closed a journal
            assert not thread.is_alive()
        return result

    return run


async def later(rows, seconds=0.0):
    for row in rows:
        await asyncio.sleep(seconds)
        yield row


@pytest.mark.parametrize("given", [list, later])
def test_contacts_are_sent_and_reported(run, sandbox, tmp_path, given):
    seen, waited = [], []

    async def show(progress):
        seen.append(progress)
        await asyncio.sleep(0)
        waited.append(progress)

    async def body(client):
        rows = given([*contacts(2500), {"callee": 7}])
        return await client.campaigns.run(**CAMPAIGN, contacts=rows, journal=tmp_path / "j", progress=show)

    report = run(body)
    assert (report.accepted, [one.contact for one in report.rejected], report.doubtful) == (2500, [2500], [])
    assert arrived(sandbox) == (2500, 0)
    assert seen == waited
    assert seen[-1] == Progress(2501, 2500, 1, 0, "ended", None, 2501 if given is list else None)


def test_the_loop_goes_on_meanwhile(run, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    async def body(client):
        ticking = asyncio.create_task(tick())
        report = await client.campaigns.run(**CAMPAIGN, contacts=contacts(3000), journal=tmp_path / "j")
        ticking.cancel()
        await asyncio.wait([ticking])
        return report

    assert run(body).accepted == 3000
    assert ticks > 20


def test_cancelled_at_any_moment_and_run_again_each_is_sent_once(run, sandbox, tmp_path):
    sandbox.control("faults", FAULTS)
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    cancelled = []

    async def body(client):
        settings = {"journal": tmp_path / "j", "settle": 0.3, "lookups_in_flight": 20, "batch_size": 50, "in_flight": 3}
        for life in range(60):
            try:
                async with asyncio.timeout(chance.uniform(0.0, 0.05 + life * 0.02) if life < 15 else None):
                    report = await client.campaigns.run(**CAMPAIGN, contacts=later(contacts(600)), **settings)
            except TimeoutError as error:
                cancelled.append(error.__cause__)
                continue
            if not report.doubtful:
                return report
        return None

    report = run(body)
    assert report is not None, seed
    assert (report.accepted, arrived(sandbox)) == (600, (600, 0)), seed
    assert cancelled
    assert all(isinstance(error, asyncio.CancelledError) for error in cancelled)
    assert all(isinstance(error.report, Report) for error in cancelled), seed


@pytest.mark.parametrize("phase", ["reading", "settling", "uploading"])
def test_a_campaign_stops_at_once_in_each_phase_but_an_upload(run, sandbox, tmp_path, phase):
    async def never():
        yield next(contacts(1))
        await asyncio.Event().wait()

    rows = never() if phase == "reading" else contacts(100)
    fault = {"operation": "workflow.upload_details", "times": 1}
    sandbox.control("faults", [] if phase == "reading" else [fault | {"fault": "reset_before"}])
    if phase == "uploading":
        sandbox.control("faults", [fault | {"fault": "delay", "delay_ms": 1000}])

    async def body(client):
        campaign = client.campaigns.start(**CAMPAIGN, contacts=rows, journal=tmp_path / "j")
        while phase != "reading" and sandbox.requests("workflow.upload_details") == 0:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert not campaign.done()
        campaign.stop()
        async with asyncio.timeout(20):
            with pytest.raises(CampaignStopped, match="by `stop`") as caught:
                await campaign.result()
        return caught.value

    error = run(body)
    assert error.code == "E1023"
    expected = {"reading": (0, 0), "settling": (0, 100), "uploading": (100, 0)}[phase]
    assert (error.report.accepted, len(error.report.doubtful)) == expected


def test_deadline_and_stop_at(run, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])

    async def body(client):
        for limit in ({"deadline": 0.3}, {"stop_at": datetime.now(UTC) + timedelta(seconds=0.3)}, {"deadline": 0}):
            with pytest.raises(CampaignStopped, match="its time is over"):
                await client.campaigns.run(**CAMPAIGN, contacts=contacts(20_000), journal=tmp_path / "j", **limit)
        return await client.campaigns.run(**CAMPAIGN, contacts=contacts(20_000), journal=tmp_path / "j", deadline=600)

    assert run(body).accepted == 20_000
    assert arrived(sandbox) == (20_000, 0)


def test_a_handle(run, sandbox, tmp_path):
    async def body(client):
        async with client.campaigns.start(**CAMPAIGN, contacts=contacts(100), journal=tmp_path / "one") as campaign:
            assert isinstance(campaign, AsyncRunningCampaign)
            assert not campaign.done()
            waiting = asyncio.create_task(campaign.result())
            await asyncio.sleep(0)
            waiting.cancel()  # whoever waits may go away
        assert (campaign.done(), campaign.progress.accepted, campaign.report().accepted) == (True, 100, 100)
        assert (await campaign.result()).accepted == 100

        sandbox.control("faults", [SLOW])
        with pytest.raises(KeyError):
            async with client.campaigns.start(**CAMPAIGN, contacts=contacts(50_000), journal=tmp_path / "two") as other:
                raise KeyError
        assert other.done()
        with pytest.raises(CampaignStopped):
            await other.result()
        with pytest.raises(AirudderError) as caught:
            client.campaigns.start(**CAMPAIGN | {"name": ""}, contacts=[], journal=tmp_path / "three")
        assert caught.value.pointer == "/name"

    run(body)


def test_journals_of_both_kinds(run, sandbox):
    kept = Kept()
    assert isinstance(kept, AsyncJournal)

    async def body(client):
        assert (await client.campaigns.run(**CAMPAIGN, contacts=contacts(300), journal=kept)).accepted == 300
        kept.content += b'{"record":'  # a crash tore a line
        assert (await client.campaigns.run(**CAMPAIGN, contacts=contacts(400), journal=kept)).accepted == 400
        with pytest.raises(TypeError, match="or a journal of"):
            await client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=object())

    run(body)
    assert (arrived(sandbox), kept.is_open) == ((400, 0), False)
    with (
        Client(base_url=sandbox.url, **APP) as client,
        pytest.raises(TypeError, match="for the campaigns of an AsyncClient"),
    ):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=kept)


def test_two_campaigns_of_one_journal_and_partitions(run, sandbox, store):
    async def body(client):
        def part(index, count=3):
            journal = journal_of(*store, lease=30)
            return client.campaigns.run(**CAMPAIGN, contacts=contacts(300), journal=journal, partition=(index, count))

        reports = await asyncio.gather(*map(part, range(3)))
        with pytest.raises(ValidationError, match="begun with 3 partitions"):
            await part(0, 2)
        sandbox.control("faults", [SLOW])
        both = [
            client.campaigns.run(
                **CAMPAIGN, contacts=contacts(20_000), journal=journal_of(*store, lease=30, name="one")
            )
            for _ in range(2)
        ]
        ends = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(isinstance(end, JournalConflict) for end in ends) == [False, True]
        return Report.merge(reports)

    assert run(body).accepted == 300


def test_what_the_callers_code_raises_has_the_report(run, sandbox, tmp_path):
    async def broken():
        for row in contacts(1500):
            yield row
        raise LookupError

    def fails(_):
        raise ZeroDivisionError

    async def body(client):
        with pytest.raises(LookupError) as caught:
            await client.campaigns.run(**CAMPAIGN, contacts=broken(), journal=tmp_path / "one")
        assert caught.value.report.accepted == 1000
        with pytest.raises(ZeroDivisionError):
            await client.campaigns.run(**CAMPAIGN, contacts=contacts(5), journal=tmp_path / "two", progress=fails)
        with pytest.raises(OSError, match="No such file"):
            await client.campaigns.run(**CAMPAIGN, contacts=contacts(5), journal=tmp_path / "no" / "folder")
        for wrong in ("a.csv", {"callee": "+62"}, 7):
            with pytest.raises(TypeError):
                await client.campaigns.run(**CAMPAIGN, contacts=wrong, journal=tmp_path / "three")

    run(body)


def test_a_check_sends_nothing(run, sandbox):
    async def body(client):
        rows = [*contacts(1500), {"callee": 7}, *contacts(1)]
        checked = [await client.campaigns.check(given(rows), suppress=["+620000000003"]) for given in (list, later)]
        assert checked[0] == checked[1]
        return checked[0]

    report = run(body)
    assert (report.accepted, [one.code for one in report.rejected]) == (1499, ["E1021", "E1006", "E1013"])
    assert sandbox.requests("auth.token") == 0


def test_the_campaign_of_the_readme(sandbox, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in {"BASE_URL": sandbox.url, "APP_KEY": APP["app_key"], "APP_SECRET": APP["app_secret"]}.items():
        monkeypatch.setenv(f"AIRUDDER_{name}", value)
    names = {}
    exec(compile(programs_of_the_readme()[2], "README.md", "exec"), names)
    assert asyncio.run(names["send"](later(contacts(50)))).accepted == 50
