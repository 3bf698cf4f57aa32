"""Results that never came."""

import asyncio

import pytest
from conftest import APP, CAMPAIGN
from test_campaign import contacts

from airudder import AsyncClient, ValidationError
from airudder.journals import SqliteJournal


def test_who_was_accepted_and_has_no_result_is_named(client, sandbox, tmp_path):
    def rows():
        for place, contact in enumerate(contacts(300)):
            yield contact | {"callee": "0812"} if place % 100 == 7 else contact

    settings = {**CAMPAIGN, "journal": tmp_path / "j", "batch_size": 100}
    assert client.campaigns.run(**settings, contacts=rows()).accepted == 297
    asked = []

    def has_result(contact):
        asked.append(contact["caseid"])
        return not contact["caseid"].endswith("5")

    before = sandbox.stats()["requests"]
    missing = [one["caseid"] for one in client.campaigns.missing(has_result, contacts=rows(), **settings)]
    assert missing == [f"case-{number}" for number in range(5, 300, 10)]
    assert len(asked) == 297
    # Contacts that came later, and were not sent, have no result to come.
    more = [*rows(), [*contacts(301)][-1]]
    assert len([*client.campaigns.missing(lambda _: False, contacts=more, **settings)]) == 297
    assert sandbox.stats()["requests"] == before
    # The journal is free, and the campaign can be gone on with.
    assert client.campaigns.run(**settings, contacts=more).accepted == 298


def test_each_worker_names_those_of_its_partition(client, tmp_path):
    names = []
    for index in range(3):
        settings = {
            **CAMPAIGN,
            "journal": SqliteJournal(tmp_path / "j.db", name="july"),
            "partition": (index, 3),
            "contacts": [*contacts(90)],
        }
        sent = client.campaigns.run(**settings)
        missing = [one["caseid"] for one in client.campaigns.missing(lambda _: None, **settings)]
        assert len(missing) == sent.accepted > 0
        names += missing
    assert sorted(names) == sorted(one["caseid"] for one in contacts(90))


def test_a_campaign_in_doubt_has_only_what_is_certain(client, sandbox, tmp_path):
    fault = {"operation": "workflow.upload_details", "fault": "reset_before", "times": 1}
    sandbox.control("faults", [fault])
    settings = {**CAMPAIGN, "journal": tmp_path / "j", "batch_size": 100, "settle": None}
    report = client.campaigns.run(**settings, contacts=contacts(300))
    assert (report.accepted, len(report.doubtful)) == (200, 100)
    assert len([*client.campaigns.missing(lambda _: False, contacts=contacts(300), **settings)]) == 200


def test_without_a_journal_or_with_another_there_is_nothing_to_tell(client, tmp_path):
    settings = {**CAMPAIGN, "journal": tmp_path / "j"}
    with pytest.raises(ValidationError, match="no journal of this campaign") as caught:
        next(client.campaigns.missing(lambda _: False, contacts=contacts(3), **settings))
    assert caught.value.code == "E1019"
    client.campaigns.run(**settings, contacts=contacts(3))
    others = [{**one, "caseid": "other"} for one in contacts(3)]
    with pytest.raises(ValidationError, match="not the one that was sent"):
        next(client.campaigns.missing(lambda _: False, contacts=others, **settings))
    with pytest.raises(ValidationError) as caught:
        next(client.campaigns.missing(lambda _: False, contacts=contacts(3), **settings | {"name": "june"}))
    assert caught.value.code == "E1012"


def test_on_an_event_loop_it_is_awaited(sandbox, tmp_path):
    async def has_result(contact):
        await asyncio.sleep(0)
        return contact["caseid"] != "case-7"

    async def main():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            settings = {**CAMPAIGN, "journal": tmp_path / "j", "contacts": [*contacts(20)]}
            await client.campaigns.run(**settings)
            return [one["caseid"] async for one in client.campaigns.missing(has_result, **settings)]

    assert asyncio.run(main()) == ["case-7"]
