"""A campaign in a thread of its own, and clocks that stand still."""

import subprocess
import sys
import threading
from pathlib import Path

from conftest import APP, CAMPAIGN
from test_campaign import arrived, contacts

from airudder import Client

IN_A_THREAD = """
import sys, threading
sys.path.insert(0, {folder!r})
from conftest import APP, CAMPAIGN
from test_campaign import contacts
from airudder import Client

def run():
    with Client(base_url={url!r}, **APP) as client:
        report = client.campaigns.run(**CAMPAIGN, contacts=contacts(60), journal={journal!r}, batch_size=10, settle=0.1)
    print(report.accepted, flush=True)

threading.Thread(target=run, daemon={daemon}).start()
{then}
"""


def child(sandbox, journal, daemon, then):
    script = IN_A_THREAD.format(
        folder=str(Path(__file__).parent), url=sandbox.url, journal=str(journal), daemon=daemon, then=then
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)


def test_a_campaign_outlives_the_main_thread(sandbox, tmp_path):
    slow = {"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 200}
    lost = {"operation": "workflow.upload_details", "fault": "reset_after", "times": 1}
    sandbox.control("faults", [lost, slow])
    ended = child(sandbox, tmp_path / "journal", False, "")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "60\n", "")
    assert arrived(sandbox) == (60, 0)


def test_a_campaign_in_a_daemon_thread_ends_with_the_program(sandbox, client, tmp_path):
    sandbox.control("faults", [{"operation": "workflow.upload_details", "fault": "delay", "delay_ms": 1000}])
    ended = child(sandbox, tmp_path / "journal", True, "import time; time.sleep(1.5)")
    assert (ended.returncode, ended.stdout) == (0, "")
    sandbox.control("faults", [])
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(60), journal=tmp_path / "journal", settle=2)
    assert report.accepted == 60
    assert arrived(sandbox) == (60, 0)


def test_no_thread_is_left(client, tmp_path):
    before = threading.active_count()
    client.campaigns.run(**CAMPAIGN, contacts=contacts(30), journal=tmp_path / "journal", batch_size=10)
    assert threading.active_count() == before


def test_a_second_client_of_the_same_process_runs_beside(sandbox, tmp_path):
    """Two campaigns share nothing but the account."""
    with Client(base_url=sandbox.url, **APP) as client:
        both = [
            threading.Thread(
                target=client.campaigns.run,
                kwargs={**CAMPAIGN, "contacts": [*contacts(40)][at::2], "journal": tmp_path / str(at)},
            )
            for at in range(2)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(120)
    assert arrived(sandbox) == (40, 0)
