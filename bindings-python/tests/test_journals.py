"""Journals in databases: workers on machines that share nothing else, killed, paused and doubled."""

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from conftest import APP, CAMPAIGN, ROOT, programs_of_the_readme
from test_campaign import FAULTS, SLOW, arrived, contacts

from airudder import AirudderError, AsyncClient, CampaignStopped, Client, JournalConflict, ValidationError
from airudder.journals import FileJournal, Journal, PostgresJournal, RedisJournal, SqliteJournal

WORKER = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import APP, CAMPAIGN, ROOT, programs_of_the_readme
from test_campaign import contacts
from test_journals import journal_of
from airudder import Client
kind, where, url, lease, count, recover = sys.argv[2:]
with Client(base_url=url, timeout=min(1, float(lease) / 3), **APP) as client:
    report = client.campaigns.run(
        **CAMPAIGN, contacts=contacts(int(count)), journal=journal_of(kind, where, float(lease)), batch_size=250,
        lookups_in_flight=50, settle=2.0, recover=recover or None,
    )
print(report.accepted, len(report.rejected), len(report.doubtful))
"""


def journal_of(kind, where, lease=2.0, wait=None, name="july"):
    if kind == "file":
        return FileJournal(where)
    made = {"sqlite": SqliteJournal, "postgres": PostgresJournal, "redis": RedisJournal}[kind]
    is_address = kind == "redis" and isinstance(where, str)
    return made(redis.Redis.from_url(where) if is_address else where, name, lease=lease, wait=wait)


def worker(store, url, count, lease="2", recover="", program=WORKER):
    """Start a worker as a process of its own: of the campaign it has the store and the contacts alone."""
    tests = str(Path(__file__).parent)
    command = [sys.executable, "-c", program, tests, *store, url, lease, str(count), recover]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_lines_are_there_for_the_next_holder(store):
    journal = journal_of(*store)
    assert isinstance(journal, Journal)
    assert journal.open() == b""
    assert journal.held()
    journal.append("één\n", 0)
    journal.append("two\nthree\n", 6)
    journal.close()
    again = journal_of(*store)
    assert again.open() == "één\ntwo\nthree\n".encode()
    again.append("four\n", 16)
    again.close()
    other = journal_of(*store)
    assert other.open().endswith(b"four\n")
    with pytest.raises(JournalConflict, match="no campaign wrote"):
        other.cut(5)
    other.close()


def test_names_are_journals_of_their_own(store):
    one, other = (journal_of(*store, name=name) for name in ("one", "other"))
    assert (one.open(), other.open()) == (b"", b"")
    one.append("one\n", 0)
    other.append("other\n", 0)
    one.close()
    other.close()
    assert (one.open(), other.open()) == (b"one\n", b"other\n")
    one.close()
    other.close()


def test_a_living_holder_keeps_others_away_at_once_and_a_dead_one_for_its_lease(store):
    journal = journal_of(*store, lease=1.5)
    journal.open()
    began = time.monotonic()
    with pytest.raises(JournalConflict, match="runs this campaign") as caught:
        journal_of(*store, lease=1.5).open()
    assert time.monotonic() - began < 1.5
    assert (caught.value.code, f":{os.getpid()}:" in caught.value.message) == ("E1018", True)
    journal._closed.set()  # it dies: nobody renews the lease, and nobody gives it back
    with pytest.raises(JournalConflict):
        journal_of(*store, wait=0.1).open()
    heir = journal_of(*store, lease=1.5)
    assert heir.open() == b""
    heir.append("heir\n", 0)
    with pytest.raises(JournalConflict, match="took this journal over"):
        journal.append("late\n", 5)
    heir.append("again\n", 5)
    journal.close()  # what it gives back is nobody's by now
    with pytest.raises(JournalConflict):
        journal_of(*store, wait=0.1).open()
    heir.close()
    assert journal.open() == b"heir\nagain\n"
    journal.close()


def test_a_request_that_may_outlive_its_workers_turn_is_refused(sandbox):
    journal = SqliteJournal(":memory:", name="july", lease=29)
    with Client(base_url=sandbox.url, timeout=10, **APP) as client:
        for begin in (client.campaigns.run, client.campaigns.start):
            with pytest.raises(ValidationError, match="more than a third of the lease") as caught:
                begin(**CAMPAIGN, contacts=contacts(1), journal=journal)
            assert (caught.value.code, caught.value.pointer) == ("E1001", "/timeout")

    async def on_a_loop():
        async with AsyncClient(base_url=sandbox.url, timeout=10, **APP) as client:
            with pytest.raises(ValidationError, match="more than a third of the lease"):
                await client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=journal, partition=(0, 2))

    asyncio.run(on_a_loop())
    assert sandbox.stats()["requests"] == {}


@pytest.mark.parametrize("is_async", [False, True])
def test_a_campaign_that_waits_for_a_holder_that_may_be_dead_can_be_stopped(store, sandbox, is_async):
    kind, where = store
    where = redis.Redis.from_url(where) if kind == "redis" else where
    holder = journal_of(kind, where, lease=30)
    holder.open()
    given = {**CAMPAIGN, "contacts": [*contacts(5)], "journal": journal_of(kind, where, lease=30)}

    def stop(campaign):
        campaign.stop()
        return time.monotonic()

    async def on_a_loop():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            campaign = client.campaigns.start(**given)
            await asyncio.sleep(0.3)
            begun = stop(campaign)
            with pytest.raises(CampaignStopped):
                await campaign.result()
            return begun

    if is_async:
        begun = asyncio.run(on_a_loop())
    else:
        with Client(base_url=sandbox.url, **APP) as client:
            campaign = client.campaigns.start(**given)
            time.sleep(0.3)
            begun = stop(campaign)
            with pytest.raises(CampaignStopped) as caught:
                campaign.result()
            assert caught.value.report.accepted == 0
            with pytest.raises(CampaignStopped):
                client.campaigns.run(**given, deadline=0.3)
    assert time.monotonic() - begun < 1.5
    holder.close()
    if kind == "redis":
        where.close()


@pytest.mark.parametrize("at", [1, 3, 5, 2**40])
def test_a_journal_of_another_length_is_left_alone(store, at):
    journal = journal_of(*store)
    journal.open()
    journal.append("one\n", 0)
    with pytest.raises(JournalConflict, match="wrote to it"):
        journal.append("two\n", at)
    journal.append("two\n", 4)
    journal.close()


def test_a_lease_that_is_not_renewed_is_not_held(store):
    journal = journal_of(*store, lease=3)
    journal.open()
    time.sleep(2.5)
    assert journal.held()  # it is renewed beside
    journal._closed.set()
    time.sleep(1.2)
    assert not journal.held()
    journal.close()


@pytest.mark.parametrize("wrong", [{"lease": 0.5}, {"lease": float("nan")}, {"name": ""}])
def test_settings_that_are_none_are_refused(wrong, tmp_path):
    given = {"name": "july", **wrong}
    for made in (SqliteJournal, PostgresJournal):
        with pytest.raises(AirudderError) as caught:
            made(str(tmp_path), **given)
        assert (caught.value.code, caught.value.pointer) == ("E1001", "/journal")
    assert "secret" not in repr(PostgresJournal("postgresql://fake:fake-secret@127.0.0.1/x", "july"))


def test_an_object_of_ones_own_is_a_journal(client, sandbox):
    class Kept:
        content = b""
        is_open = False

        def open(self):
            self.is_open = True
            return self.content

        def append(self, lines, at, /):
            assert at == len(self.content)
            self.content += lines.encode()

        def cut(self, length, /):
            self.content = self.content[:length]

        def held(self):
            return True

        def close(self):
            self.is_open = False

    kept = Kept()
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(300), journal=kept).accepted == 300
    kept.content += b'{"record":'  # a crash tore a line
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(400), journal=kept).accepted == 400
    assert (arrived(sandbox), kept.is_open) == ((400, 0), False)
    with pytest.raises(TypeError, match="or a journal of"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(1), journal=object())


def test_an_upload_waits_while_the_lease_may_have_run_out(client, sandbox):
    class Doubtful(FileJournal):
        asked = 0

        def held(self):
            self.asked += 1
            return self.asked > 2

    journal = Doubtful(f"{sandbox.process.pid}.jsonl")
    try:
        assert client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=journal).accepted == 10
    finally:
        Path(f"{sandbox.process.pid}.jsonl").unlink()
    assert (journal.asked, sandbox.requests("workflow.upload_details")) == (3, 1)


KILLS, MANY = int(os.environ.get("AIRUDDER_KILLS", "4")), int(os.environ.get("AIRUDDER_CONTACTS", "3000"))
"""`make kills` asks for more."""


def test_kills_of_workers_that_share_nothing_but_the_store(store, start_sandbox):
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    sandbox = start_sandbox()
    sandbox.control("faults", FAULTS)
    run_and_kill(store, sandbox, chance, seed)


def test_kills_before_and_after_the_journal_is_lost(store, start_sandbox):
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    sandbox = start_sandbox()
    sandbox.control("faults", [SLOW, *FAULTS])
    began = (datetime.now(UTC) - timedelta(seconds=2)).isoformat(" ", "seconds")
    process = worker(store, sandbox.url, MANY)
    while arrived(sandbox)[0] < MANY // 4:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    lose(*store)
    run_and_kill(store, sandbox, chance, seed, recover=began)


def lose(kind, where):
    if kind == "sqlite":
        for file in Path(where).parent.glob(f"{Path(where).name}*"):
            file.unlink()
    elif kind == "postgres":
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("DROP TABLE airudder_journal, airudder_leases")
    else:
        redis.Redis.from_url(where).flushall()


def run_and_kill(store, sandbox, chance, seed, recover=""):
    kills = 0
    for _ in range(3 * KILLS):
        process = worker(store, sandbox.url, MANY, "1", recover)
        try:
            out, err = process.communicate(timeout=chance.uniform(0.6, 2.5) if kills < KILLS else 300)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            continue
        if out.split() == [str(MANY), "0", "0"]:
            break
        assert out or "Error: E" in err, (seed, err)
    else:
        pytest.fail(f"the campaign does not end: {seed}")
    assert arrived(sandbox) == (MANY, 0), seed


def test_two_workers_that_both_believe_that_it_is_theirs(store, start_sandbox):
    sandbox = start_sandbox()
    sandbox.control("faults", [SLOW])
    workers = [worker(store, sandbox.url, 3000) for _ in range(2)]
    ends = [one.communicate(timeout=120) for one in workers]
    assert sorted(out.split() == ["3000", "0", "0"] for out, _ in ends) == [False, True]
    assert sum("E1018" in err for _, err in ends) == 1
    assert arrived(sandbox) == (3000, 0)


def killed_amid_appends(server, journal, fails):
    confirmed = 0
    for _ in range(5):
        written = journal.open()
        assert len(written) >= confirmed
        at = confirmed = len(written)
        killer = threading.Timer(random.uniform(0.05, 0.4), server.kill)
        killer.start()
        with fails():
            while True:
                journal.append("0123456789\n", at)
                at = confirmed = at + 11
        killer.join()
        journal.close()
        server.start()
    assert len(journal.open()) - confirmed in {0, 11}  # the last may have been committed without a word
    journal.close()


def test_a_database_that_is_killed_amid_appends_has_all_that_it_confirmed(postgres):
    journal = PostgresJournal(postgres.url, "killed", lease=2)
    killed_amid_appends(postgres, journal, lambda: pytest.raises(Exception, match=r"connection|terminat|closed|server"))


def test_a_redis_that_is_killed_amid_appends_has_all_that_it_confirmed(redis_server):
    journal = RedisJournal(redis.Redis.from_url(redis_server.url), "killed", lease=2)
    killed_amid_appends(redis_server, journal, lambda: pytest.raises(redis.ConnectionError))


def test_a_redis_that_may_forget_is_refused(redis_server):
    client = redis.Redis.from_url(redis_server.url, decode_responses=True)
    journal = RedisJournal(client, "forgotten")
    for setting, value in (("appendfsync", "everysec"), ("appendonly", "no")):
        client.config_set(setting, value)
        with pytest.raises(ValidationError, match="may forget what it confirmed") as caught:
            journal.open()
        assert caught.value.pointer == "/journal"
        vouched = RedisJournal(client, "forgotten", durable=True)
        assert vouched.open() == b""
        vouched.close()
        client.config_set(setting, {"appendfsync": "always", "appendonly": "yes"}[setting])
    client.execute_command("ACL SETUSER silent on nopass ~* +@all -config")
    silent = redis.Redis.from_url(redis_server.url.replace("://", "://silent:none@"))
    with pytest.raises(ValidationError, match="does not tell"):
        RedisJournal(silent, "forgotten").open()


def test_the_campaign_of_the_readme(postgres, sandbox, monkeypatch, capsys):
    postgres.clear()
    settings = {"AIRUDDER_BASE_URL": sandbox.url, "DATABASE_URL": postgres.url}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AIRUDDER_APP_KEY", APP["app_key"])
    monkeypatch.setenv("AIRUDDER_APP_SECRET", APP["app_secret"])
    program = programs_of_the_readme()[0]
    for _ in range(2):
        exec(compile(program, "README.md", "exec"), {"rows": list(contacts(20))})
    assert capsys.readouterr().out == "20 accepted, 0 rejected, 0 doubtful\n" * 2
    assert arrived(sandbox) == (20, 0)


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_another_language_goes_on_with_the_campaign(kind, request, client, sandbox, tmp_path):
    """Node takes over what Python began, and Python what Node went on with."""
    server = request.getfixturevalue("postgres" if kind == "postgres" else "redis_server")
    name = f"pairs-{tmp_path.name}"
    given = {**CAMPAIGN, "journal": journal_of(kind, server.url, lease=30, name=name)}
    assert client.campaigns.run(**given, contacts=contacts(300)).accepted == 300
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(list(contacts(500))))
    program = f"""
