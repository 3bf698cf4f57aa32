"""The example for Spark, with a real one: its processes are killed amid the uploads, and nobody is called twice.

It is run by `make spark`: `AIRUDDER_SPARK` is the virtual environment that has pyspark.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from conftest import APP, ROOT
from test_campaign import arrived

from airudder.journals import PostgresJournal

SPARK = Path(os.environ["AIRUDDER_SPARK"]).absolute()
COUNT = int(os.environ.get("AIRUDDER_ENGINE_CONTACTS", "5000"))
"""`make spark` asks for more."""
HALF, IN_BOTH, MORE = COUNT // 2, COUNT // 100, 100
TWICE = {f"case-{number}" for number in range(HALF, HALF + IN_BOTH)}
"""Those who stand in two files."""
EXECUTOR = b"CoarseGrainedExecutorBackend"
FAULTS = [
    {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 1000},
    {"operation": "workflow.upload_details", "fault": "reset_after", "times": 2},
    {"operation": "workflow.upload_details", "fault": "status", "status": 504, "after": True, "probability": 0.05},
    {"operation": "*", "fault": "reset_before", "probability": 0.02},
    {"operation": "*", "fault": "status", "status": 503, "retry_after": "0", "probability": 0.02},
]
WRITE = """
import sys, pyarrow, pyarrow.parquet
numbers = range(int(sys.argv[2]), int(sys.argv[3]))
texts = {"callee": "+62000{:07}", "caseid": "case-{}", "customer_name": "Ana {}"}
rows = {name: [text.format(number) for number in numbers] for name, text in texts.items()}
pyarrow.parquet.write_table(pyarrow.table(rows), sys.argv[1])
"""
READ = """
import json, sys, pyarrow.parquet
print(json.dumps(pyarrow.parquet.read_table(sys.argv[1]).to_pylist()))
"""


def python(folder, program, *arguments):
    command = [SPARK / "bin/python", "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout


def parents(pid):
    """Its parent, the parent of that one, and so on."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may have ended
        while pid > 1:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            yield pid


def children(pid):
    found = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return found + [each for child in found for each in children(child)]


