"""The sandbox as the service: a database file that outlives it, faults on its way, and what it counts."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from program import Program

ROOT = Path(__file__).parents[2]
SECRET = "fake-webhook-secret"
KEY = "fake-key-16bytes"
UPLOADS = "workflow.upload_details"
LOOKUP = "workflow.detail_instances"

ANY: list[dict[str, Any]] = [
    {"fault": "reset_before", "probability": 0.02},
    {"fault": "reset_after", "probability": 0.02},
    {"fault": "status", "status": 503, "probability": 0.02},
    {"fault": "status", "status": 503, "after": True, "probability": 0.02},
    {"fault": "status", "status": 429, "retry_after": "1", "probability": 0.002},
    {"fault": "unauthorized", "probability": 0.008},
    {"fault": "delay", "delay_ms": 200, "probability": 0.01},
]
# Of an upload, an answer that is damaged or that a proxy made up is an outcome that nobody knows. Of a lookup, it ends
# the campaign, which is not what is to be tried here.
UPLOAD: list[dict[str, Any]] = [
    {"fault": "proxy_403", "after": True, "probability": 0.01},
    {"fault": "truncate", "probability": 0.02},
    {"fault": "tamper", "probability": 0.02},
]
EVENT: list[dict[str, Any]] = [
    {"fault": "redeliver", "probability": 0.05},
    {"fault": "tamper_signature", "probability": 0.05},
]
FAULTS = [
    *({"operation": UPLOADS, **fault} for fault in UPLOAD),
    *({"operation": "*", **fault} for fault in (*ANY, *EVENT)),
]
"""A tenth of all requests, and of all events; somewhat more of the uploads."""
LAG = [{"operation": LOOKUP, "fault": "lag", "delay_ms": 300}]
"""A contact that came is not found at once."""
LONG_LAG = [
    {"operation": LOOKUP, "fault": "lag", "delay_ms": 20_000},
    {"operation": UPLOADS, "fault": "reset_after", "probability": 0.3},
]
"""It is not found for longer than anything takes here, and many are looked up."""


def free_port() -> int:
    """Find a port for a program that is started several times, each time on the same one."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Api:
    """The sandbox, which is killed and goes on with its database file."""

    def __init__(self, folder: Path, speed: int, faults: list[dict[str, Any]]) -> None:
        """Make it, with these faults beside the usual ones; `start` starts it."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._faults = [*faults, *FAULTS]
        self.database = folder / "sandbox.sqlite"
        self._command: list[str | Path] = [
            *(ROOT / "target/release/airudder-sandbox", "--listen", f"127.0.0.1:{port}", "--db", self.database),
            *("--speed", str(speed), "--require-encryption", "--encrypt-events"),
            *("--retry-delay", "2000"),  # a receiver that was killed is back before the fifth time
        ]
        self._secrets = {"AIRUDDER_SANDBOX_SIGN_SECRET": SECRET, "AIRUDDER_SANDBOX_ENCRYPTION_KEY": KEY}
        self._folder = folder
        self._counted: Counter[str] = Counter()
        self._program: Program
        self._webhook = ""

    def start(self, webhook: str) -> None:
        """Start it, with an address for its events: without one, calls would have none."""
        self._webhook = webhook
        self._program = Program("sandbox", [*self._command, "--webhook-url", webhook], self._secrets, self._folder)
        self._program.start()
        while True:
            try:
                self.ask("faults", self._faults)
            except urllib.error.URLError:
                assert self._program.running, self._program.said()[-5:]
                time.sleep(0.02)
            else:
                break

    def ask(self, name: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of many shapes
        """Ask one of its endpoints below `/_sandbox`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)

    def send_events_to(self, url: str) -> None:
        """Have events sent there from now on."""
        self._webhook = url
        self.ask("webhook", {"url": url})

    def kill(self) -> None:
        """Kill it, and start it again. What it counts in memory alone is added up here."""
        self._counted = self.faults()
        self._program.kill()
        self.start(self._webhook)

    def close(self) -> None:
        """Stop it for good."""
        self._program.kill()

    def stats(self) -> dict[str, Any]:
        """What it counts."""
        stats: dict[str, Any] = self.ask("stats")
        return stats

    def faults(self) -> Counter[str]:
        """How many of each fault there were, and how many forged events were accepted."""
        stats = self.stats()
        return self._counted + Counter(stats["faults"]) + Counter(forged_accepted=stats["events"]["forged_accepted"])
