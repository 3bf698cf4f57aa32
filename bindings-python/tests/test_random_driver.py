"""Campaigns that are stopped at any moment, in any network: run again, they send nobody twice, and lose nobody."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

import pytest
from chance import FATES, AsyncUnreliable, Fates, Unreliable, campaigns
from conftest import APP, CAMPAIGN, Sandbox
from hypothesis import event, given
from hypothesis import strategies as st
from servers import UPLOAD
from test_campaign import arrived, contacts
from test_random_values import VALUES

from airudder import (
    AirudderError,
    AsyncClient,
    AsyncHttpTransport,
    Client,
    HttpTransport,
    Reset,
    Response,
    Timeout,
    TransportFailure,
)

COUNT = 12


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


class Unlucky(Exception):
    """Raised by the program that runs the campaign."""


def failing(number, contacts):
    """The contacts, but for those from this one on."""
    for position, contact in enumerate(contacts):
        if position == number:
            raise Unlucky
        yield contact


class Given:
    """What an example tries: the settings, the fates of the uploads, and how and when the campaign ends early."""

    def __init__(self, draw, ends):
        self.fates = draw(st.lists(FATES, max_size=8), "fates")
        self.end = draw(st.sampled_from(ends), "end")
        self.at = draw(st.integers(0, 8), "at")
        self.settings = {
            **CAMPAIGN,
            "batch_size": draw(st.integers(1, 4), "batch_size"),
            "in_flight": draw(st.integers(1, 4), "in_flight"),
            "settle": 0.001,
            "max_outage": 0.1,
            "contacts": failing(self.at if self.end == "contacts fail" else None, contacts(COUNT)),
        }
        if self.end == "progress fails":
            self.settings["progress"] = self.show
        self.shown = 0

    def show(self, _):
        self.shown += 1
        if self.shown > self.at:
            raise Unlucky

    def met(self, report):
        """What a report may say of the run that was not let to its end."""
        known = report.accepted + len(report.rejected) + len(report.doubtful)
        assert known <= COUNT
        assert report.rejected == []


def settled(sandbox, report):
    assert (report.accepted, report.rejected, report.doubtful) == (COUNT, [], [])
    assert arrived(sandbox) == (COUNT, 0)


ENDS = ["end", "stop", "close", "contacts fail", "progress fails"]


@campaigns
@given(st.data())
def test_stopped_at_any_moment_it_is_run_again(sandbox, data):
    given = Given(data.draw, ENDS)
    sandbox.control("reset", {})
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(HttpTransport()) as inner:
        given.settings["journal"] = Path(folder, "journal")
        begun = []
        ends = {"stop": lambda: begun[0].stop(), "close": inner.close}
        fates = Fates(given.fates, {given.at: ends[given.end]} if given.end in ends else {})
        client = Client(base_url=sandbox.url, max_retries=0, transport=Unreliable(inner, fates), **APP)
        begun.append(client.campaigns.start(**given.settings))
        try:
            given.met(begun[0].result(30))
        except (AirudderError, Unlucky) as stopped:
            event(f"{given.end}: {getattr(stopped, 'code', 'Unlucky')}")
            given.met(stopped.report)
        fates.end()
        again = given.settings | {"contacts": contacts(COUNT), "progress": None}
        settled(sandbox, client.campaigns.run(**again))


async def run_and_run_again(sandbox, given):
    inner = AsyncHttpTransport()
    running = []
    ends = {"stop": lambda: running[0].stop(), "cancel": lambda: running[1].cancel()}
    fates = Fates(given.fates, {given.at: ends[given.end]} if given.end in ends else {})
    client = AsyncClient(base_url=sandbox.url, max_retries=0, transport=AsyncUnreliable(inner, fates), **APP)
    if given.end == "cancel":
        running += [None, asyncio.create_task(client.campaigns.run(**given.settings))]
        result = running[1]
    else:
        running.append(client.campaigns.start(**given.settings))
        result = running[0].result()
    try:
        given.met(await asyncio.wait_for(result, 30))
    except (AirudderError, Unlucky, asyncio.CancelledError) as stopped:
        event(f"{given.end}: {getattr(stopped, 'code', type(stopped).__name__)}")
        given.met(stopped.report)
    fates.end()
    again = given.settings | {"contacts": contacts(COUNT), "progress": None}
    report = await client.campaigns.run(**again)
    await inner.close()
    return report


@campaigns
@given(st.data())
def test_so_is_one_on_an_event_loop(sandbox, data):
    given = Given(data.draw, ["end", "stop", "cancel", "contacts fail", "progress fails"])
    sandbox.control("reset", {})
    with tempfile.TemporaryDirectory() as folder:
        given.settings["journal"] = Path(folder, "journal")
        settled(sandbox, asyncio.run(run_and_run_again(sandbox, given)))


class Unreadable(TransportFailure):
    def __str__(self):
        raise Unlucky


RAISED = st.builds(
    lambda kind, value: kind(value),
    st.sampled_from([Timeout, Reset, Unreadable, ValueError, OSError, EOFError]),
    VALUES,
)
RESPONSES = st.builds(Response, VALUES | st.just(200), VALUES | st.just([]), VALUES | st.binary(max_size=9))


@given(RAISED | VALUES | RESPONSES)
def test_whatever_a_transport_gives_the_outcome_is_known_to_be_unknown(given):
    class Odd:
        def send(self, request):
            if request.url.endswith("/auth"):
                return Response(200, [], b'{"code":200,"data":{"token":"fake-token"}}')
            if isinstance(given, Exception):
                raise given
            return given

    client = Client(**APP, max_retries=0, transport=Odd())
    with pytest.raises(AirudderError) as raised:
        client.workflow.upload_details(**UPLOAD)
    assert raised.value.outcome == "unknown"
