"""Workers that are paused, whose lease others take meanwhile: when they wake up, they send nothing more."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from test_campaign import SLOW, arrived
from test_journals import WORKER, journal_of, worker


def pause(process, store):
    """Pause it. Amid a write to SQLite it would keep the file's lock, as its documentation says."""
    process.send_signal(signal.SIGSTOP)
    while store[0] == "sqlite" and is_locked(store[1]):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)


def is_locked(path):
    time.sleep(0.01)  # until the signal has arrived
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


APPENDS = """
import sys
sys.path.insert(0, sys.argv[1])
from test_journals import journal_of
journal = journal_of(*sys.argv[2:4], lease=30, name="paused")
at = len(journal.open())
print("ready", flush=True)
while True:
    journal.append("0123456789\\n", at)
    at += 11
"""


def test_a_worker_that_is_paused_amid_an_append_keeps_no_lock(postgres):
    arguments = [str(Path(__file__).parent), "postgres", postgres.url]
    process = subprocess.Popen([sys.executable, "-c", APPENDS, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        with psycopg.connect(postgres.url, autocommit=True) as other:
            other.execute("SET lock_timeout = '10s'")
            for _ in range(50):
                time.sleep(random.uniform(0.005, 0.02))
                process.send_signal(signal.SIGSTOP)
                other.execute("SELECT 1 FROM airudder_leases FOR UPDATE")
                process.send_signal(signal.SIGCONT)
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_a_paused_worker_that_wakes_up_sends_nothing_more(store, start_sandbox):
    chance = random.Random(seed := random.randrange(1_000_000))
    sandbox = start_sandbox()
    sandbox.control("faults", [SLOW])
    paused = []
    for _ in range(2):
        process = worker(store, sandbox.url, 4000, lease="1.5")
        time.sleep(chance.uniform(0.8, 1.6))
        if process.poll() is None:
            pause(process, store)
        paused.append(process)
    last = worker(store, sandbox.url, 4000, lease="1.5")
    assert last.communicate(timeout=180)[0].split() == ["4000", "0", "0"], seed
    sent = sandbox.requests("workflow.upload_details")
    for process in paused:
        process.send_signal(signal.SIGCONT)
    errors = [process.communicate(timeout=120)[1] for process in paused]
    assert all("E1018" in error for error in errors if error), (seed, errors)
    assert sandbox.requests("workflow.upload_details") == sent, seed
    assert arrived(sandbox) == (4000, 0), seed


def paused_journal_of(*of):
    """Make a journal whose worker stands still as soon as its first batch is in it, before that is sent."""
    journal = journal_of(*of)
    append = journal.append

    def appended(lines, at):
        append(lines, at)
        if '"record":"sent"' in lines:
            with journal._lock:  # SQLite would keep the file locked that the renewing thread writes to
                os.kill(os.getpid(), signal.SIGSTOP)

    journal.append = appended
    return journal


def test_a_worker_that_is_paused_between_its_line_and_its_upload_sends_nothing(store, sandbox):
    program = WORKER.replace("journal=journal_of(", "journal=paused_journal_of(")
    program = program.replace("import Client\n", "import Client\nfrom test_paused_workers import paused_journal_of\n")
    paused = worker(store, sandbox.url, 300, lease="1.5", program=program)
    try:
        os.waitid(os.P_PID, paused.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        heir = worker(store, sandbox.url, 300, lease="1.5")
        assert heir.communicate(timeout=120)[0].split() == ["300", "0", "0"]
        sent = sandbox.requests("workflow.upload_details")
        paused.send_signal(signal.SIGCONT)
        assert "E1018" in paused.communicate(timeout=120)[1]
        assert sandbox.requests("workflow.upload_details") == sent
        assert arrived(sandbox) == (300, 0)
    finally:
        paused.kill()
        paused.communicate()
