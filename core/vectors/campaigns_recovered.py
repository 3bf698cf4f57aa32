"""Campaigns whose journal was lost: everybody is looked up before anybody is sent. See docs/nobody-twice.md."""

from typing import Any

from campaign_talk import BEGIN, HOUR, SECOND, SETTLE, Talk, contact, contacts, zoned
from campaigns_outages import orphan

Cases = list[dict[str, Any]]
SINCE = BEGIN - HOUR
CREATED = "2023-11-14T22:00:00Z"
BEFORE = "2023-11-14T21:13:19Z"
RECOVER = zoned(SINCE)


def recovery_cases() -> Cases:
    return [*rows(), *whole(), *resumed_again(), *refused()]


def recovering(about: str, people: list[Any], **config: object) -> Talk:
    """It names all contacts in the journal, waits, and then looks them up."""
    talk = Talk(about, people, recover=RECOVER, **config)
    talk.has_token()
    talk.begins(version=3, recovered_since_ms=SINCE)
    talk.started = talk.created[0] = SINCE, SINCE
    talk.reads(len(people))
    talk.sent([*range(len(people))])
    talk.reads(0)
    talk.waits("settling", SETTLE)
    return talk


# What a lookup gives, and what that says.
ROWS: list[tuple[object, object, str]] = [
    ("july", CREATED, "accepted"),
    ("july (2)", CREATED, "accepted"),
    ("july (12)", CREATED, "accepted"),
    ("july", zoned(BEGIN).replace(" ", "T"), "doubtful"),
    ("july", BEFORE, "sent"),
    (None, BEFORE, "sent"),
    ("july 2", CREATED, "sent"),
    ("july (b)", CREATED, "sent"),
    ("june", CREATED, "sent"),
    ("june", None, "sent"),
    (None, CREATED, "doubtful"),
    ("july", None, "doubtful"),
    ("july", 7, "doubtful"),
    ("july", "2023-11-14 22:00:00", "doubtful"),
]


def is_sent(talk: Talk, positions: list[int]) -> list[dict[str, Any]]:
    """Who was not found goes to a workflow of its own; gives it for the report."""
    talk.settled([], positions)
    talk.creates(1)
    talk.uploads(positions, workflow=1)
    return [{"workflow_id": "w-1", "name": "july (2)", "contacts": len(positions)}]


def of_lost_runs(count: int) -> dict[str, Any]:
    """What stands for the workflows of the lost runs."""
    return orphan(0) | {"contacts": count}


def rows() -> Cases:
    cases = []
    for name, time, verdict in ROWS:
        talk = recovering(f"the journal was lost; a lookup finds {name!r} of {time!r}", contacts(1))
        row = {"workflow_id": "lost", "workflow_name": name, "create_time": time}
        talk.gives(talk.looking(0), {"rows": [row]})
        if verdict == "sent":
            cases.append(talk.reports(1, [of_lost_runs(0), *is_sent(talk, [0])]))
            continue
        if verdict == "accepted":
            talk.settled([0], [])
        lost = [0] if verdict == "doubtful" else []
        cases.append(talk.reports(1 - len(lost), [of_lost_runs(1)], doubtful=lost))
    return cases


def finds(talk: Talk, positions: list[int]) -> None:
    row = {"workflow_id": "lost", "workflow_name": "july", "create_time": CREATED}
    for position in positions:
        talk.gives(talk.looking(position), {"rows": [row]})


def whole() -> Cases:
    some = recovering("the journal was lost; some are found, and the others are sent", contacts(4))
    finds(some, [0, 1])
    some.looks_up([2, 3], found=False)
    some.settled([0, 1], [2, 3])
    some.creates(1)
    some.uploads([2, 3], workflow=1)
    made = {"workflow_id": "w-1", "name": "july (2)", "contacts": 2}

    number = contact(0)["callee"]
    alike = recovering(
        "the journal was lost; who may have been taken for another one stays doubtful",
        [contact(0, caseid=""), contact(1, callee=number)],
    )
    finds(alike, [0, 1])
    alike.settled([1], [])

    never = Talk(
        "the journal was lost; without a settle time nobody is sent", contacts(2), recover=RECOVER, never_settle=True
    )
    never.has_token()
    never.begins(version=3, recovered_since_ms=SINCE)
    never.started = never.created[0] = SINCE, SINCE
    never.reads(2)
    never.sent([0, 1])
    finds(never, [0])
    never.looks_up([1], found=False)
    never.settled([0], [])
    never.reads(0)
    return [
        some.reports(4, [of_lost_runs(2), made]),
        alike.reports(1, [of_lost_runs(2)], doubtful=[0]),
        never.reports(1, [of_lost_runs(2)], doubtful=[1]),
    ]


def resumed_again() -> Cases:
    """A recovery dies, and is run again: its journal says that it is one."""
    run = recovering("", contacts(2))
    cases = []
    for about, given in (("", {"recover": RECOVER}), (", without the setting", {})):
        journal = run.journal.cut(2)
        talk = Talk(f"a recovery is gone on with{about}", contacts(2), journal, at=BEGIN + HOUR, **given)
        talk.batches = 1
        talk.started = talk.created[0] = SINCE, SINCE
        talk.reads(2)
        talk.has_token()
        finds(talk, [0])
        talk.looks_up([1], found=False)
        talk.settled([0], [])
        talk.reads(0)
        talk.waits("settling", SETTLE)
        talk.looks_up([1], found=False)
        cases.append(talk.reports(2, [of_lost_runs(1), *is_sent(talk, [1])]))
    return cases


def refused() -> Cases:
    late = Talk(
        "the journal was lost, of a campaign that is said to begin later than now",
        contacts(1),
        recover=zoned(BEGIN + SECOND),
    )
    late.has_token()
    return [late.done(0, error="E1001")]
