"""A clock that stands still or jumps, as in tests of programs that use this package, keeps nothing waiting for ever."""

import asyncio
import threading
import time

import freezegun
import pytest
from conftest import CAMPAIGN, CONTACT
from servers import http

from airudder import OutcomeUnknown

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


def test_the_time_limit_holds_while_the_clock_stands_still(serve, face):
    never = threading.Event()
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[lambda: never.wait(0.1), b" "] * 99])
    client = face(server.url, timeout=0.5)
    begin = time.perf_counter_ns()
    with freezegun.freeze_time("2026-01-01", real_asyncio=True), pytest.raises(OutcomeUnknown, match="in time"):
        client.upload()
    assert time.perf_counter_ns() - begin < 5_000_000_000


def test_a_campaign_settles_while_the_clock_stands_still(client, sandbox, tmp_path, monkeypatch):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}])
    contacts = [CONTACT | {"callee": f"+62000{n:07}", "caseid": f"c-{n}"} for n in range(5)]
    unix, monotonic = time.time(), time.monotonic()
    for name, frozen in {"time": unix, "monotonic": monotonic}.items():
        monkeypatch.setattr(time, name, lambda frozen=frozen: frozen)
        monkeypatch.setattr(time, f"{name}_ns", lambda frozen=frozen: int(frozen * 1e9))
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts, journal=tmp_path / "journal", settle=1.0)
    monkeypatch.undo()
    assert (report.accepted, report.doubtful) == (5, [])
    assert sandbox.stats()["contacts"]["duplicates"] == 0
