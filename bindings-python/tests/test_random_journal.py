"""Journals as a crash may leave them: whoever runs the campaign again sends nobody twice, and loses nobody."""

import json
import tempfile
from pathlib import Path

import pytest
from chance import FATES, Fates, Unreliable, campaigns, tried
from conftest import APP, CAMPAIGN, Sandbox
from hypothesis import event, given
from hypothesis import strategies as st
from test_campaign import arrived, contacts

from airudder import Client, HttpTransport
from airudder.journals import FileJournal

COUNT = 9
RUN = {"batch_size": 2, "in_flight": 2, "settle": 0.001, "max_outage": 0.1}


@pytest.fixture(scope="module")
def api():
    """A sandbox for all examples, and connections to it."""
    sandbox, transport = Sandbox(), HttpTransport()
    yield sandbox, transport
    transport.close()
    sandbox.stop()


class Killed(OSError):
    """The process dies."""


class Dying(FileJournal):
    """A journal whose process dies once it has so many bytes: of the lines that it writes then, a part is there."""

    def __init__(self, path, life):
        super().__init__(path)
        self.path, self.life, self.dead = path, life, False

    def append(self, lines, at):
        rest = self.life - at
        if self.dead or rest < len(lines.encode()):
            if not self.dead:
                with self.path.open("ab") as file:
                    file.write(lines.encode()[:rest])
            self.dead = True
            raise Killed
        super().append(lines, at)


def run(api, journal, fates=(), **settings):
    sandbox, transport = api
    with Client(base_url=sandbox.url, max_retries=0, transport=Unreliable(transport, Fates(fates)), **APP) as client:
        return client.campaigns.run(**CAMPAIGN, **RUN | {"contacts": contacts(COUNT), "journal": journal} | settings)


def run_again(api, path):
    """Run it to its end; None where it was refused for its journal."""
    sandbox, before = api[0], path.read_bytes()
    asked = sandbox.stats()["requests"]
    report, error = tried(lambda: run(api, path))
    if error is not None:
        assert error.code == "E1011", error
        assert (path.read_bytes(), sandbox.stats()["requests"]) == (before, asked)
        return None
    assert (report.accepted, report.rejected, report.doubtful) == (COUNT, [], [])
    return report


@pytest.fixture(scope="module")
def whole(api, tmp_path_factory):
    """The journal of a campaign that has ended."""
    path = tmp_path_factory.mktemp("whole") / "journal"
    run(api, path)
    return path.read_bytes()


def last_line_again(written):
    return b"\n".join(written.rsplit(b"\n", 2)[-2:])


TAILS = st.sampled_from([b"", b"\0" * 7, b"{", b"\n", b"\r\n", b"\xff", last_line_again]) | st.binary(max_size=40)


@campaigns
@given(data=st.data(), fates=st.lists(FATES, max_size=6))
def test_killed_at_any_byte_of_its_journal_it_is_run_again(api, whole, data, fates):
    life = data.draw(st.integers(0, 2 * len(whole)), "bytes that are written")
    tail = data.draw(TAILS, "what follows on them")
    api[0].control("reset", {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal")
        _, stopped = tried(lambda: run(api, Dying(path, life), fates), Killed)
        event(f"stopped by {type(stopped).__name__}")
        written = path.read_bytes()
        path.write_bytes(written + (tail(written) if callable(tail) else tail))
        if run_again(api, path) is None:
            event("refused")
            path.write_bytes(written)
            assert run_again(api, path)
        assert arrived(api[0]) == (COUNT, 0)


@given(data=st.data(), flip=st.integers(1, 255))
def test_with_a_byte_that_is_another_one_it_is_refused(api, whole, data, flip):
    api[0].control("reset", {})
    written = bytearray(whole)
    written[data.draw(st.integers(0, len(written) - 1), "place")] ^= flip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal")
        path.write_bytes(written)
        assert run_again(api, path) is None


def sent(journal):
    """The positions of the contacts that stand in a journal as sent."""
    lines = [json.loads(line) for line in journal.splitlines(keepends=True) if line.endswith(b"\n")]
    ranges = [pair for line in lines for pair in line.get("contacts", ())]
    return {position for first, count in ranges for position in range(first, first + count)}


@campaigns
@given(data=st.data())
def test_an_older_copy_loses_nobody_and_knows_whom_it_has(api, data):
    """Those whom it does not have are sent twice: nothing tells of them."""
    api[0].control("reset", {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal")
        run(api, path)
        older = path.read_bytes()[: data.draw(st.integers(0, len(path.read_bytes())), "length of the copy")]
        path.write_bytes(older)
        assert run_again(api, path)
        twice = {contact["caseid"] for contact in api[0].control("contacts?duplicates=1")["contacts"]}
        assert twice == {f"case-{position}" for position in set(range(COUNT)) - sent(older)}
        assert arrived(api[0])[0] == COUNT
