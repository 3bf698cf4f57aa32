"""A clock that stands still or jumps, as in tests of programs that use this package, keeps nothing waiting for ever."""

import asyncio
import datetime
import time

import freezegun
import pytest
from conftest import CAMPAIGN, CONTACT
from servers import http

BUSY = http({}, status="503 Service Unavailable", headers=["Retry-After: 1"])
TAKEN = http({"workflow_id": "w"})
ROWS = http({"rows": []})


@pytest.mark.parametrize("frozen", ["2001-01-01", "2099-01-01"])
def test_a_call_waits_and_goes_on_while_the_clock_stands_still(serve, face, frozen):
    server = serve(BUSY, ROWS)
    client = face(server.url)
    begin = time.perf_counter_ns()
    with freezegun.freeze_time(frozen, real_asyncio=True):
        assert client.look_up() == {"rows": []}
    assert time.perf_counter_ns() - begin > 900_000_000
    assert len(server.requests) == 3


def test_a_call_goes_on_while_the_clock_jumps(serve, face):
    with freezegun.freeze_time("2026-01-01", real_asyncio=True, auto_tick_seconds=-3600):
        assert face(serve(BUSY, ROWS).url).look_up() == {"rows": []}


def test_a_wait_that_was_taken_out_is_over(serve, face, monkeypatch):
    async def no_wait(_seconds):
        pass

    late = http({}, status="503 Service Unavailable", headers=["Retry-After: 20"])
    client = face(serve(late, ROWS).url)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(asyncio, "sleep", no_wait)
    begin = time.monotonic()
    assert client.look_up(deadline=60.0) == {"rows": []}
    assert time.monotonic() - begin < 10


def test_time_limits_hold_while_the_clock_stands_still(serve, face):
    server = serve([lambda: time.sleep(2)])
    client = face(server.url, timeout=0.5)
    with freezegun.freeze_time("2026-01-01", real_asyncio=True), pytest.raises(Exception, match="E7005"):
        client.upload()


def test_a_campaign_settles_while_the_clock_stands_still(client, sandbox, tmp_path):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    contacts = [CONTACT | {"callee": f"+62000{n:07}", "caseid": f"c-{n}"} for n in range(5)]
    with freezegun.freeze_time(datetime.datetime.now(tz=datetime.UTC), real_asyncio=True):
        report = client.campaigns.run(**CAMPAIGN, contacts=contacts, journal=tmp_path / "journal", settle=1.0)
    assert (report.accepted, report.doubtful) == (5, [])
    assert sandbox.stats()["contacts"]["duplicates"] == 0