import {{ readFileSync }} from "node:fs";
import {{ createRequire }} from "node:module";
import {{ journalOf }} from "./databases.mjs";
import {{ airudder }} from "./support.mjs";
const journals = createRequire(import.meta.url)("../dist/journals.js");
const [journal, end] = await journalOf(journals, {json.dumps("pg" if kind == "postgres" else "ioredis")},
    {json.dumps(server.url)}, {{ name: {json.dumps(name)} }});
const client = new airudder.Client({{ appKey: {json.dumps(APP["app_key"])}, appSecret: {json.dumps(APP["app_secret"])},
    baseUrl: {json.dumps(sandbox.url)} }});
const report = await client.campaigns.run({{ ...{json.dumps(CAMPAIGN)}, journal, requireJournal: true,
    contacts: JSON.parse(readFileSync({json.dumps(str(rows))}, "utf8")) }});
console.log(report.accepted);
await end();
"""
    file = ROOT / f"bindings-wasm/tests/.pairs-{os.getpid()}.mjs"
    file.write_text(program)
    try:
        done = subprocess.run(["node", file], capture_output=True, text=True, timeout=120)
    finally:
        file.unlink()
    assert done.stdout == "500\n", done.stderr
    assert client.campaigns.run(**given, contacts=contacts(600), require_journal=True).accepted == 600
    assert arrived(sandbox) == (600, 0)


def test_a_campaign_goes_on_where_its_database_was_lost(postgres, sandbox, tmp_path):
    sandbox.control("faults", [SLOW])
    given = {**CAMPAIGN, "journal": PostgresJournal(postgres.url, "outage", lease=2), "batch_size": 100, "settle": 0.5}
    with Client(base_url=sandbox.url, timeout=0.6, **APP) as client:
        campaign = client.campaigns.start(**given, contacts=contacts(2000))
        while campaign.progress.accepted < 300:
            time.sleep(0.01)
        postgres.kill()
        with pytest.raises(Exception, match=r"connection|terminat|closed|server") as caught:
            campaign.result(timeout=60)
        assert caught.value.report.accepted >= 300
        postgres.start()
        report = client.campaigns.run(**given, contacts=contacts(2000), require_journal=True)
    assert (report.accepted, report.doubtful, arrived(sandbox)) == (2000, [], (2000, 0))
