"""The examples for many machines, with the real engines: their workers are killed, and nobody is called twice."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import Celery
from conftest import APP, CAMPAIGN, ROOT, programs_of_the_readme
from test_campaign import arrived, contacts

from airudder import JournalConflict, Report
from airudder.journals import PostgresJournal

COUNT = int(os.environ.get("AIRUDDER_ENGINE_CONTACTS", "20000"))
"""`make engines` asks for more."""
IN_BOTH = COUNT // 100
SLOW = [
    {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 500},
    {"operation": "workflow.upload_details", "fault": "reset_after", "probability": 0.05},
]


HALF = COUNT // 2
NAMED = {("E1013", f"case-{number}") for number in range(HALF, HALF + IN_BOTH)}
"""Those who stand in two files."""
SAID = f"accepted {COUNT}, rejected {IN_BOTH}, doubtful 0\n"


def write(path, numbers):
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["callee", "caseid", "customer_name"])
        rows.writerows([f"+62000{number:07}", f"case-{number}", f"Ana {number}"] for number in numbers)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Engine:
    """A PostgreSQL, a Redis and an AI Rudder, and the processes of an example, each the head of its own group."""

    def __init__(self, sandbox, postgres, redis_server, folder, environment):
        self._sandbox = sandbox
        self.postgres = postgres
        self.log = folder / "log"
        redis_server.client.flushall()
        postgres.clear()
        sandbox.control("faults", SLOW)
        write(folder / "one.csv", range(HALF + IN_BOTH))
        write(folder / "two.csv", range(HALF, COUNT))
        self._options = {
            "cwd": folder,
            "env": os.environ
            | {
                "AIRUDDER_APP_KEY": APP["app_key"],
                "AIRUDDER_APP_SECRET": APP["app_secret"],
                "AIRUDDER_BASE_URL": sandbox.url,
                "AIRUDDER_TEMPLATE_ID": "7",
                "AIRUDDER_PLATFORM": "TEMP1",
                "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis_server.url,
                **environment,
            },
        }
        self._started = []

    def start(self, *command, **options):
        process = subprocess.Popen(command, start_new_session=True, **self._options, **options)
        self._started.append(process)
        return process

    def work(self, *command):
        with self.log.open("ab") as log:
            return self.start(*command, stdout=log, stderr=log)

    def send(self, *command):
        """Hand out the partitions."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return self.start(*command, "one.csv", "two.csv", **pipes)

    def until(self, is_so, process):
        end = time.monotonic() + 60
        while not is_so():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, self.log.read_text()[-5000:]
            time.sleep(0.05)

    def until_arrived(self, count, process):
        self.until(lambda: arrived(self._sandbox)[0] >= count, process)

    def until_logged(self, text, process):
        self.until(lambda: text in self.log.read_text(), process)

    def ends_well(self, process):
        """Each was called once; give what the process wrote to its other output."""
        out, err = process.communicate(timeout=300)
        assert out == SAID, (err, self.log.read_text()[-5000:])
        assert arrived(self._sandbox) == (COUNT, 0)
        return err

    def is_refused(self, process):
        _, err = process.communicate(timeout=120)
        assert (process.returncode, "E1012" in err) == (1, True)
        assert arrived(self._sandbox) == (COUNT, 0)

    def close(self):
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def engine(sandbox, postgres, redis_server, tmp_path):
    made = []

    def make(**environment):
        made.append(Engine(sandbox, postgres, redis_server, tmp_path, environment))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_celery(engine, tmp_path):
    """A pool's process is killed amid its uploads, then a whole worker; Redis gives tasks away while they run, too."""
    engine = engine(LEASE="2", SETTLE="1.5", VISIBILITY_TIMEOUT="3", PYTHONPATH=str(ROOT / "examples/python"))
    send = [sys.executable, ROOT / "examples/python/celery_campaign.py"]

    def work(name):
        app = ["--app", "celery_campaign"]
        options = ["--loglevel", "INFO", "--concurrency", "2", "--hostname", f"{name}@%h"]
        return engine.work(sys.executable, "-m", "celery", *app, "worker", *options)

    first, _ = work("first"), work("second")
    run = engine.send(*send, "4")
    engine.until_arrived(COUNT // 10, run)
    os.kill(children(first.pid)[0], signal.SIGKILL)
    engine.until_logged("WorkerLostError", run)
    engine.until_arrived(COUNT // 4, run)
    os.killpg(first.pid, signal.SIGKILL)
    time.sleep(3.5)
    work("third")  # one that has just begun asks Redis at once for tasks that nobody answered in time
    engine.ends_well(run)
    with (tmp_path / "not-accepted.csv").open(newline="") as file:
        assert {(row["code"], row["case_id"]) for row in csv.DictReader(file)} == NAMED

    # The same again sends nothing. A task that another worker has comes back until that one is over.
    living = PostgresJournal(engine.postgres.url, "campaign", lease=2).part(1)
    living.open()
    work("fourth")
    again = engine.send(*send, "4")
    engine.until_logged("Retry in 2", again)
    living.close()
    engine.ends_well(again)
    engine.is_refused(engine.send(*send, "3"))


def test_readme(client, sandbox, postgres, monkeypatch):
    postgres.clear()
    monkeypatch.setenv("DATABASE_URL", postgres.url)
    app = Celery("readme")
    app.conf.task_always_eager = True
    names = {"app": app, "client": client, "os": os, "settings": CAMPAIGN, "all_contacts": lambda: contacts(100)}
    names |= {"PostgresJournal": PostgresJournal, "JournalConflict": JournalConflict}
    exec(compile(programs_of_the_readme()[1], "README.md", "exec"), names)
    reports = [names["send"].delay(index, 2).get() for index in range(2)]
    assert Report.merge(map(Report.from_dict, reports)).accepted == 100
    assert arrived(sandbox) == (100, 0)


def test_bullmq(engine):
    """A worker is paused for longer than its lock and its lease, and another one is killed, both amid uploads."""
    engine = engine(LEASE="2000", SETTLE="1500", LOCK="1500")
    example = ["node", ROOT / "examples/node/bullmq_campaign.js"]
    send = [*example, "send"]
    first, second = engine.work(*example, "work"), engine.work(*example, "work")
    run = engine.send(*send, "4")
    engine.until_arrived(COUNT // 10, run)
    os.kill(first.pid, signal.SIGSTOP)
    engine.until_arrived(COUNT // 4, run)
    os.kill(second.pid, signal.SIGKILL)
    engine.work(*example, "work")
    time.sleep(5)
    os.kill(first.pid, signal.SIGCONT)
    said = engine.ends_well(run).splitlines()
    assert {tuple(line.split()) for line in said} == NAMED

    living = PostgresJournal(engine.postgres.url, "campaign", lease=2).part(1)
    living.open()
    again = engine.send(*send, "4")
    engine.until(lambda: engine.log.read_text().count("active ") >= 9, again)
    time.sleep(1)
    assert again.poll() is None
    living.close()
    engine.ends_well(again)
    engine.is_refused(engine.send(*send, "3"))
