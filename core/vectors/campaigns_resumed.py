"""Campaigns that go on with the journal of an earlier run."""

import json
from pathlib import Path
from typing import Any

from campaign_journal import Journal
from campaign_talk import (
    BEGIN,
    HOUR,
    MINUTE,
    SETTLE,
    Talk,
    contact,
    contacts,
    created,
    first_batch,
    rejected,
    resumed,
    zoned,
)
from campaigns_outages import orphan

Cases = list[dict[str, Any]]
FIRST = Path(__file__).parents[2] / "bindings-python/tests/journals/first.jsonl"
FOUND = {True: "found", False: "not found"}


def resumed_cases() -> Cases:
    return [*cuts(), *torn(), *damaged(), *others(), *people(), *refused(), *settled(), *workflows(), *first_version()]


def earlier(**config: object) -> Talk:
    """A run that sent four contacts in two batches: its journal has 7 lines."""
    talk = first_batch("", contacts(4), **config)
    talk.uploads([0, 1])
    talk.reads(2)
    talk.uploads([2, 3])
    return talk


LINES = ("nothing", "its first line", "creating", "created", "sent", "outcome", "sent", "outcome")


def cut(about: str, lines: int, run: Talk | None = None, **config: object) -> Talk:
    journal = (run or earlier()).journal.cut(lines)
    return resumed(f"{about} {lines} lines, the last one {LINES[lines]}", contacts(4), journal, batch_size=2, **config)


def goes_on(talk: Talk, lines: int, found: bool) -> dict[str, Any]:
    """What a run does that has so many lines of the earlier one."""
    doubtful = {4: [0, 1], 6: [2, 3]}.get(lines, [])
    unsent = [[0, 1], [2, 3]] if lines < 4 else [[2, 3]] if lines < 6 else []
    workflow = 1 if lines == 2 else 0
    if lines == 0:
        talk.has_token()
        talk.begins()
    read, asked = 0, lines == 0
    while read < 4 or unsent:
        if read < 4:
            talk.reads(2)
            read += 2
        needed = (doubtful and read > doubtful[0]) or (unsent and read > unsent[0][0])
        if needed and not asked:
            talk.has_token()
            asked = True
        if doubtful and read == doubtful[0] + 2:
            talk.looks_up(doubtful, found)
            if found:
                talk.settled(doubtful, [])
        if unsent and read > unsent[0][0]:
            if unsent[0][0] == 0 and lines < 3:
                talk.creates(workflow)
            talk.uploads(unsent.pop(0), workflow)
    talk.reads(0)
    if doubtful and not found:
        talk.resends(doubtful)
    if workflow:
        return talk.reports(4, [orphan(0), {"workflow_id": "w-1", "name": "july (2)", "contacts": 4}])
    return talk.done(4, [4])


def cuts() -> Cases:
    cases = []
    for lines in range(8):
        for found in (True, False) if LINES[lines] == "sent" else (True,):
            about = f"{FOUND[found]}, " if LINES[lines] == "sent" else ""
            cases.append(goes_on(cut(f"{about}resumed from", lines), lines, found))
    never = cut("without a settle time, resumed from", 6, never_settle=True)
    never.reads(2, 2)
    never.has_token()
    never.looks_up([2], found=True)
    never.looks_up([3], found=False)
    never.settled([2], [])
    never.reads(0)
    return [*cases, never.done(3, [4], doubtful=[3])]


