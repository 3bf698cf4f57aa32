"""Campaigns with limits: whom not to call, when and how fast to upload, partitions, and those that are stopped."""

from typing import Any

from campaign_journal import Journal
from campaign_talk import (
    BEGIN,
    DAY,
    HOUR,
    SECOND,
    SETTLE,
    Talk,
    begun,
    contact,
    contacts,
    created,
    first_batch,
    rejected,
    resumed,
    zoned,
)
from partitions import partition_of

Cases = list[dict[str, Any]]


def limit_cases() -> Cases:
    return [*suppressing(), *screening(), *hours(), *pace(), *stops(), *partitions(), *heads()]


def not_called(talk: Talk, numbers: list[int] | None = None, case_ids: list[str] | None = None) -> None:
    """Before it begins it is told whom not to call."""
    talk.suppress = {"numbers": [contact(number)["callee"] for number in numbers or []], "case_ids": case_ids or []}


def suppressing() -> Cases:
    who = created("who must not be called, by number or case id, is not sent", contacts(4))
    not_called(who, [1], ["c-3"])
    who.uploads([0, 2])

    all_of_them = begun("nobody may be called: no workflow is created", contacts(2))
    not_called(all_of_them, [0, 1])

    run = created("", contacts(2))
    run.sent([0, 1])
    lost = resumed(
        "who is in doubt, is not found, and must not be called by now is not sent again", contacts(2), run.journal
    )
    not_called(lost, [0])
    lost.reads(2)
    lost.has_token()
    lost.looks_up([0, 1], found=False)
    lost.reads(0)
    lost.waits("settling", SETTLE)
    lost.looks_up([0, 1], found=False)
    lost.settled([], [0, 1])
    lost.uploads([1])

    there = resumed(
        "who was sent before counts as accepted, also if not to be called by now", contacts(2), run.journal.cut(4)
    )
    not_called(there, [0, 1])
    there.reads(2)
    there.has_token()
    there.looks_up([0, 1], found=True)
    there.settled([0, 1], [])
    there.reads(0)
    return [
        who.done(2, [2], [rejected(1, "c-1", "E1021"), rejected(3, "c-3", "E1021")]),
        all_of_them.done(0, rejected=[rejected(0, "c-0", "E1021"), rejected(1, "c-1", "E1021")]),
        lost.done(1, [1], [rejected(0, "c-0", "E1021")]),
        there.done(2, [2]),
    ]


def screening() -> Cases:
    """Before each upload the host is asked who of its contacts must not be called."""
    some = created("before an upload one turns out not to be called", contacts(3), screen=True)
    some.screens([0, 1, 2], [1])
    some.uploads([0, 2])

    none = created("before an upload all turn out not to be called: there is none", contacts(2), screen=True)
    none.screens([0, 1], [0], ["c-1"])

    again = created("who is to be sent again is screened again", contacts(2), screen=True)
    again.screens([0, 1])
    again.lost([0, 1])
    again.looks_up([0, 1], found=False)
    again.waits("settling", SETTLE)
    again.looks_up([0, 1], found=False)
    again.settled([], [0, 1])
    again.screens([0, 1], [0])
    again.uploads([1])

    few = created(
        "too many turn out not to be called: it stops before the upload", contacts(2), screen=True, max_rejected=0
    )
    few.screens([0, 1], [0])
    return [
        some.done(2, [2], [rejected(1, "c-1", "E1021")]),
        none.done(0, [0], [rejected(0, "c-0", "E1021"), rejected(1, "c-1", "E1021")]),
        again.done(1, [1], [rejected(0, "c-0", "E1021")]),
        few.done(0, [0], [rejected(0, "c-0", "E1021")], error="E1020"),
    ]


def hours() -> Cases:
    """Outside of the window nothing is uploaded and no workflow created; who is in doubt is looked up."""
    closed = begun(
        "it begins outside of the window, and waits for it", contacts(1), closed=[[BEGIN - HOUR, BEGIN + HOUR]]
    )
    closed.waits("paused", HOUR)
    closed.creates()
    closed.uploads([0])

    at_night = [[BEGIN + 30 * SECOND, BEGIN + 8 * HOUR]]
    doubt = created(
        "outside of the window who is in doubt is looked up, and sent again within it", contacts(1), closed=at_night
    )
    doubt.lost([0])
    doubt.looks_up([0], found=False)
    doubt.waits("settling", SETTLE)
    doubt.looks_up([0], found=False)
    doubt.settled([], [0])
    doubt.waits("paused", 8 * HOUR - SETTLE)
    doubt.uploads([0])

    end = zoned(BEGIN + DAY)
    never = begun(
        "there is no window before its end time: it stops", contacts(1), closed=[[BEGIN, BEGIN + DAY]], end_time=end
    )
    later = begun(
        "another window, which is over", contacts(1), closed=[[BEGIN - DAY, BEGIN], [BEGIN + DAY, BEGIN + 2 * DAY]]
    )
    later.creates()
    later.uploads([0])
    return [closed.done(1, [1]), doubt.done(1, [1]), never.done(0, error="E1023"), later.done(1, [1])]


