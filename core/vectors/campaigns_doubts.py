"""Campaigns with contacts in doubt: looked up, waited for, looked up again, and sent again or not."""

from typing import Any

from campaign_talk import DAY, HOUR, SETTLE, Talk, contact, contacts, created, first_batch, rejected

Cases = list[dict[str, Any]]


def doubt_cases() -> Cases:
    return [*settling(), *clocks(), *alike(), *losing(), *failing(), *refusing()]


def settling() -> Cases:
    lost = created("a lost answer: nobody is found, then or after the settle time", contacts(2))
    lost.lost([0, 1])
    lost.looks_up([0, 1], found=False)
    lost.resends([0, 1])

    late = created("a lost answer: one is found at once, one after the settle time, one never", contacts(3))
    late.lost([0, 1, 2])
    late.looks_up([0], found=True)
    late.looks_up([1, 2], found=False)
    late.settled([0], [])
    late.waits("settling", SETTLE)
    late.looks_up([1], found=True)
    late.looks_up([2], found=False)
    late.settled([1], [2])
    late.uploads([2])

    short = created("another settle time", contacts(1), settle_ms=5000)
    short.lost([0])
    short.looks_up([0], found=False)
    short.waits("settling", 5000)
    short.looks_up([0], found=False)
    short.settled([], [0])
    short.uploads([0])

    never = created("without a settle time who is not found stays doubtful", contacts(2), never_settle=True)
    never.lost([0, 1])
    never.looks_up([0], found=True)
    never.looks_up([1], found=False)
    never.settled([0], [])
    reports = [lost.done(2, [2]), late.done(3, [3]), short.done(1, [1]), never.done(1, [2], doubtful=[1])]
    return [*reports, *meanwhile()]


def meanwhile() -> Cases:
    """Contacts in doubt do not hold others up."""
    talk = first_batch("while some are in doubt, others are sent", contacts(4))
    talk.lost([0, 1])
    talk.looks_up([0, 1], found=False)
    talk.reads(2)
    talk.uploads([2, 3])
    talk.reads(0)
    talk.waits("settling", SETTLE)
    talk.looks_up([0, 1], found=False)
    talk.settled([], [0, 1])
    talk.uploads([0, 1])

    once = created("two lookups at once", contacts(3), lookups_in_flight=2)
    once.lost([0, 1, 2])
    once.looks_up([0], found=True)  # it tells whether the API is there, so it is alone
    first, second = once.looking(1), once.looking(2)
    once.waits_for_calls("looking_up")
    for call in (second, first):
        once.gives(call, {"rows": [{"workflow_id": "w-0"}]})
    once.settled([0, 1, 2], [])
    return [talk.done(4, [4]), once.done(3, [3])]


def clocks() -> Cases:
    """The period of a lookup comes from the API's clock, which its answers tell."""
    cases = []
    for about, offset in (("as this machine's", 0), ("an hour and a half ahead", 90 * 60_000), ("behind", -20 * HOUR)):
        talk = Talk(f"the API's clock is {about}: lookups are about its time", contacts(1))
        talk.offset = offset
        talk.has_token()
        talk.begins()
        talk.reads(1, 0)
        talk.creates()
        talk.lost([0])
        talk.looks_up([0], found=False)
        talk.resends([0])
        cases.append(talk.done(1, [1]))
    for about, offset in (("ahead", 25 * HOUR), ("behind", -25 * HOUR)):
        talk = Talk(f"the API's clock is more than a day {about}: it stops before it begins", contacts(1))
        talk.offset = offset
        talk.has_token()
        cases.append(talk.done(0, error="E1022"))
    return [*cases, *set_clocks()]


