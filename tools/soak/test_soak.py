"""A short soak, and the same without what keeps a promise: the count has to show that."""

from __future__ import annotations

import pytest
from soak import MECHANISMS, Plan, soak

BROKEN = {
    "journal": "twice",
    "settle": "twice",
    "one-worker": "twice",
    "storing": "results_lost",
    "signature": "forged_accepted",
}


def short(without: str = "") -> Plan:
    return Plan(6000, 8, 3, 1, full_disks=2, clock_jumps=3, batch=50, delay_ms=200, without=without)


def test_nobody_is_called_twice_and_nothing_is_lost() -> None:
    plan = short()
    outcome = soak(plan)
    assert outcome.faults() == [], f"seed {plan.seed}\n{outcome}"
    assert outcome.accepted == outcome.contacts
    assert outcome.results == outcome.contacts
    assert outcome.faults_of_the_way["tamper_signature"] > 0
    assert outcome.done["receivers killed"] == plan.receiver_kills
    assert outcome.done["senders killed"] > plan.sender_kills // 2


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_without_a_mechanism_the_soak_sees_it(mechanism: str) -> None:
    plan = short(mechanism)
    outcome = soak(plan)
    assert BROKEN[mechanism] in outcome.faults(), f"seed {plan.seed}\n{outcome}"