def pace() -> Cases:
    """So many contacts a second, on average: each upload waits for as long as those of the one before take."""
    cases = []
    for rate, wait in ((2, 1000), (0.5, 4000), (1000, 2), (3, 667)):
        talk = first_batch(f"{rate} contacts a second", contacts(5), rate=rate)
        talk.uploads([0, 1])
        talk.reads(2)
        talk.waits("paused", wait)
        talk.uploads([2, 3])
        talk.reads(1, 0)
        talk.waits("paused", wait)
        talk.uploads([4])
        cases.append(talk.done(5, [5]))
    return cases


def stops() -> Cases:
    """The host stops it: what runs comes to its end, and nothing more is started."""
    at_once = begun("stopped before anything was sent", contacts(2))
    at_once.stops()

    running = first_batch("stopped while an upload runs: what becomes of it is journaled", contacts(3))
    call = running.uploading([0, 1])
    running.stops()
    running.waits_for_calls("uploading")
    running.gives(call, {"workflow_id": "w-0"})
    running.outcome(0)

    lost = created("stopped while an upload runs, which is lost: who is in doubt stays so", contacts(2))
    call = lost.uploading([0, 1])
    lost.stops()
    lost.fails(call)
    lost.outcome(0, "doubtful", "E7005")

    taken_back = created("stopped before an upload was handed out: it is taken back", contacts(2))
    taken_back.sent([0, 1])
    taken_back.flush()
    taken_back.stops()
    taken_back.outcome(0, "unsent")

    doubtful = created("stopped while it waits for the settle time", contacts(1))
    doubtful.lost([0])
    doubtful.looks_up([0], found=False)
    doubtful.waits("settling", SETTLE)
    doubtful.stops()
    return [
        at_once.done(0),
        running.done(2, [2]),
        lost.done(0, [2], doubtful=[0, 1]),
        taken_back.done(0, [0]),
        doubtful.done(0, [1], doubtful=[0]),
    ]


def head(count: int, name: str = "july", at: int = BEGIN) -> Journal:
    """The line that all partitions of a campaign share."""
    journal = Journal(Journal.salt_of(7, at, name))
    whose = {"version": 4, "workflow_template_id": 7, "name": name, "started_ms": at}
    journal.add("campaign", **whose, binding=journal.binding(), partitions=count)
    return journal


def partitions() -> Cases:
    """Each partition sends its own contacts, and counts by the positions among all."""
    everybody = contacts(8)
    cases = []
    for index in range(3):
        own = [number for number, one in enumerate(everybody) if partition_of(("case id", one["caseid"]), 3) == index]
        name = f"july [{index}/3]"
        talk = Talk(f"partition {index} of 3 sends its own contacts", everybody, partition=[index, 3])
        talk.name = name
        talk.head = talk.kept(head(3).text())
        talk.has_token()
        talk.begins()
        talk.reads(8, 0)
        talk.creates()
        # The journal counts by positions among its own.
        talk.sent(own, journaled=[*range(len(own))])
        talk.gives(talk.sending(own), {"workflow_id": "w-0"})
        talk.outcome(0)
        cases.append(talk.done(len(own), [len(own)]))
    return cases


def heads() -> Cases:
    """The head of another campaign is refused."""
    cases = []
    for about, line, config in (
        ("of another number of partitions", head(4).text(), {}),
        ("of another campaign", head(3, "june").text(), {}),
        ("of another account", head(3).text(), {"client": {"app_key": "fake-other-key"}}),
        ("of a campaign without partitions", begun("", []).journal.text(), {}),
    ):
        talk = Talk(f"a head {about} is refused", contacts(1), partition=[0, 3], **config)
        talk.head = {"text": line, "kept": None, "error": "E1012"}
        cases.append(talk.case())
    for about, line, code in (("that is torn", head(3).text()[:-9], "E1011"), ("that is empty", "", "E1011")):
        talk = Talk(f"a head {about} is refused", contacts(1), partition=[0, 3])
        talk.head = {"text": line, "kept": None, "error": code}
        cases.append(talk.case())
    none = Talk("a partition without its head does not begin", contacts(1), partition=[0, 3])
    none.refuses("E1008")
    alone = Talk("the head of partitions is no journal of a campaign without them", contacts(1))
    alone.before = {"text": head(3).text(), "kept": None, "error": "E1012"}
    return [*cases, none.case(), alone.case()]