def set_clocks() -> Cases:
    """This machine's clock is set while it waits: what counts is the time that went by."""
    cases = []
    for about, forward in (("forward", 10 * HOUR), ("back", -10 * HOUR)):
        talk = created(f"the clock is set {about} while it waits: the settle time is as long as ever", contacts(1))
        talk.lost([0])
        talk.looks_up([0], found=False)
        talk.is_to_wait("settling", SETTLE)
        talk.now += SETTLE // 3
        talk.is_to_wait("settling", SETTLE - SETTLE // 3)
        talk.clock_is_set(forward)
        talk.is_to_wait("settling", SETTLE - SETTLE // 3)
        talk.waits("settling", SETTLE - SETTLE // 3)
        talk.looks_up([0], found=False)
        talk.settled([], [0])
        talk.uploads([0])
        cases.append(talk.done(1, [1]))
    return cases


def alike() -> Cases:
    """A lookup may find another contact of the campaign: then nobody knows."""
    number = contact(0)["callee"]
    cases = []
    for about, people, accepted, doubtful in (
        ("by their numbers", [contact(0, caseid=""), contact(1, caseid="")], [0, 1], []),
        ("ids that differ in case alone", [contact(0), contact(1, caseid="C-0")], [], [0, 1]),
        ("ids that differ in blanks alone", [contact(0), contact(1, caseid="c - 0")], [], [0, 1]),
        (
            "one without an id, and another one with its number",
            [contact(0, caseid=""), contact(1, callee=number)],
            [1],
            [0],
        ),
        ("the same id twice", [contact(0), contact(0)], [], [0, 1]),
    ):
        more = {"allow_duplicates": True} if about == "the same id twice" else {}
        found = created(f"contacts in doubt are found: {about}", people, **more)
        found.lost([0, 1])
        found.looks_up([0, 1], found=True)
        if accepted:
            found.settled(accepted, [])
        cases.append(found.done(len(accepted), [2], doubtful=doubtful))
        lost = created(f"contacts in doubt are not found: {about}", people, **more)
        lost.lost([0, 1])
        lost.looks_up([0, 1], found=False)
        lost.resends([0, 1])
        cases.append(lost.done(2, [2]))
    return cases


def pauses(failures: int) -> tuple[int, int]:
    """How long it waits after so many failures in a row: not at all after none, else up to a growing bound."""
    half = min(250 << (failures - 1), 5000) if failures else 0
    return half, 2 * half


def loses(talk: Talk, times: int) -> None:
    """One contact is sent so often, and each time lost."""
    for time in range(times):
        if time:
            talk.settled([], [0])
        talk.lost([0])
        if time:
            talk.waits("waiting_for_api", *pauses(time))
        talk.looks_up([0], found=False)
        talk.waits("settling", SETTLE)
        talk.looks_up([0], found=False)


def losing() -> Cases:
    """The API loses one upload after the other."""
    thrice = created("uploads are lost three times in a row: it stops", contacts(1))
    loses(thrice, 3)
    thrice.settled([], [0])

    once = created("the first lost upload stops it", contacts(1), max_doubtful_batches=1)
    loses(once, 1)
    once.settled([], [0])

    five = created("a contact is sent five times at most", contacts(1), max_doubtful_batches=9)
    loses(five, 5)
    return [thrice.done(0, [0], error="E3003"), once.done(0, [0], error="E3003"), five.done(0, [1], doubtful=[0])]


def failing() -> Cases:
    """Lookups fail."""
    later = created("after a lost upload each lookup that fails is made again, later and later", contacts(1))
    later.lost([0])
    for failures, how in enumerate(("timeout", "reset", "connect_failed", "other"), 1):
        later.fails(later.looking(0), how)
        later.waits("waiting_for_api", *pauses(failures))
    later.looks_up([0], found=True)
    later.settled([0], [])

    odd = created("a lookup whose answer lacks its rows says nothing", contacts(1))
    odd.lost([0])
    odd.gives(odd.looking(0), {})
    odd.waits("waiting_for_api", *pauses(1))
    odd.looks_up([0], found=True)
    odd.settled([0], [])

    refused = created("a lookup is refused: it stops, and who is in doubt stays so", contacts(2))
    refused.lost([0, 1])
    refused.answers(refused.looking(0), {"code": 403, "message": "no"})

    busy = created("the API refuses a lookup for now", contacts(1))
    busy.lost([0])
    busy.answers(busy.looking(0), {"code": 429}, Retry_After="7")
    busy.waits("waiting_for_api", 7000)
    busy.looks_up([0], found=True)
    busy.settled([0], [])
    return [
        later.done(1, [1]),
        odd.done(1, [1]),
        refused.done(0, [2], doubtful=[0, 1], error="E4003"),
        busy.done(1, [1]),
    ]


def refusing() -> Cases:
    """A refusal of a batch is believed once some of it were looked up, and not found."""
    one = created("one of a refused batch is found: all of it are in doubt", contacts(2), lookups_in_flight=1)
    one.answers(one.uploading([0, 1]), {"code": 403, "message": "no"})
    one.outcome(0, "rejected", "E4003")
    one.waits("settling", SETTLE)
    one.looks_up([0], found=True)
    one.outcome(0, "doubtful", "E4003")
    one.looks_up([0], found=True)
    one.looks_up([1], found=False)
    one.settled([0], [])
    one.waits("settling", SETTLE)
    one.looks_up([1], found=False)
    one.settled([], [1])
    one.uploads([1])

    never = created("a refused batch is looked up at once where nothing settles", contacts(1), never_settle=True)
    never.answers(never.uploading([0]), {"code": 404, "message": "no"})
    never.outcome(0, "rejected", "E3001")
    never.looks_up([0], found=False)
    never.record("sampled", batch=0, looked_up=1)

    next_one = first_batch("a refused batch does not hold up the next one", contacts(3))
    next_one.answers(next_one.uploading([0, 1]), {"code": 403, "message": "no"})
    next_one.outcome(0, "rejected", "E4003")
    next_one.reads(1, 0)
    next_one.uploads([2])
    next_one.waits("settling", SETTLE)
    next_one.looks_up([0, 1], found=False)
    next_one.record("sampled", batch=0, looked_up=2)
    both = [rejected(0, "c-0", "E4003"), rejected(1, "c-1", "E4003")]
    return [
        one.done(2, [2]),
        never.done(0, [0], [rejected(0, "c-0", "E3001")]),
        next_one.done(1, [1], both),
        *long_ago(),
    ]


def long_ago() -> Cases:
    """A campaign that waits for long looks up by parts of 30 days."""
    talk = created("a settle time of 40 days: lookups are about 30 days at once", contacts(1), settle_ms=40 * DAY)
    talk.lost([0])
    talk.looks_up([0], found=False)
    talk.waits("settling", 40 * DAY)
    call = talk.renews_token("fake-token-2")
    talk.sends_again(call, *talk.lookup(0))
    talk.gives(call, {"rows": []})
    talk.gives(talk.looking(0, part=1), {"rows": []})
    talk.settled([], [0])
    talk.uploads([0])
    return [talk.done(1, [1])]
