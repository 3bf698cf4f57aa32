"""Campaigns whose API is away: nothing is uploaded, and one lookup at a time asks whether it is back."""

from typing import Any

from campaign_talk import SECOND, SETTLE, Talk, begun, contacts, created
from campaigns_doubts import pauses

Cases = list[dict[str, Any]]


def outage_cases() -> Cases:
    return [*uploads(), *creations(), *for_too_long()]


def is_away(talk: Talk, failures: int) -> None:
    """So many lookups fail one after the other, and then the API is back."""
    for failure in range(failures):
        talk.fails(talk.looking(0), "connect_failed")
        talk.waits("waiting_for_api", *pauses(failure + 1))
    talk.looks_up([0], found=False)


def uploads() -> Cases:
    cases = []
    for failures in (0, 1, 8):
        talk = created(f"an upload is not sent, and {failures} lookups fail before the API is back", contacts(2))
        talk.fails(talk.uploading([0, 1]), "connect_failed")
        talk.outcome(0, "unsent", "E7001")
        is_away(talk, failures)
        talk.uploads([0, 1])
        cases.append(talk.done(2, [2]))

    lost = created("an upload is lost, and the API is away: its contacts are what is looked up", contacts(1))
    lost.lost([0], "reset")
    is_away(lost, 4)
    # The settle time began with the first lookup.
    spent = sum(pauses(failure)[1] for failure in range(1, 5))
    lost.waits("settling", SETTLE - spent)
    lost.looks_up([0], found=False)
    lost.settled([], [0])
    lost.uploads([0])

    again = created("an upload is not sent twice in a row: the second time it waits before it asks", contacts(1))
    for batch in (0, 1):
        again.fails(again.uploading([0]), "connect_failed")
        again.outcome(batch, "unsent", "E7001")
        if batch:
            again.waits("waiting_for_api", *pauses(batch))
        again.looks_up([0], found=False)
    again.uploads([0])
    return [*cases, lost.done(1, [1]), again.done(1, [1])]


def orphan(number: int) -> dict[str, Any]:
    """A workflow of whose creation nothing is known: it may be there, and is empty."""
    return {"workflow_id": None, "name": "july" if number == 0 else f"july ({number + 1})", "contacts": 0}


def creations() -> Cases:
    """A workflow that is not created is created later; one that may have been is left alone, as it is empty."""
    not_sent = begun("a creation is not sent: it is sent once the API is back", contacts(1))
    not_sent.fails(not_sent.creating(), "connect_failed")
    not_sent.looks_up([0], found=False)
    not_sent.creates()
    not_sent.uploads([0])

    busy = begun("a creation is refused for now", contacts(1))
    busy.answers(busy.creating(), {"code": 429}, Retry_After="9")
    busy.waits("waiting_for_api", 9 * SECOND)
    busy.looks_up([0], found=False)
    busy.creates()
    busy.uploads([0])

    lost = begun("the answer to a creation is lost: another workflow is created", contacts(1))
    lost.fails(lost.creating())
    lost.looks_up([0], found=False)
    lost.creates(1)
    lost.uploads([0], workflow=1)

    five = begun("the answers to five creations are lost: it stops", contacts(1))
    for workflow in range(5):
        five.fails(five.creating(workflow))
        if workflow < 4:
            if workflow:
                five.waits("waiting_for_api", *pauses(workflow))
            five.looks_up([0], found=False, workflow=workflow)

    nameless = begun("a creation succeeds without an id: it stops", contacts(1))
    nameless.gives(nameless.creating(), {"workflow_id": ""})
    made = {"workflow_id": "w-1", "name": "july (2)", "contacts": 1}
    return [
        not_sent.done(1, [1]),
        busy.done(1, [1]),
        lost.reports(1, [orphan(0), made]),
        five.reports(0, [orphan(number) for number in range(5)], error="E7005"),
        nameless.reports(0, [orphan(0)], error="E2001"),
    ]


def for_too_long() -> Cases:
    """After `max_outage_ms` it stops, by the time at which it would ask again."""
    at_once = created("no outage is waited for: an upload that is not sent stops it", contacts(1), max_outage_ms=0)
    at_once.fails(at_once.uploading([0]), "connect_failed")
    at_once.outcome(0, "unsent", "E7001")

    soon = created("the API is away for longer than it waits", contacts(1), max_outage_ms=1000)
    soon.fails(soon.uploading([0]), "connect_failed")
    soon.outcome(0, "unsent", "E7001")
    soon.fails(soon.looking(0), "timeout")
    soon.waits("waiting_for_api", *pauses(1))
    soon.fails(soon.looking(0), "timeout")

    named = created("the API names a time beyond what it waits for", contacts(1), max_outage_ms=60 * SECOND)
    named.answers(named.uploading([0]), "", status=503, Retry_After="60")
    named.outcome(0, "unsent", "E3003")

    lost = created("the API is away, and who is in doubt stays so", contacts(1), max_outage_ms=0)
    lost.lost([0])
    lost.fails(lost.looking(0), "timeout")
    return [
        at_once.done(0, [0], error="E7001"),
        soon.done(0, [0], error="E7002"),
        named.done(0, [0], error="E3003"),
        lost.done(0, [1], doubtful=[0], error="E7002"),
    ]
