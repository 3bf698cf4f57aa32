"""The main job against a local sandbox: `make demo` runs it. Nobody is phoned.

The sandbox encrypts, signs, and is unreliable on purpose: some requests get a 503, some lose their connection after
they were carried out, some events come twice, and some come with a forged signature. Exits with 1 if any contact was
sent twice or lost, if a result is missing, or if a forged event was accepted.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign import Campaign, send, summary, table, wait_for_results
from receiver import Receiver
from store import Inbox, Store

from airudder import Client, Webhooks

if TYPE_CHECKING:
    from airudder import Report

HERE = Path(__file__).parent
FOLDER = Path("demo-output")
SECRET = "fake-demo-secret"
KEY = "fake-demo-key-16"
FAULTS = [
    {"operation": "*", "fault": "status", "status": 503, "retry_after": "0", "probability": 0.15},
    {"operation": "workflow.upload_details", "fault": "reset_after", "times": 1},
    {"operation": "workflow.call.finished", "fault": "redeliver", "probability": 0.002},
    {"operation": "workflow.call.finished", "fault": "tamper_signature", "probability": 0.001},
]


class Sandbox:
    """The sandbox as a process of its own, on a free port."""

    def __init__(self, binary: str, webhook_url: str) -> None:
        options = ["--listen", "127.0.0.1:0", "--speed", "4000", "--webhook-url", webhook_url]
        options += ["--sign-secret", SECRET, "--encryption-key", KEY, "--encrypt-events", "--require-encryption"]
        self._process = subprocess.Popen([binary, *options], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        line = self._process.stdout.readline() if self._process.stdout else ""
        self.url = line.removeprefix("listening on ").strip()
        if not self.url.startswith("http://"):
            raise SystemExit("the sandbox did not start")

    def control(self, name: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Ask or tell the sandbox something."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - loopback
            return json.load(response)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=10)


def main() -> int:
    """Run the demo."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    campaign = Campaign(
        contacts=HERE / "contacts.csv",
        name="demo",
        template_id=7,
        platform="TEMP1",
        end_time="2099-12-01 18:00:00+08:00",
        folder=FOLDER,
        settle=0.5,  # the sandbox takes nothing up late; the real service gets a minute
        patience=60,
    )
    store = Store(FOLDER / "demo.sqlite")
    logging.getLogger("receiver").setLevel(logging.CRITICAL)  # the forged ones are counted
    receiver = Receiver(Inbox(Webhooks(secret=SECRET, encryption_key=KEY), store, settled=True))
    sandbox = Sandbox(sys.argv[1], receiver.url)
    began = time.monotonic()
    try:
        print(f"A local sandbox at {sandbox.url} stands in for AI Rudder. Nobody is phoned.")
        print("It encrypts, signs, and is unreliable on purpose.\n")
        sandbox.control("faults", FAULTS)
        client = Client(
            app_key="fake-demo-app", app_secret="fake-demo-app-secret", base_url=sandbox.url, encryption_key=KEY
        )
        with client:
            report = send(client, campaign)
        wait_for_results(store, report.accepted, campaign.patience)
        stats = sandbox.control("stats")
    finally:
        sandbox.stop()
        receiver.close()
    seconds = time.monotonic() - began
    print(table(store, campaign), summary(report, store), sep="\n\n")
    status = judge(stats, store, seconds)
    print(draw(report, store))
    store.close()
    return status


def draw(report: Report, store: Store) -> str:
    """Write the page of the campaign; the libraries for it need not be installed."""
    path = FOLDER / "report.html"
    try:
        report.to_html(path, store.events(), title="Demo")
    except ImportError as error:
        return f"no page was written: {error}"
    return f"see it in a browser: {path}"


def judge(stats: dict[str, Any], store: Store, seconds: float) -> int:
    """Compare with what the sandbox saw, and say whether the promise was kept."""
    total = 10_000
    contacts, faults = stats["contacts"], stats["faults"]
    went_wrong = ", ".join(f"{count} times {name}" for name, count in sorted(faults.items()) if count)
    print(f"\nthe sandbox made go wrong: {went_wrong}")
    checks = {
        f"every contact arrived ({contacts['distinct']} of {total})": contacts["distinct"] == total,
        f"none arrived twice ({contacts['duplicates']})": contacts["duplicates"] == 0,
        f"every result was received ({store.count()} of {total})": store.count() == total,
        "no forged event was accepted": stats["events"]["forged_accepted"] == 0,
        "something did go wrong on the way": bool(went_wrong),
    }
    for check, good in checks.items():
        print(f"{'✓' if good else '✗ NOT'} {check}")
    print(f"\n{seconds:.1f} s; journal and results are in {FOLDER}/")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
