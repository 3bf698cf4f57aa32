"""The examples for many machines, with the real engines: their workers are killed, and nobody is called twice."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from conftest import APP, ROOT
from test_campaign import arrived

from airudder.journals import PostgresJournal

EXAMPLES = ROOT / "examples/python"
COUNT = int(os.environ.get("AIRUDDER_ENGINE_CONTACTS", "20000"))
"""`make engines` asks for more."""
IN_BOTH = COUNT // 100
SLOW = [
    {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 500},
    {"operation": "workflow.upload_details", "fault": "reset_after", "probability": 0.05},
]


def write(path, numbers):
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["callee", "caseid", "customer_name"])
        rows.writerows([f"+62000{number:07}", f"case-{number}", f"Ana {number}"] for number in numbers)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(is_so, seconds, process):
    end = time.monotonic() + seconds
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def workers():
    """Starts processes, each the head of a group of its own, and ends what is left of them."""
    started = []

    def start(*command, **options):
        started.append(subprocess.Popen(command, start_new_session=True, **options))
        return started[-1]

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_celery(sandbox, postgres, redis_server, tmp_path, workers):
    """A pool's process is killed amid its uploads, then a whole worker; Redis gives tasks away while they run, too."""
    redis_server.client.flushall()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS airudder_journal, airudder_leases")
    sandbox.control("faults", SLOW)
    half = COUNT // 2
    write(tmp_path / "one.csv", range(half + IN_BOTH))
    write(tmp_path / "two.csv", range(half, COUNT))
    environment = os.environ | {
        "AIRUDDER_APP_KEY": APP["app_key"],
        "AIRUDDER_APP_SECRET": APP["app_secret"],
        "AIRUDDER_BASE_URL": sandbox.url,
        "AIRUDDER_TEMPLATE_ID": "7",
        "AIRUDDER_PLATFORM": "TEMP1",
        "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
        "DATABASE_URL": postgres.url,
        "REDIS_URL": redis_server.url,
        "LEASE": "2",
        "SETTLE": "1.5",
        "VISIBILITY_TIMEOUT": "3",
        "PYTHONPATH": str(EXAMPLES),
    }
    options = {"env": environment, "cwd": tmp_path}
    log = tmp_path / "log"

    def work(name):
        celery = [
            sys.executable,
            "-m",
            "celery",
            "--app",
            "celery_campaign",
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency=2",
        ]
        with log.open("ab") as written:
            return workers(*celery, "--hostname", f"{name}@%h", stdout=written, stderr=written, **options)

    first, _ = work("first"), work("second")
    command = [sys.executable, EXAMPLES / "celery_campaign.py"]
    files = ["one.csv", "two.csv"]
    run = workers(*command, "4", *files, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    wait_until(lambda: arrived(sandbox)[0] >= COUNT // 10, 60, run)
    os.kill(children(first.pid)[0], signal.SIGKILL)
    wait_until(lambda: "WorkerLostError" in log.read_text(), 60, run)
    wait_until(lambda: arrived(sandbox)[0] >= COUNT // 4, 60, run)
    os.killpg(first.pid, signal.SIGKILL)
    time.sleep(3.5)
    work("third")  # one that has just begun asks Redis at once for tasks that nobody answered in time
    out, err = run.communicate(timeout=300)
    assert out == f"accepted {COUNT}, rejected {IN_BOTH}, doubtful 0\n", (err, log.read_text()[-5000:])
    assert arrived(sandbox) == (COUNT, 0)
    with (tmp_path / "not-accepted.csv").open(newline="") as file:
        named = {(row["code"], row["case_id"]) for row in csv.DictReader(file)}
    assert named == {("E1013", f"case-{number}") for number in range(half, half + IN_BOTH)}

    # The same again sends nothing. A task that another worker has comes back until that one is over.
    living = PostgresJournal(postgres.url, "campaign", lease=2).part(1)
    living.open()
    work("fourth")
    again = workers(*command, "4", *files, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    wait_until(lambda: "Retry in 2" in log.read_text(), 60, again)
    living.close()
    assert again.communicate(timeout=120)[0] == out

    # Another number of partitions is refused.
    other = subprocess.run([*command, "3", *files], capture_output=True, text=True, timeout=120, check=False, **options)
    assert (other.returncode, "E1012" in other.stderr) == (1, True)
    assert arrived(sandbox) == (COUNT, 0)
