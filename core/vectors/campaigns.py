"""Whole campaigns: what is sent, what the journal has before that, what comes back, and the report."""

from typing import Any

from campaign_talk import Talk, begun, contact, contacts, created, first_batch, rejected
from campaigns_answers import answer_cases
from campaigns_doubts import doubt_cases
from campaigns_limits import limit_cases
from campaigns_outages import outage_cases
from campaigns_recovered import recovery_cases
from campaigns_resumed import resumed_cases
from primitives import compact

Cases = list[dict[str, Any]]


def campaign_cases() -> Cases:
    return [
        *sending(),
        *checking(),
        *refusing(),
        *answer_cases(),
        *doubt_cases(),
        *outage_cases(),
        *resumed_cases(),
        *recovery_cases(),
        *limit_cases(),
    ]


def sending() -> Cases:
    one = created("one batch", contacts(3))
    one.uploads([0, 1, 2])

    three = first_batch("batches of two, the last one smaller", contacts(5))
    three.uploads([0, 1])
    three.reads(2)
    three.uploads([2, 3])
    three.reads(1, 0)
    three.uploads([4])

    many = Talk("contacts come in other portions than they are sent", contacts(5), batch_size=2)
    many.has_token()
    many.begins()
    many.reads(1, 4)
    many.creates()
    for batch in ([0, 1], [2, 3]):
        many.uploads(batch)
    many.reads(0)
    many.uploads([4])
    return [one.done(3, [3]), three.done(5, [5]), many.done(5, [5]), *beside_each_other(), *nothing_to_send()]


def beside_each_other() -> Cases:
    two = first_batch("two uploads at once, which end in the other order", contacts(4), in_flight=2)
    first = two.uploading([0, 1])
    two.reads(2)
    second = two.uploading([2, 3])
    two.reads(0)
    two.waits_for_calls("uploading")
    two.gives(second, {"workflow_id": "w-0"})
    two.outcome(1)
    two.waits_for_calls("uploading")
    two.gives(first, {"workflow_id": "w-0"})
    two.outcome(0)
    return [two.done(4, [4])]


def nothing_to_send() -> Cases:
    empty = begun("no contacts: no workflow is created", [])
    refused = begun("all contacts break a rule: no workflow is created", [contact(0, callee="62"), 7])
    wrong = [rejected(0, "c-0", "E1007", "/callee"), rejected(1, None, "E1006", "")]
    return [empty.done(0), refused.done(0, rejected=wrong)]


# Contacts that are not sent: what is wrong, the code, and where.
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"callee": "62"}, "E1007", "/callee"),
    ({"callee": "+6208123456"}, "E1007", "/callee"),
    ({"callee": 62}, "E1006", "/callee"),
    ({"callee": None}, "E1006", "/callee"),
    ({"callee": ...}, "E1005", "/callee"),
    ({"caseid": " c-1"}, "E1007", "/caseid"),
    ({"caseid": 7}, "E1006", "/caseid"),
    ({"platform": "P" * 41}, "E1007", "/platform"),
    ({"variables": []}, "E1006", "/variables"),
    ({"calee": "+62"}, "E1004", "/calee"),
]


def checking() -> Cases:
    """Contacts are checked before they are sent, and each keeps its place."""
    cases = []
    for wrong, code, pointer in WRONG:
        fields = {name: value for name, value in (contact(1) | wrong).items() if value is not ...}
        people = [contact(0), fields, contact(2)]
        value = "which is missing" if fields.keys() < people[0].keys() else compact(next(iter(wrong.values())))
        talk = created(f"{code} at {pointer}, {value}: the others are sent", people)
        talk.uploads([0, 2])
        caseid = fields["caseid"]
        cases.append(talk.done(2, [2], [rejected(1, caseid if isinstance(caseid, str) else None, code, pointer)]))
    return [*cases, *repeating(), *only_checking()]


def repeating() -> Cases:
    people = [
        contact(0),
        contact(0, callee="+6212345678"),
        contact(2, caseid=""),
        contact(3, callee=contact(2)["callee"]),
    ]
    people += [contact(2, caseid="")]
    once = created("the same case id, or the same number without one, is sent once", people)
    once.uploads([0, 2, 3])
    repeated = [rejected(1, "c-0", "E1013"), rejected(4, "", "E1013")]

    again = created("the same case id twice, which is allowed", people[:2], allow_duplicates=True)
    again.uploads([0, 1])
    return [once.done(3, [3], repeated), again.done(2, [2])]


def only_checking() -> Cases:
    check = Talk("a check sends nothing and writes nothing", [contact(0), contact(1, callee="62")], check_only=True)
    check.reads(2, 0)

    few = begun("more contacts are wrong than may be: nothing is sent", [contact(0), 7, 8], max_rejected=1)
    none = begun("not even one may be wrong", [contact(0), 7], max_rejected=0)
    share = begun("a larger share of the contacts is wrong than may be", [contact(0), 7, 8], max_rejected_share=0.5)
    half = created("no larger share of the contacts is wrong than may be", [contact(0), 7], max_rejected_share=0.5)
    half.uploads([0])
    enough = created("no more contacts are wrong than may be", [contact(0), 7], max_rejected=1)
    enough.uploads([0])
    seven, eight = (rejected(number, None, "E1006", "") for number in (1, 2))
    return [
        check.done(1, rejected=[rejected(1, "c-1", "E1007", "/callee")]),
        few.done(0, rejected=[seven, eight], error="E1020"),
        none.done(0, rejected=[seven], error="E1020"),
        share.done(0, rejected=[seven, eight], error="E1020"),
        half.done(1, [1], [seven]),
        enough.done(1, [1], [seven]),
    ]


def refusing() -> Cases:
    """The API refuses what comes before the first upload."""
    cases = []
    for status, body, code in (
        (200, {"code": 401, "message": "wrong"}, "E4001"),
        (401, "", "E4001"),
        (200, {"code": 400, "message": "no"}, "E4001"),
    ):
        talk = Talk(f"no token: {status} {body}", contacts(2))
        call = talk.sends(
            "/service/cloud/auth", {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"}, token=False
        )
        talk.answers(call, body, status=status)
        cases.append(talk.done(0, error=code))
    for about, status, body, code in (
        ("the API refuses the workflow", 200, {"code": 403, "message": "no such template"}, "E4003"),
        ("the API knows no such template", 200, {"code": 404, "message": "no such template"}, "E3001"),
        ("a gateway refuses the workflow", 403, "<html>", "E7005"),
    ):
        talk = begun(f"{about}: it stops", contacts(2))
        talk.answers(talk.creating(), body, status=status)
        # Where a gateway said so, the workflow may be there, and is empty.
        shown = [{"workflow_id": None, "name": "july", "contacts": 0}] if code == "E7005" else []
        cases.append(talk.reports(0, shown, error=code))
    return cases
