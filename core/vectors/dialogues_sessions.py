"""Dialogues of calls that share a session: its token, its allowance of retries, and its pace."""

from dialogues import AUTH, FOUND, NEXT_TOKEN, SEARCH, SECOND, UPLOAD, UPLOADED, Dialogue
from operations import TOKEN

Cases = list[dict[str, object]]
# A session allows so many retries; each success gives half of one back.
RETRIES = 200


def session_cases() -> Cases:
    return [*flights(), *allowance(), *pace()]


def flights() -> Cases:
    """One call fetches the token, and the others wait for it: what if that fails, or takes long."""
    refused = Dialogue("the token is refused: those who wait for it end, too", SEARCH, UPLOAD)
    refused.sends(0, AUTH)
    refused.waits("token", 1, 1000, call=1)
    refused.answered({"code": 401, "message": "wrong"}, 0)
    refused.ends_with("E4001", "not_sent", 0)
    refused.ends_with("E4001", "not_sent", 1)

    retried = Dialogue(
        "the request for a token fails: the same call sends it again, and the others wait", SEARCH, UPLOAD
    )
    retried.sends(0, AUTH)
    retried.fails("timeout", 0)
    retried.waits("token", 1, 1000, call=1)
    retried.has_token(0)
    retried.sends(1)

    silent = Dialogue("a call that fetches the token says nothing for longer than two requests take", SEARCH, UPLOAD)
    silent.sends(0, AUTH)
    silent.now += 19 * SECOND
    silent.waits("token", 1, 1000, call=1)
    silent.now += SECOND
    silent.has_token(1)
    silent.answered(UPLOADED, 1)
    silent.ends(UPLOADED["data"], 1)

    late = Dialogue("a token that was fetched meanwhile is not fetched again", SEARCH, UPLOAD, SEARCH)
    late.has_token(0)
    late.sends(1)
    late.answered("", 0, 401)
    late.has_token(0, NEXT_TOKEN)
    late.answered("", 1, 401)
    late.sends(1)
    late.sends(2)
    return [talk.case() for talk in (refused, retried, silent, late)]


def spent() -> tuple[Dialogue, int]:
    """A session whose allowance is spent by its first call; gives the number of the next one."""
    talk = Dialogue(
        "a session allows 200 retries, and half of one for each success", *[SEARCH] * 7, max_retries=RETRIES + 9
    )
    talk.has_token(0)
    for number in range(RETRIES):
        talk.fails("connect_failed", 0)
        talk.retries(number, call=0)
    talk.fails("connect_failed", 0)
    talk.ends_with("E7001", "not_sent", 0)
    return talk, 1


def allowance() -> Cases:
    talk, call = spent()
    for _ in range(2):
        # None is left, and one success gives half of one.
        talk.sends(call)
        talk.fails("timeout", call)
        talk.ends_with("E7002", "unknown", call)
        talk.sends(call + 1)
        talk.answered(FOUND, call + 1)
        talk.ends(FOUND["data"], call + 1)
        call += 2
    talk.sends(call)
    talk.fails("connect_failed", call)
    talk.retries(0, call=call)
    talk.answered(FOUND, call)
    talk.ends(FOUND["data"], call)
    return [talk.case()]


def pace() -> Cases:
    """So many requests a second, those for tokens and those that are sent again among them."""
    cases = []
    for rate, step in ((2, 500), (0.5, 2000), (3, 334), (1000, 1)):
        talk = Dialogue(f"{rate} requests a second", SEARCH, UPLOAD, requests_per_second=rate)
        talk.sends(0, AUTH)
        talk.answered({"code": 200, "data": {"token": TOKEN}}, 0)
        talk.waits("pace", step, step, call=0)
        talk.sends(0)
        talk.waits("pace", step, step, call=1)
        talk.sends(1)
        cases.append(talk.case())

    again = Dialogue("a request that is sent again waits for its turn, too", UPLOAD, requests_per_second=1)
    paced_token(again, 0)
    again.fails("connect_failed", 0)
    again.waits("retry", 0, 250)
    again.waits("pace", 750, 750)
    again.sends(0)
    again.answered(UPLOADED)
    again.ends(UPLOADED["data"])

    asked = Dialogue("`Retry-After` and the pace: the longer one counts", UPLOAD, requests_per_second=1)
    paced_token(asked, 0)
    asked.answered("", status=429, Retry_After="3")
    asked.retries(0, 3 * SECOND)

    turns = Dialogue("calls that wait for the same turn: who asks first has it", SEARCH, UPLOAD, requests_per_second=1)
    paced_token(turns, 0)
    turns.steps.append(wait(turns, 1))
    turns.answered(FOUND, 0)
    turns.ends(FOUND["data"], 0)
    turns.now += SECOND
    turns.sends(1)

    idle = Dialogue(
        "time that went by without requests is not made up for", SEARCH, UPLOAD, SEARCH, requests_per_second=1
    )
    paced_token(idle, 0)
    idle.now += 60 * SECOND
    idle.sends(1)
    idle.waits("pace", 1000, 1000, call=2)
    idle.sends(2)
    return [*cases, *(talk.case() for talk in (again, asked, turns, idle))]


def paced_token(talk: Dialogue, call: int) -> None:
    """It fetches the token, and sends its own request a second later."""
    talk.sends(call, AUTH)
    talk.answered({"code": 200, "data": {"token": TOKEN}}, call)
    talk.waits("pace", SECOND, SECOND, call=call)
    talk.sends(call)


def wait(talk: Dialogue, call: int) -> dict[str, object]:
    """A step at which a call waits for its turn, while the clock stays."""
    turn = talk.now + SECOND
    return {"call": call, "at": talk.now, "wait": {"why": "pace", "from": turn, "until": turn}}
