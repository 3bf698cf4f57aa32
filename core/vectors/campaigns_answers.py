"""Campaigns: what each answer to an upload, and to a lookup, leads to. See docs/nobody-twice.md."""

from typing import Any

from campaign_talk import SECOND, SETTLE, Talk, contacts, created, rejected
from dialogues import ANSWERS, DOUBT, FAILURES, NEXT_TOKEN

Cases = list[dict[str, Any]]
LATER = SECOND  # what is refused for now, and names no time, is tried again after so long
# What an answer that refuses for now is called; all others are known by their expectation in `dialogues.py`.
FOR_NOW = {"the API's code 503": "E3003"}
# Something between this machine and the API refuses: it would refuse the next upload, too.
FOREIGN = {"a gateway's 403", "a gateway's 404"}


def answer_cases() -> Cases:
    cases = []
    for about, status, body, headers, upload, _ in ANSWERS:
        talk = created(f"an upload: {about}", contacts(2))
        talk.answers(talk.uploading([0, 1]), body, status=status, **headers)
        cases.append(goes_on(talk, about, upload))
    for how, upload, _ in FAILURES:
        talk = created(f"an upload: {how}", contacts(2))
        talk.fails(talk.uploading([0, 1]), how)
        cases.append(goes_on(talk, how, upload))
    return [*cases, *unavailable(), *proxies(), *tokens(), *other_workflow(), *lookups()]


def goes_on(talk: Talk, about: str, expected: object) -> dict[str, Any]:
    """What follows an upload that ended so."""
    if about in FOREIGN:
        talk.outcome(0, "doubtful", "E7005")
        return talk.done(0, [2], doubtful=[0, 1], error="E7005")
    if expected == DOUBT:
        talk.outcome(0, "doubtful", "E7005")
        talk.looks_up([0, 1], found=True)
        talk.settled([0, 1], [])
        return talk.done(2, [2])
    if isinstance(expected, tuple):
        return is_refused(talk, expected[0])
    code = "E7001" if about == "connect_failed" else FOR_NOW.get(about, "E3002")
    return is_later(talk, code, 0 if code == "E7001" else LATER)


def is_refused(talk: Talk, code: str) -> dict[str, Any]:
    """A batch that the API refused: some of it, here all, are looked up before that is believed."""
    talk.outcome(0, "rejected", code)
    talk.waits("settling", SETTLE)
    talk.looks_up([0, 1], found=False)
    talk.record("sampled", batch=0, looked_up=2)
    return talk.done(0, [0], [rejected(0, "c-0", code), rejected(1, "c-1", code)])


def is_later(talk: Talk, code: str, later: int) -> dict[str, Any]:
    """Nothing of it was sent, or it had no effect: once the API is there again, it is sent again."""
    talk.outcome(0, "unsent", code)
    if later:
        talk.waits("waiting_for_api", later)
    talk.looks_up([0], found=False)
    talk.uploads([0, 1])
    return talk.done(2, [2])


def unavailable() -> Cases:
    """Answers that name a time to try again: it is not asked before whether the API is there."""
    cases = []
    for status, body, value, later, code in (
        (503, "", "5", 5 * SECOND, "E3003"),
        (503, "", "0", 0, "E3003"),
        (503, "", "Tue, 14 Nov 2023 22:13:27 GMT", 7 * SECOND, "E3003"),
        (429, "", "300", 300 * SECOND, "E3002"),
        (200, {"code": 429}, "5", 5 * SECOND, "E3002"),
        (200, {"code": 503}, "5", 5 * SECOND, "E3003"),
    ):
        talk = created(f"an upload: {status} {body or 'of a gateway'} with `Retry-After: {value}`", contacts(2))
        talk.answers(talk.uploading([0, 1]), body, status=status, Retry_After=value)
        cases.append(is_later(talk, code, later))
    return cases


