"""Dialogues between a host and whole campaigns, which every language runs; see core/vectors/README.md."""

import json

import pytest
from conftest import ROOT

from airudder import AirudderError, Client
from airudder._native import Campaign, Request

FILE = json.loads((ROOT / "core/vectors/campaign.json").read_text())
APP = {"app_key": "fake-app-key", "app_secret": "fake-app-secret", "base_url": "https://api.example.test"}
USUAL = {
    "batch_size": 1000,
    "in_flight": 1,
    "lookups_in_flight": 8,
    "settle_ms": 60_000,
    "never_settle": False,
    "allow_duplicates": False,
    "retry_rejected": False,
    "journal_key": None,
    "same_account": False,
    "require_journal": False,
    "recover": None,
    "partition": None,
    "max_rejected": None,
    "max_outage_ms": 600_000,
    "max_doubtful_batches": 3,
    "rate": None,
    "closed": [],
    "screen": False,
    "check_only": False,
}


def machine(client, config):
    """The machine that `campaigns.run` drives, with the units of its settings."""
    given = USUAL | config
    settle, never, outage = given.pop("settle_ms"), given.pop("never_settle"), given.pop("max_outage_ms")
    given["closed"] = [*map(tuple, given["closed"])]
    given["max_rejected"] = given.pop("max_rejected_share", given["max_rejected"])
    if given["partition"]:
        given["partition"] = tuple(given["partition"])
    return Campaign(client._session, settle=None if never else settle / 1000, max_outage=outage / 1000, **given)


def assert_code(error, run, *arguments):
    """It fails with this code, or, without one, does not fail."""
    if error is None:
        return run(*arguments)
    with pytest.raises(AirudderError) as raised:
        run(*arguments)
    assert raised.value.code == error
    return None


def assert_line(line, expected):
    """Of a line that is given by its members, the message and the checksum may be any."""
    if isinstance(expected, str):
        assert line == expected
        return
    record = json.loads(line)
    assert len(record.pop("sum")) == 16
    if "message" not in expected:
        record.pop("message", None)
    assert record == expected


def shown(report):
    """A report as the vectors have it: without messages, whose wording is nobody's business."""
    accepted, rejected, doubtful, workflows, offset, error = report
    return {
        "accepted": accepted,
        "rejected": [
            {"contact": contact, "case_id": case_id, "code": code, "pointer": pointer}
            for contact, code, pointer, _, case_id in rejected
        ],
        "doubtful": [{"contact": contact, "case_id": case_id} for contact, case_id in doubtful],
        "workflows": [
            {"workflow_id": workflow_id, "name": name, "contacts": count} for workflow_id, name, count in workflows
        ],
        "clock_offset_ms": offset,
        "error": error and error.code,
    }


class Host:
    """Does what its case says."""

    def __init__(self, case):
        app = APP | case["client"]
        self.base_url = app["base_url"]
        self.machine = machine(Client(**app), case["config"])
        self.contacts, self.fed = case["contacts"], 0
        self.length = 0
        self.calls = []
        self.machine.suppress(case["suppress"]["numbers"])
        self.machine.suppress_case_ids(case["suppress"]["case_ids"])
        if head := case["head"]:
            assert_code(head["error"], self.machine.resume_head, head["text"].encode())
        if journal := case["journal"]:
            good = assert_code(journal["error"], self.machine.resume, journal["text"].encode())
            assert good == journal["kept"]
            self.length = good or 0

    def poll(self, at, kind):
        step = self.machine.poll(at, self.monotonic)
        assert (step and step[0]) == kind, step
        return step

    def writes(self, at, expected):
        _, lines, length = self.poll(at, "journal")
        assert length == self.length
        self.length += len(lines.encode())
        lines = lines.splitlines(keepends=True)
        assert len(lines) == len(expected), lines
        for line, one in zip(lines, expected, strict=True):
            assert_line(line, one)
        self.machine.journal_written()

    def feeds(self, at, want, feed, error=None):
        assert self.poll(at, "contacts")[1] == want
        if not feed:
            assert_code(error, self.machine.end_of_contacts)
            return
        contacts = self.contacts[self.fed : self.fed + feed]
        self.fed += feed
        assert_code(error, self.machine.feed, contacts)

    def screens(self, at, contacts, numbers, case_ids):
        assert json.loads(self.poll(at, "screen")[1]) == [self.contacts[one] for one in contacts]
        self.machine.suppress(numbers)
        self.machine.suppress_case_ids(case_ids)
        self.machine.screened()

    def sends(self, at, number, expected):
        if number == len(self.calls):
            self.calls.append(self.poll(at, "call")[1:])
        request = self.calls[number][1].poll(at)
        assert isinstance(request, Request)
        assert (request.method, request.url) == (expected["method"], self.base_url + expected["path"])
        token = expected["token"] and f"Token {expected['token']}"
        assert dict(request.headers).get("Authorization") == token
        assert json.loads(request.body) == expected["body"]

    def ends(self, at, number):
        identity, call = self.calls[number]
        assert call.poll(at) is None
        self.machine.on_result(identity, at, self.monotonic, call)

    def waits(self, at, phase, least, most):
        _, until = self.poll(at, "wait")
        assert self.machine.progress()[4] == phase
        assert until is most is None or least <= until <= most

    def does(self, at, monotonic=None, call=None, **what):
        self.monotonic = at if monotonic is None else monotonic
        match what:
            case {"journal": lines}:
                self.writes(at, lines)
            case {"contacts": contacts}:
                self.feeds(at, **contacts)
            case {"screen": screen}:
                self.screens(at, **screen)
            case {"send": expected}:
                self.sends(at, call, expected)
            case {"answer": {"status": status, "headers": headers, "body": body}}:
                self.calls[call][1].on_response(at, status, [*map(tuple, headers)], body.encode())
            case {"fail": how}:
                self.calls[call][1].on_failure(at, how, "")
            case {"ends": True}:
                self.ends(at, call)
            case {"wait": {"phase": phase, "from": least, "until": most}}:
                self.waits(at, phase, least, most)
            case {"stop": True}:
                self.machine.give_up()
            case {"refuses": error}:
                assert_code(error, self.machine.poll, at, self.monotonic)
            case {"done": report}:
                self.poll(at, None)
                assert shown(self.machine.report()) == report
            case _:
                raise AssertionError(what)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_campaign(case):
    host = Host(case)
    for step in case["steps"]:
        host.does(**step)


def test_as_many_cases_as_in_every_language():
    assert len(FILE["cases"]) == FILE["count"] > 0
