"""What became of everybody, by what the sandbox has, what the senders said, and what the receivers stored."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api import Api
    from hosts import Receiver, Sender


@dataclass
class Outcome:
    """The numbers of contacts, of events, and of what was done to the programs."""

    contacts: int
    accepted: int
    rejected: int
    doubtful: int
    twice: int
    lost: int
    """Neither with AI Rudder nor named by a report."""
    wrongly_accepted: int
    results: int
    results_lost: int
    """Of contacts that were called, those that no receiver has and that were not given up."""
    given_up: int
    forged_accepted: int
    done: Counter[str]
    faults_of_the_way: Counter[str]

    def faults(self) -> list[str]:
        """Which promises were broken."""
        names = ("twice", "lost", "wrongly_accepted", "results_lost", "forged_accepted")
        return [name for name in names if getattr(self, name)]

    def __str__(self) -> str:
        """One line for each number."""
        lines = [
            f"{name.replace('_', ' '):20}{value:>12,}" for name, value in vars(self).items() if isinstance(value, int)
        ]
        counts = self.done + self.faults_of_the_way
        lines += [f"  {name:18}{value:>12,}" for name, value in sorted(counts.items())]
        return "\n".join(lines)


def judged(
    api: Api, senders: Sequence[Sender], receivers: Sequence[Receiver], valid: Sequence[str], done: Counter[str]
) -> Outcome:
    """Count, after the last event. `valid` are the case ids that can be sent."""
    given_up, faults = api.stats()["events"]["given_up"], api.faults()
    api.close()
    with sqlite3.connect(api.database) as db:
        came = Counter(case_id for (case_id,) in db.execute("SELECT caseid FROM contacts"))
    stored: set[str] = set()
    for receiver in receivers:
        receiver.program.kill()
        stored |= receiver.results()
    reports = [report for sender in senders if (report := sender.report())]
    accepted, rejected, doubtful = (
        sum(report[name] for report in reports) for name in ("accepted", "rejected", "doubtful")
    )
    missing = sum(case_id not in came for case_id in valid)
    return Outcome(
        contacts=len(valid),
        accepted=accepted,
        rejected=rejected,
        doubtful=doubtful,
        twice=sum(count > 1 for count in came.values()),
        lost=max(0, missing - doubtful),
        wrongly_accepted=max(0, accepted - len(came)),
        results=len(stored & came.keys()),
        results_lost=max(0, len(came.keys() - stored) - given_up),
        given_up=given_up,
        forged_accepted=faults.pop("forged_accepted", 0),
        done=done,
        faults_of_the_way=faults,
    )