def torn() -> Cases:
    """A crash tore the last line: nothing was done on the strength of it."""
    cases = []
    whole = earlier().journal
    for lines in range(7):
        text = whole.lines[lines]
        for length in {1, len(text) // 2, len(text) - 1} if lines in (0, 3) else {len(text) // 2}:
            talk = cut(f"{length} of {len(text)} bytes of a line behind", lines)
            talk.before = talk.kept(whole.text(lines), text[:length])
            cases.append((lines, length, goes_on(talk, lines, found=False)))
    return [case for *_, case in sorted(cases, key=lambda one: one[:2])]


def refuses(
    about: str, text: str, error: str, client: dict[str, str] | None = None, **config: object
) -> dict[str, Any]:
    """The journal is not taken, and nothing is sent."""
    talk = Talk(about, contacts(4), client=client, **config)
    talk.before = {"text": text, "kept": None, "error": error}
    return talk.case()


def damaged() -> Cases:
    whole = earlier().journal
    lines = whole.lines
    unknown = whole.cut(7)
    unknown.add("invented")
    texts = [
        ("a line was changed", whole.text().replace('"contacts":[[0,2]]', '"contacts":[[0,1]]')),
        ("the last line was changed, and is whole", whole.text().removesuffix("\n")[:-3] + '0"}\n'),
        ("a line is missing", "".join(lines[:3] + lines[4:])),
        ("two lines were exchanged", "".join([*lines[:3], lines[4], lines[3], *lines[5:]])),
        ("the first line is missing", "".join(lines[1:])),
        ("a line is there twice", whole.text() + lines[6]),
        ("a line of a kind that nobody knows", unknown.text()),
        ("a table of contacts", "callee,caseid\n+62,c-1\n"),
        ("one that is empty but for a blank line", "\n"),
    ]
    return [refuses(f"no journal, or a damaged one: {about}", text, "E1011") for about, text in texts]


def others() -> Cases:
    """The journal of another campaign or account."""
    text = earlier().journal.text()
    host = {"base_url": "https://other.example.test"}
    cases = [
        refuses("the journal of another campaign: its name", text, "E1012", name="june"),
        refuses("the journal of another campaign: its template", text, "E1012", workflow_template_id=8),
        refuses("the journal of another account: its key", text, "E1012", client={"app_key": "fake-other-key"}),
        refuses(
            "the journal of another account: its secret", text, "E1012", client={"app_secret": "fake-other-secret"}
        ),
        refuses("the journal of another host", text, "E1012", client=host),
        refuses("the journal of another secret, as `journal_key`", text, "E1012", journal_key="fake-other-secret"),
    ]
    for about, client, more in (
        ("another key of the same account", {"app_key": "fake-other-key"}, {"same_account": True}),
        ("another address of the same account", host, {"same_account": True}),
        ("another secret, and the earlier one", {"app_secret": "fake-new-secret"}, {"journal_key": "fake-app-secret"}),
    ):
        talk = cut(f"{about}, resumed from", 5, client=client, **more)
        talk.credentials = {
            "APPKey": client.get("app_key", "fake-app-key"),
            "APPSecret": client.get("app_secret", "fake-app-secret"),
        }
        cases.append(goes_on(talk, 5, found=True))
    missing = Talk("there is no journal, where there must be one", contacts(2), require_journal=True)
    missing.refuses("E1019")
    there = cut("there must be a journal, and there is:", 7, require_journal=True)
    return [*cases, missing.case(), goes_on(there, 7, found=True)]


def people() -> Cases:
    """The contacts are not those that were sent."""
    changed = cut("a contact that was sent is another one now:", 7)
    changed.people[1] = contact(1, variables={"customer_name": "Ana"})
    changed.reads(2, error="E1012")

    order = cut("contacts that were sent come in another order:", 7)
    order.people[0], order.people[1] = order.people[1], order.people[0]
    order.reads(2, error="E1012")

    fewer = cut("fewer contacts than were sent:", 7)
    fewer.reads(2)
    fewer.reads(0, error="E1012")

    new = cut("a contact that was not sent may be another one:", 5)
    new.people[2] = contact(2, variables={"customer_name": "Ana"})

    more = cut("more contacts behind those that were sent:", 7)
    more.people += [contact(4), contact(0), contact(5)]
    more.reads(2, 2, 2, 1)
    more.has_token()
    more.uploads([4, 6])
    more.reads(0)
    return [
        changed.done(1, [4], error="E1012"),
        order.done(0, [4], error="E1012"),
        fewer.done(2, [4], error="E1012"),
        goes_on(new, 5, found=True),
        more.done(6, [6], [rejected(5, "c-0", "E1013")]),
    ]


def refused() -> Cases:
    """The API refused a batch in an earlier run."""
    run = created("", contacts(2))
    run.sent([0, 1])
    run.record("outcome", batch=0, state="rejected", code="E4003", message="no")
    believed = run.journal.cut(5)
    believed.add("sampled", batch=0, looked_up=2)
    both = [rejected(0, "c-0", "E4003"), rejected(1, "c-1", "E4003")]

    over = resumed("a batch that was refused, and looked up, stays rejected", contacts(2), believed)
    over.reads(2, 0)

    asks = resumed("a batch that was refused is looked up before that is believed", contacts(2), run.journal.cut(5))
    asks.reads(2, 0)
    asks.waits("settling", SETTLE)
    asks.has_token()
    asks.looks_up([0, 1], found=False)
    asks.record("sampled", batch=0, looked_up=2)

    cases = [over.done(0, [0], both), asks.done(0, [0], both)]
    for found in (True, False):
        about = f"who was refused is to be sent again, looked up: {FOUND[found]}"
        again = resumed(about, contacts(2), believed.cut(6), retry_rejected=True)
        again.reads(2)
        again.has_token()
        again.looks_up([0, 1], found)
        if found:
            again.settled([0, 1], [])
        again.reads(0)
        if not found:
            again.resends([0, 1])
        cases.append(again.done(2, [2]))
    return cases


def settled() -> Cases:
    """Lookups of an earlier run said of some contacts where they are."""
    run = created("", contacts(3))
    run.sent([0, 1, 2])
    run.record("outcome", batch=0, state="doubtful", code="E7005", message="lost")
    some = run.journal.cut(5)
    some.add("settled", accepted=[[0, 1]], unsent=[[1, 1]])
    talk = resumed("one was found, one is to be sent again, one is in doubt", contacts(3), some)
    talk.reads(3)
    talk.has_token()
    talk.looks_up([2], found=True)
    talk.settled([2], [])
    talk.reads(0)
    talk.uploads([1])

    unsent = run.journal.cut(4)
    unsent.add("outcome", batch=0, state="unsent", code=None, message=None)
    all_of_it = resumed("a batch that was not sent after all is sent", contacts(3), unsent)
    all_of_it.reads(3, 0)
    all_of_it.has_token()
    all_of_it.uploads([0, 1, 2])
    return [talk.done(3, [3]), all_of_it.done(3, [3])]


def workflows() -> Cases:
    """Workflows that took contacts in an earlier run, and do not any more."""
    run = earlier()
    closed = run.journal.cut(5)
    closed.add("closed", workflow=0)
    over = resumed("a workflow that is closed gets nobody: another one is created", contacts(4), closed, batch_size=2)
    over.reads(2, 2)
    over.has_token()
    over.creates(1)
    over.uploads([2, 3], workflow=1)
    over.reads(0)

    ended = cut("the API refuses a batch for a workflow that may have ended, resumed from", 3)
    ended.reads(2)
    ended.has_token()
    ended.answers(ended.uploading([0, 1]), {"code": 403, "message": "it has ended"})
    ended.record("closed", workflow=0)
    ended.outcome(0, "doubtful", "E4003")
    ended.looks_up([0, 1], found=False)
    ended.reads(2)
    ended.creates(1)
    ended.uploads([2, 3], workflow=1)
    ended.reads(0)
    ended.waits("settling", SETTLE)
    ended.looks_up([0, 1], found=False)
    ended.settled([], [0, 1])
    ended.uploads([0, 1], workflow=1)
    return [over.done(4, [2, 2]), ended.done(4, [0, 4]), *end_times()]


def end_times() -> Cases:
    half_past = zoned(BEGIN + 30 * MINUTE)
    late = cut(
        "the workflow's end time has passed, and the campaign's:", 5, earlier(end_time=half_past), end_time=half_past
    )
    late.reads(2, 2)
    late.has_token()

    tomorrow = zoned(BEGIN + 24 * HOUR)
    new = cut(
        "the workflow's end time has passed, and the campaign has another:",
        5,
        earlier(end_time=half_past),
        end_time=tomorrow,
    )
    new.reads(2, 2)
    new.has_token()
    new.creates(1)
    new.uploads([2, 3], workflow=1)
    new.reads(0)
    return [late.done(2, [2], error="E1001"), new.done(4, [2, 2])]


# The contacts of the campaign that version 0.1.0 sent, whose journal is `FIRST`: three of them broke a rule.
OF_FIRST: list[dict[str, Any]] = [
    ({"callee": callee} if callee else {}) | {"platform": "TEMP1", "variables": variables}
    for callee, variables in (
        ("+6200000001", {"caseid ": "k-1", "Name": "Ana", "city": "Jakarta, Pusat"}),
        ("0812000001", {"caseid ": "k-2", "Name": "Budi", "city": "Bandung"}),
        ("+62000000002", {"caseid ": "k-3", "Name": ' "Cici', "city": ' Maria"'}),
        ("+62000000003", {"caseid ": "k-4", "Name": "Doe, John", "city": "Medan"}),
        ("62000000004", {"caseid ": "k-5", "Name": "Eka", "city": "Bogor"}),
        ("+620812000005", {"caseid ": "k-6", "Name": '5" Fitri', "city": "Depok"}),
        (None, {}),
        ("+62000000006", {"caseid ": "k-7", "Name": "Gita", "city": "Malang"}),
        ("+62000000007", {"caseid ": "k-8", "Name": "Hadi"}),
    )
]


def first_version() -> Cases:
    """A journal that version 0.1.0 wrote: its marks have no key, and it tells no times of workflows."""
    journal = Journal()
    journal.lines = FIRST.read_text().splitlines(keepends=True)
    wrong = [rejected(1, None, "E1007", "/callee"), rejected(4, None, "E1007", "/callee")]
    wrong.append(rejected(6, None, "E1005", "/callee"))
    began = json.loads(journal.lines[0])["started_ms"]

    def goes_on_with(lines: int, about: str) -> Talk:
        talk = resumed(about, [*OF_FIRST], journal.cut(lines), at=began + HOUR, batch_size=2)
        talk.ids[0] = json.loads(journal.lines[2])["workflow_id"]
        return talk

    done = goes_on_with(9, "a journal of version 0.1.0: all of it is done")
    done.reads(2, 2, 2, 2, 1, 0)
    begun = goes_on_with(5, "a journal of version 0.1.0: what it had not sent is sent, by the rules of today")
    begun.reads(2, 2, 2, 2)
    begun.has_token()
    begun.uploads([3, 7])
    begun.reads(1, 0)
    begun.uploads([8])
    doubtful = goes_on_with(6, "a journal of version 0.1.0: who was on the way is looked up, by number")
    doubtful.reads(2, 2, 2)
    doubtful.has_token()
    doubtful.looks_up([3, 5], found=True)
    doubtful.settled([3, 5], [])
    doubtful.reads(2, 1)
    doubtful.uploads([7, 8])
    doubtful.reads(0)
    changed = goes_on_with(9, "a journal of version 0.1.0: a contact is another one now")
    changed.people[0] = OF_FIRST[0] | {"callee": "+6200000002"}
    changed.reads(2, error="E1012")
    return [
        done.done(6, [6], wrong),
        begun.done(5, [5], sorted([*wrong, rejected(5, None, "E1007", "/callee")], key=lambda one: one["contact"])),
        doubtful.done(6, [6], wrong),
        changed.done(0, [6], error="E1012"),
    ]
