"""Dialogues between a host and calls, which every language runs; see core/vectors/README.md."""

import json

import pytest
from conftest import ROOT

from airudder import AirudderError, Client
from airudder._native import Request

FILE = json.loads((ROOT / "core/vectors/dialogue.json").read_text())


def begun(case):
    """The machines that the clients drive."""
    client = Client(
        app_key="fake-app-key", app_secret="fake-app-secret", base_url="https://api.example.test", **case["config"]
    )
    return [client._session.call(call["operation"], call["params"], None, 0) for call in case["calls"]]


def step(machine, at, what):
    match what:
        case {"send": expected}:
            request = machine.poll(at)
            assert isinstance(request, Request)
            assert (request.method, request.url) == (expected["method"], expected["url"])
            assert request.headers == [*map(tuple, expected["headers"])]
            assert request.body.decode() == expected["body"]
        case {"wait": {"why": expected, "from": least, "until": most}}:
            until, why = machine.poll(at)
            assert why == expected
            assert least <= until <= most
        case {"answer": {"status": status, "headers": headers, "body": body}}:
            machine.on_response(at, status, [*map(tuple, headers)], body.encode())
        case {"fail": how}:
            machine.on_failure(at, how, "")
        case {"done": {"error": code, "outcome": outcome}}:
            assert machine.poll(at) is None
            with pytest.raises(AirudderError) as raised:
                machine.result()
            assert (raised.value.code, raised.value.outcome) == (code, outcome)
        case {"done": {"result": result}}:
            assert machine.poll(at) is None
            assert machine.result() == (None, result)
        case {"drop": True}:
            machine.close()
        case _:
            raise AssertionError(what)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_dialogue(case):
    machines = begun(case)
    for one in case["steps"]:
        step(machines[one["call"]], one["at"], one)


def test_as_many_cases_as_in_every_language():
    assert len(FILE["cases"]) == FILE["count"] > 0