def proxies() -> Cases:
    talk = created("an upload: a proxy asks for its own credentials; it stops, and nothing was sent", contacts(2))
    talk.answers(talk.uploading([0, 1]), "<html>", status=407)
    talk.outcome(0, "unsent", "E3001")
    return [talk.done(0, [0], error="E3001")]


def tokens() -> Cases:
    """A token that is refused proves nothing: the upload is in doubt, and the lookup asks for another token."""
    cases = []
    for status, body in ((401, ""), (401, {"code": 401}), (200, {"code": 401, "message": "expired"})):
        talk = created(f"an upload: its token is refused, {status} {body}".rstrip(), contacts(1))
        talk.answers(talk.uploading([0]), body, status=status)
        talk.outcome(0, "doubtful", "E7005")
        call = talk.renews_token(NEXT_TOKEN)
        talk.sends_again(call, *talk.lookup(0))
        talk.gives(call, {"rows": []})
        talk.resends([0])
        cases.append(talk.done(1, [1]))

    talk = created("a lookup: its token is refused, and it is sent again with another one", contacts(1))
    talk.lost([0])
    call = talk.looking(0)
    talk.hears(call, {"code": 401, "message": "expired"})
    talk.sends_again(call, "/service/cloud/auth", talk.credentials, token=False)
    talk.token = NEXT_TOKEN
    talk.hears(call, {"code": 200, "data": {"token": NEXT_TOKEN}})
    talk.sends_again(call, *talk.lookup(0))
    talk.gives(call, {"rows": [{"workflow_id": "w-0", "workflow_name": "july"}]})
    talk.settled([0], [])
    return [*cases, talk.done(1, [1])]


def other_workflow() -> Cases:
    talk = created("an upload: success that names another workflow is in doubt", contacts(2))
    talk.gives(talk.uploading([0, 1]), {"workflow_id": "w-9"})
    return [goes_on(talk, "", DOUBT)]


def row(**members: object) -> dict[str, object]:
    return members


# What a lookup of a contact in doubt gives, and what that says: it is in the campaign's workflow, perhaps, or not.
ROWS: list[tuple[str, object, str]] = [
    ("no rows", [], "not"),
    ("rows that are null", None, "not"),
    ("the workflow's id", [row(workflow_id="w-0", workflow_name="july")], "found"),
    ("the workflow's id and another name", [row(workflow_id="w-0", workflow_name="june")], "found"),
    ("the workflow's id without a name", [row(workflow_id="w-0")], "found"),
    ("another id and the same name", [row(workflow_id="w-9", workflow_name="july")], "perhaps"),
    ("neither id nor name", [row(status="running")], "perhaps"),
    ("the same name without an id", [row(workflow_name="july")], "perhaps"),
    ("another id and another name", [row(workflow_id="w-9", workflow_name="june")], "not"),
    ("another id without a name", [row(workflow_id="w-9")], "not"),
    ("another name without an id", [row(workflow_name="june")], "not"),
    ("others, and then the workflow's id", [row(workflow_id="w-9"), row(), row(workflow_id="w-0")], "found"),
    ("others, and one that might be it", [row(workflow_id="w-9"), row(workflow_name="july")], "perhaps"),
]


def lookups() -> Cases:
    cases = []
    for about, rows, verdict in ROWS:
        talk = created(f"a lookup gives {about}", contacts(1))
        talk.lost([0])
        talk.gives(talk.looking(0), {"rows": rows})
        if verdict == "perhaps":
            cases.append(talk.done(0, [1], doubtful=[0]))
            continue
        if verdict == "found":
            talk.settled([0], [])
        else:
            talk.resends([0])
        cases.append(talk.done(1, [1]))

    talk = created("a contact that might be there after the settle time is not sent again", contacts(1))
    talk.lost([0])
    talk.looks_up([0], found=False)
    talk.waits("settling", SETTLE)
    talk.gives(talk.looking(0), {"rows": [row(workflow_name="july")]})
    return [*cases, talk.done(0, [1], doubtful=[0])]
