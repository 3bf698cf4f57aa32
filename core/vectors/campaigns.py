"""Whole campaigns: what is sent, what the journal has before that, what comes back, and the report."""

from typing import Any

from campaign_talk import SETTLE, Talk, contact, contacts, rejected


def campaign_cases() -> list[dict[str, Any]]:
    return [*sending()]


def begun(about: str, people: list[Any], **config: object) -> Talk:
    """A campaign that has read all contacts, in one batch."""
    talk = Talk(about, people, **config)
    talk.has_token()
    talk.begins()
    talk.reads(len(people), 0)
    return talk


def sending() -> list[dict[str, Any]]:
    one = begun("one batch", contacts(3))
    one.creates()
    one.uploads([0, 1, 2])

    three = Talk("batches of two, the last one smaller", contacts(5), batch_size=2)
    three.has_token()
    three.begins()
    three.reads(2)
    three.creates()
    three.uploads([0, 1])
    three.reads(2)
    three.uploads([2, 3])
    three.reads(1, 0)
    three.uploads([4])

    bad = begun("contacts that break a rule are not sent", [contact(0), contact(1, callee="62"), contact(2)])
    bad.creates()
    bad.uploads([0, 2])

    found = begun("a lost answer: all are found", contacts(2))
    found.creates()
    found.fails(found.uploading([0, 1]))
    found.outcome(0, "doubtful", "E7005")
    found.looks_up([0, 1], found=True)
    found.settled([0, 1], [])

    lost = begun("a lost answer: nobody is found, then or after the settle time", contacts(2))
    lost.creates()
    lost.fails(lost.uploading([0, 1]))
    lost.outcome(0, "doubtful", "E7005")
    lost.looks_up([0, 1], found=False)
    lost.waits("settling", SETTLE)
    lost.looks_up([0, 1], found=False)
    lost.settled([], [0, 1])
    lost.uploads([0, 1])
    return [
        one.done(3, [3]),
        three.done(5, [5]),
        bad.done(2, [2], [rejected(1, "c-1", "E1007", "/callee")]),
        found.done(2, [2]),
        lost.done(2, [2]),
    ]
