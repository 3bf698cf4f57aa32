"""Campaigns that several workers send, each its own partition, with a journal in one store."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from conftest import CAMPAIGN
from test_campaign import FAULTS, arrived, contacts
from test_journals import journal_of

from airudder import AirudderError, DoubtfulContact, Rejected, Report, ValidationError, Workflow, partition_of
from airudder.journals import FileJournal, Journal, PartitionedJournal


def share(client, store, index, count, contacts, **settings):
    journal = journal_of(*store, lease=30)
    return client.campaigns.run(**CAMPAIGN, contacts=contacts, journal=journal, partition=(index, count), **settings)


def test_each_is_called_once_though_all_workers_read_all(client, sandbox, store):
    sandbox.control("faults", FAULTS)
    everybody = [*contacts(2000), {"callee": 7}]

    def work(index):
        journal = journal_of(*store, lease=30)
        for _ in range(20):
            report = client.campaigns.run(
                **CAMPAIGN, contacts=everybody, journal=journal, partition=(index, 4), settle=0.5, lookups_in_flight=50
            )
            if not report.doubtful:
                return report
        return pytest.fail("it does not end")

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(work, range(4)))
    merged = Report.merge(reports)
    assert (merged.accepted, [one.contact for one in merged.rejected]) == (2000, [2000])
    assert min(one.accepted for one in reports) > 400
    assert arrived(sandbox) == (2000, 0)
    names = {workflow.name.split(" (")[0] for workflow in merged.workflows}
    assert names == {f"july [{index}/4]" for index in range(4)}


def test_contacts_that_stand_in_the_files_of_two_workers_are_called_once(client, sandbox, store):
    """Each worker has its own file, and reads all: who stands in two files is one worker's, and a repetition there."""
    files = [list(contacts(600)), list(contacts(900))[500:]]
    reports = [share(client, store, index, 2, [*files[0], *files[1]]) for index in range(2)]
    merged = Report.merge(reports)
    assert merged.accepted == 900
    assert [(one.code, one.case_id) for one in merged.rejected] == [("E1013", f"case-{n}") for n in range(500, 600)]
    assert arrived(sandbox) == (900, 0)


@pytest.mark.parametrize(("begun", "then"), [(2, 4), (4, 2), (2, None), (None, 2)])
def test_another_number_of_partitions_is_refused(client, sandbox, store, begun, then):
    def run(count):
        partition = None if count is None else (0, count)
        settings = {"journal": journal_of(*store, lease=30), "partition": partition}
        return client.campaigns.run(**CAMPAIGN, contacts=contacts(100), **settings)

    run(begun)
    sent = arrived(sandbox)
    with pytest.raises(ValidationError) as caught:
        run(then)
    assert (caught.value.code, caught.value.pointer) == ("E1012", "/partition")
    assert caught.value.report.accepted == 0
    assert (arrived(sandbox), sandbox.requests("workflow.create_instance")) == (sent, 1)
    run(begun)
    assert arrived(sandbox) == sent


def test_a_head_that_many_write_at_once_is_one(store):
    together = Barrier(8)

    def write(number):
        journal = journal_of(*store)
        assert isinstance(journal, PartitionedJournal)
        together.wait()
        return journal.head(f"{number}\n")

    with ThreadPoolExecutor(8) as pool:
        heads = set(pool.map(write, range(8)))
    assert len(heads) == 1
    parts = [journal_of(*store).part(index) for index in range(2)]
    opened = [part.open() for part in parts]  # neither keeps the other away, nor does the head's own journal
    journal = journal_of(*store)
    assert (opened, {journal.open()}) == ([b"", b""], heads)
    parts[1].append("one\n", 0)
    for each in (*parts, journal):
        each.close()
    assert [part.open() for part in parts] == [b"", b"one\n"]
    for part in parts:
        part.close()


