"""Sends contacts by campaigns of all three languages while everything is killed, and counts what became of them.

`soak.py` needs the sandbox, both packages and the C library, as `make soak` has them. `--without MECHANISM` takes away
what keeps a promise, to see that the count shows it.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from api import LAG, LONG_LAG, UPLOADS, Api
from hosts import RIGHT, Sender, compiled, receivers, senders
from outcome import Outcome, judged

if TYPE_CHECKING:
    from collections.abc import Callable

MECHANISMS = {
    "journal": "a sender that was killed finds its journal again",
    "settle": "a lookup waits until the API shows what came",
    "one-worker": "a journal has one worker at a time, and a campaign one journal",
    "storing": "a receiver stores an event before it answers",
    "signature": "a receiver verifies signatures",
}


@dataclass
class Plan:
    """How much is sent, and how often what is killed."""

    contacts: int = 1_000_000
    sender_kills: int = 200
    receiver_kills: int = 50
    sandbox_kills: int = 10
    full_disks: int = 6
    clock_jumps: int = 30
    batch: int = 250
    delay_ms: int = 0
    """How long each upload takes, so that few contacts last long enough to be killed amid them."""
    speed: int = 4000
    minutes: int = 240
    seed: int = field(default_factory=lambda: random.randrange(1_000_000))
    without: str = ""


class Soak:
    """What runs, and what is done to it."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.done: Counter[str] = Counter()
        self.chance = random.Random(plan.seed)
        settled = plan.without != "settle"
        slow = {"operation": UPLOADS, "fault": "delay", "delay_ms": plan.delay_ms}
        self.api = Api(folder, plan.speed, [*(LAG if settled else LONG_LAG), *([slow] if plan.delay_ms else [])])
        programs = compiled(folder)
        self.receivers = receivers(folder, programs, plan.without)
        settings = {"AIRUDDER_BATCH_SIZE": str(plan.batch), "AIRUDDER_SETTLE_MS": "1000" if settled else "1"}
        self.senders = senders(folder, self.api.url, settings, programs)
        each = plan.contacts // len(self.senders)
        self.valid = [one for number, sender in enumerate(self.senders) for one in sender.write(each, number)]
        if plan.without == "one-worker":
            self.senders += senders(folder, self.api.url, settings, programs, "-second")

    def run(self) -> Outcome:
        """Send everything, wait for the results, and count."""
        for receiver in self.receivers:
            receiver.program.start()
        self.api.start(self.receivers[0].url)
        for sender in self.senders:
            sender.program.start()
        self._send()
        self._wait_for_results()
        return judged(self.api, self.senders, self.receivers, self.valid, self.done)

    def _send(self) -> None:
        """Let the senders run to their end, and do to them and the others what the plan says."""
        deeds = self._deeds()
        began = told = time.monotonic()
        while not all(sender.report() for sender in self.senders):
            self._start_again()
            asked = time.monotonic()
            accepted = self.api.stats()["contacts"]["distinct"]
            now = time.monotonic()
            while deeds and deeds[-1][0] * len(self.valid) <= accepted:
                deeds.pop()[1]()
            if now - began > 60 * self.plan.minutes:
                last = {sender.program.name: sender.program.said()[-3:] for sender in self.senders}
                raise TimeoutError(f"not all was sent in {self.plan.minutes} minutes; the last words: {last}")
            if now - told > 30:
                told = now
                print(f"{now - began:6.0f} s  accepted {accepted:9,}  {dict(self.done)}", file=sys.stderr, flush=True)
            # Counting takes the sandbox long where there are many.
            time.sleep(max(0.05, 5 * (now - asked)))
        for _, deed in reversed(deeds):
            deed()

    def close(self) -> None:
        """End all programs."""
        for program in [one.program for one in self.senders] + [one.program for one in self.receivers]:
            program.kill()
        self.api.close()

    def _deeds(self) -> list[tuple[float, Callable[[], None]]]:
        """What is done at which share of the contacts, the last first."""
        plan = self.plan
        what = {
            self._kill_sender: plan.sender_kills,
            self._kill_receiver: plan.receiver_kills,
            self._kill_sandbox: plan.sandbox_kills,
            self._fill_disk: plan.full_disks,
            self._set_clock: plan.clock_jumps,
        }
        deeds = [(self.chance.uniform(0.01, 0.97), deed) for deed, times in what.items() for _ in range(times)]
        return sorted(deeds, key=lambda deed: -deed[0])

    def _start_again(self) -> None:
        for sender in self.senders:
            if not sender.program.running and sender.report() is None:
                self.done["starts"] += 1
                sender.program.start()

    def _one_that_sends(self) -> Sender | None:
        self._start_again()
        # One that has ended cannot be killed, and is no reason to kill none.
        sending = [sender for sender in self.senders if sender.program.running]
        return self.chance.choice(sending) if sending else None

    def _kill_sender(self) -> None:
        # Some are killed while they look up what the last kill left in doubt.
        time.sleep(self.chance.choice((0.0, 0.2, 1.0, 2.0)))
        if sender := self._one_that_sends():
            sender.program.kill()
            self.done["senders killed"] += 1
            if self.plan.without == "journal":
                sender.journal.unlink(missing_ok=True)
            sender.program.start()

    def _kill_receiver(self) -> None:
        receiver = self.receivers[0]
        receiver.program.kill()
        self.done["receivers killed"] += 1
        time.sleep(self.chance.uniform(0, 0.5))
        receiver.program.start()
        self._turn_receivers()

    def _turn_receivers(self) -> None:
        self.receivers.append(self.receivers.pop(0))
        self.api.send_events_to(self.receivers[0].url)

    def _kill_sandbox(self) -> None:
        self.api.kill()
        self.done["sandbox killed"] += 1

    def _fill_disk(self) -> None:
        """Let the journal grow by a few more lines, and then by none until the sender has ended."""
        if sender := self._one_that_sends():
            size = sender.journal.stat().st_size + self.chance.randrange(4000) if sender.journal.exists() else 0
            resource.prlimit(sender.program.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            self.done["disks full"] += 1

    def _set_clock(self) -> None:
        """Set it wrong; or right, where it is wrong: libfaketime makes threads dear while it is."""
        if sender := self._one_that_sends():
            is_right = sender.clock.read_text() == RIGHT
            sender.clock.write_text(f"{self.chance.randrange(-7200, 7200):+}" if is_right else RIGHT)
            self.done["clocks set"] += 1

    def _wait_for_results(self) -> None:
        """Wait until no event is on its way."""
        while True:
            stats = self.api.stats()
            if not stats["contacts"]["waiting"] and not stats["events"]["pending"]:
                return
            time.sleep(0.5)


def soak(plan: Plan) -> Outcome:
    """Run a soak in a folder of its own, which stays where it found what it should not find."""
    folder = Path(tempfile.mkdtemp(prefix="airudder-soak-"))
    running = Soak(plan, folder)
    try:
        outcome = running.run()
    finally:
        running.close()
    if outcome.faults() and not plan.without:
        print(f"what it was found in: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return outcome


def main() -> int:
    """Run it as the command line says; 1 if anybody was called twice or lost."""
    plan = Plan()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in vars(plan).items():
        if name != "without":
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual, metavar="N")
    parser.add_argument("--without", choices=MECHANISMS, default="", help="take a mechanism away")
    plan = Plan(**vars(parser.parse_args()))
    print(f"seed {plan.seed}", flush=True)
    outcome = soak(plan)
    print(outcome)
    return 1 if outcome.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