class Cluster:
    """What the example needs, and its processes: Spark's own cluster of two executors on this machine."""

    def __init__(self, sandbox, postgres, folder):
        self._sandbox = sandbox
        self._postgres = postgres
        self._folder = folder
        self._started = []
        self.log = folder / "log"
        # Executors write where Spark is: that is a folder of this test's own, which leads to the real one.
        self._home = folder / "spark"
        self._home.mkdir()
        (package,) = SPARK.glob("lib/python*/site-packages/pyspark")
        for part in ("bin", "jars", "python"):
            (self._home / part).symlink_to(package / part)
        for name, numbers in {"one": (0, HALF + IN_BOTH), "two": (HALF, COUNT), "three": (COUNT, COUNT + MORE)}.items():
            python(folder, WRITE, f"{name}.parquet", *numbers)
        self._environment = os.environ | {
            "AIRUDDER_APP_KEY": APP["app_key"],
            "AIRUDDER_APP_SECRET": APP["app_secret"],
            "AIRUDDER_BASE_URL": sandbox.url,
            "AIRUDDER_TEMPLATE_ID": "7",
            "AIRUDDER_PLATFORM": "TEMP1",
            "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
            "DATABASE_URL": postgres.url,
            # A request takes a third of it at most, and each upload takes a second.
            "LEASE": "6",
            "SETTLE": "1.5",
            "PYTHONPATH": str(ROOT / "bindings-python/python"),
            "PYSPARK_PYTHON": str(SPARK / "bin/python"),
            "SPARK_HOME": str(self._home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(folder),
        }

    def submit(self, count, *files):
        settings = ["ui.enabled=false", "driver.host=127.0.0.1"]
        options = [option for setting in settings for option in ("--conf", f"spark.{setting}")]
        command = [self._home / "bin/spark-submit", "--master", "local-cluster[2,1,1024]", *options]
        program = [ROOT / "examples/python/spark_campaign.py", str(count), "outcome", *files]
        with self.log.open("ab") as log:
            pipes = {"stdout": subprocess.PIPE, "stderr": log, "text": True, "start_new_session": True}
            process = subprocess.Popen([*command, *program], cwd=self._folder, env=self._environment, **pipes)
        self._started.append(process)
        return process

    def until(self, is_so, process):
        end = time.monotonic() + 300
        while not is_so():
            assert process.poll() is None, self.log.read_text()[-5000:]
            assert time.monotonic() < end, self.log.read_text()[-5000:]
            time.sleep(0.05)

    def until_arrived(self, count, process):
        self.until(lambda: arrived(self._sandbox)[0] >= count, process)

    def leases(self, what):
        """Ask for something of the leases of all partitions."""
        with psycopg.connect(self._postgres.url) as connection:
            statement = f"SELECT {what} FROM airudder_leases WHERE name LIKE 'campaign/%'"
            return [value for (value,) in connection.execute(statement)]

    def epochs(self):
        """How often a journal was taken."""
        return sum(self.leases("epoch"))

    def amid_sending(self, process):
        """A process of the example that has a journal now."""
        found = []

        def one_has():
            holders = self.leases("CASE WHEN until > clock_timestamp() THEN holder END")
            pids = [int(holder.split(":")[-2]) for holder in holders if holder]
            found.extend(pid for pid in pids if process.pid in parents(pid))
            return found

        self.until(one_has, process)
        return found[0]

    def ends_well(self, process, accepted):
        """Each was called once; give the tables, which hold what the report says."""
        out, _ = process.communicate(timeout=600)
        assert process.returncode == 0, out[-5000:]
        report = json.loads(out.splitlines()[-1])
        assert (report["accepted"], report["doubtful"], arrived(self._sandbox)) == (accepted, [], (accepted, 0))
        assert {(one["code"], one["case_id"]) for one in report["rejected"]} == {("E1013", name) for name in TWICE}
        tables = {}
        for state in ("accepted", "rejected", "doubtful"):
            rows = json.loads(python(self._folder, READ, f"outcome/{state}"))
            tables[state] = sorted(rows, key=lambda row: (row["partition"], row["contact"]))
        called = [row["caseid"] for row in tables["accepted"]]
        assert len(called) == accepted
        assert set(called) == {f"case-{number}" for number in range(accepted)}
        assert {row["callee"] for row in tables["accepted"]} == {f"+62000{number:07}" for number in range(accepted)}
        refused = [(row["contact"], row["code"], row["caseid"], row["message"]) for row in tables["rejected"]]
        told = [(one["contact"], one["code"], one["case_id"], one["message"]) for one in report["rejected"]]
        assert sorted(refused) == sorted(told)
        assert {row["file"] for row in tables["rejected"]} == {1}
        assert tables["doubtful"] == []
        return tables

    def close(self):
        for process in self._started:
            if process.poll() is None:
                for pid in [process.pid, *children(process.pid)]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def cluster(sandbox, postgres, tmp_path):
    postgres.clear()
    sandbox.control("faults", FAULTS)
    made = Cluster(sandbox, postgres, tmp_path)
    yield made
    made.close()


@pytest.mark.timeout(1800)
def test_spark(cluster, sandbox, postgres):
    """A task's process is killed amid its uploads, then a whole executor; Spark runs their tasks again."""
    both = ["one.parquet", "two.parquet"]
    run = cluster.submit(4, *both)
    cluster.until_arrived(COUNT // 10, run)
    os.kill(cluster.amid_sending(run), signal.SIGKILL)
    cluster.until_arrived(COUNT // 2, run)
    above = parents(cluster.amid_sending(run))
    os.kill(next(pid for pid in above if EXECUTOR in Path(f"/proc/{pid}/cmdline").read_bytes()), signal.SIGKILL)
    assert arrived(sandbox)[0] < COUNT
    tables = cluster.ends_well(run, COUNT)
    log = cluster.log.read_text()
    assert "Python worker exited unexpectedly" in log
    assert "ExecutorLostFailure" in log
    assert cluster.epochs() >= 4 + 2
    sandbox.control("faults", [])

    # The same again sends nothing. A task whose partition somebody else has waits until that one is over.
    sent = sandbox.requests("workflow.upload_details")
    living = PostgresJournal(postgres.url, "campaign", lease=2).part(1)
    living.open()
    with contextlib.closing(living):
        epochs = cluster.epochs()
        again = cluster.submit(4, *both)
        cluster.until(lambda: cluster.epochs() == epochs + 3, again)
        time.sleep(5)
        assert again.poll() is None
    assert cluster.ends_well(again, COUNT) == tables
    assert sandbox.requests("workflow.upload_details") == sent

    # Another number of partitions is refused; a further file is not.
    other = cluster.submit(3, *both)
    other.communicate(timeout=400)
    assert (other.returncode, "E1012" in cluster.log.read_text()) == (1, True)
    assert sandbox.requests("workflow.upload_details") == sent
    cluster.ends_well(cluster.submit(4, *both, "three.parquet"), COUNT + MORE)