def test_a_journal_that_the_workers_do_not_share_is_refused(client, sandbox, tmp_path):
    for journal in (tmp_path / "july.jsonl", FileJournal(tmp_path / "july.jsonl")):
        with pytest.raises(ValidationError, match="that all its workers reach") as caught:
            client.campaigns.start(**CAMPAIGN, contacts=contacts(1), journal=journal, partition=(0, 2))
        assert (caught.value.code, caught.value.pointer) == ("E1001", "/partition")
    assert not isinstance(FileJournal(tmp_path / "july.jsonl"), PartitionedJournal)
    assert not Path(tmp_path / "july.jsonl").exists()
    assert sandbox.requests("auth.token") == 0


@pytest.mark.parametrize("wrong", [(2, 2), (0, 0), (-1, 2), (0.5, 2), (True, 2.5), "02", 3, [0, 1, 2]])
def test_a_partition_that_is_none_is_refused(client, store, wrong):
    with pytest.raises(AirudderError) as caught:
        client.campaigns.run(**CAMPAIGN, contacts=[], journal=journal_of(*store, lease=30), partition=wrong)
    assert (caught.value.code, caught.value.pointer) == ("E1001", "/partition")


def test_a_store_of_ones_own_can_be_shared(client, sandbox):
    class Kept:
        def __init__(self, content):
            self.content = content
            self.own = None

        def open(self):
            return self.content.setdefault(self.own, b"")

        def append(self, lines, at, /):
            assert at == len(self.content[self.own])
            self.content[self.own] += lines.encode()

        def cut(self, length, /):
            self.content[self.own] = self.content[self.own][:length]

        def held(self):
            return True

        def close(self):
            pass

        def head(self, line, /):
            return self.content.setdefault(None, line.encode())

        def part(self, index, /):
            part = Kept(self.content)
            part.own = index
            return part

    store = Kept({})
    assert isinstance(store, Journal)
    reports = [
        client.campaigns.run(**CAMPAIGN, contacts=contacts(50), journal=store, partition=(index, 3))
        for index in (0, 1, 2)
    ]
    assert Report.merge(reports).accepted == 50
    assert arrived(sandbox) == (50, 0)


@pytest.mark.parametrize("contact", [{"callee": object()}, {"callee": "\ud800"}, None, 3, float("nan")])
def test_a_contact_that_cannot_be_written_is_in_the_first_partition(client, store, contact):
    assert partition_of(contact, 3) == 0
    reports = [share(client, store, index, 3, [contact, {"callee": "+6212345678"}]) for index in range(3)]
    assert [[one.contact for one in report.rejected if one.contact == 0] for report in reports] == [[0], [], []]


def test_the_example_of_the_documentation():
    contact, expected = re.search(r"partition_of\((\{.*\}), 8\)\s+(\d)", partition_of.__doc__).groups()
    assert partition_of(json.loads(contact), 8) == int(expected)


@pytest.mark.parametrize("wrong", [0, -1, 2**32, 1.5, True, "2", None])
def test_a_number_of_partitions_that_is_none_is_refused(wrong):
    with pytest.raises(AirudderError) as caught:
        partition_of({"callee": "+6212345678"}, wrong)
    assert (caught.value.code, caught.value.pointer) == ("E1001", "/partition")


def test_reports_go_from_one_process_to_another():
    one = Report(
        3,
        [Rejected(4, "E1005", "/callee", "no number", "c-4")],
        [DoubtfulContact(9, None)],
        [Workflow("w-1", "july [0/2]", 4), Workflow(None, "july [0/2] (2)", 0)],
        -4_000_000,
    )
    other = Report(2, [Rejected(1, "E1013", None, "again")], [DoubtfulContact(0, "c-0")], [], 3_700_000)
    for report in (one, other):
        assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    merged = Report.merge([one, other])
    assert (merged.accepted, merged.clock_offset_ms) == (5, -4_000_000)
    assert [rejected.contact for rejected in merged.rejected] == [1, 4]
    assert [doubtful.contact for doubtful in merged.doubtful] == [0, 9]
    assert merged.workflows == one.workflows
    assert Report.merge([]) == Report(0, [], [], [])
