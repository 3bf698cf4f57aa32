"""Dialogues between a host and calls: what is to be sent, what comes back or fails, and when."""

from typing import Any

from operations import BASE_URL, TOKEN
from primitives import KEYS, compact, digest, encrypt

OURS = "aes-ecb:zero:base64"
SECOND, HOUR = 1000, 3_600_000
NEXT_TOKEN = "fake-token-2"
BEGIN = 1_700_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT
WINDOW = {"start_time": "2023-09-01 00:00:00+08:00", "end_time": "2023-09-14 00:00:00+08:00"}
DETAILS = [{"callee": "+6212345678", "platform": "TEMP1", "variables": {}}]
UPLOAD = ("workflow.upload_details", "/service/cloud/workflow/uploaddetails", {"workflow_id": "w", "details": DETAILS})
SEARCH = ("workflow.detail_instances", "/service/cloud/workflow/detailinstances", {"case_id": "c"} | WINDOW)
AUTH = ("auth.token", "/service/cloud/auth", {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"})
UPLOADED = {"data": {"workflow_id": "w", "new": 1}, "status": "OK", "code": 200}
FOUND = {"data": {"rows": []}, "status": "OK", "code": 200}
Operation = tuple[str, str, dict[str, Any]]


class Dialogue:
    """A dialogue as it is written down. Calls have numbers; times are Unix milliseconds."""

    def __init__(self, about: str, *calls: Operation, **config: object) -> None:
        self.about, self.calls, self.config = about, calls, config
        self.now, self.token = BEGIN, TOKEN
        self.steps: list[dict[str, object]] = []

    def _step(self, call: int, **what: object) -> None:
        self.steps.append({"call": call, "at": self.now} | what)

    def sends(self, call: int = 0, operation: Operation | None = None) -> None:
        """The next step of a call is to send the request of its operation."""
        name, path, params = operation or self.calls[call]
        plain = compact(params)
        headers = [["Content-Type", "application/json"], ["User-Agent", "Airudder"]]
        if self.config.get("encryption_key"):
            headers += [["Is-Encrypted", "1"], ["Signed", digest(plain)]]
            plain = encrypt(OURS, plain.encode(), KEYS[16])
        if name != AUTH[0]:
            headers.append(["Authorization", f"Token {self.token}"])
        self._step(call, send={"method": "POST", "url": BASE_URL + path, "headers": headers, "body": plain})

    def answered(self, body: object, call: int = 0, status: int = 200, **headers: str) -> None:
        """It gets an answer: an object, which is encrypted where requests are, or text as it is."""
        fields = [[name.replace("_", "-"), value] for name, value in headers.items()]
        text = body if isinstance(body, str) else compact(body)
        if self.config.get("encryption_key") and not isinstance(body, str):
            fields += [["Is-Encrypted", "1"], ["Signed", digest(text)]]
            text = encrypt(OURS, text.encode(), KEYS[16])
        self._step(call, answer={"status": status, "headers": fields, "body": text})

    def fails(self, how: str, call: int = 0) -> None:
        """It gets no answer: `connect_failed`, `timeout`, `reset` or `other`."""
        self._step(call, fail=how)

    def waits(self, why: str, least: int, most: int, call: int = 0) -> None:
        """The next step is to wait for so many milliseconds; the clock is then put to the latest time."""
        self._step(call, wait={"why": why, "from": self.now + least, "until": self.now + most})
        self.now += most

    def retries(self, number: int, asked: int = 0, call: int = 0) -> None:
        """It waits for its retry of this number: a random time, and no less than the answer asked for."""
        self.waits("retry", asked, max(asked, min(250 << number, 20_000)), call)
        self.sends(call)

    def has_token(self, call: int = 0, token: str = TOKEN) -> None:
        """It asks for a token and gets it, then sends its own request."""
        self.sends(call, AUTH)
        self.token = token
        self.answered({"code": 200, "data": {"token": token}}, call)
        self.sends(call)

    def ends(self, result: object, call: int = 0) -> None:
        self._step(call, done={"result": result})

    def ends_with(self, error: str, outcome: str | None, call: int = 0) -> None:
        self._step(call, done={"error": error, "outcome": outcome})

    def dropped(self, call: int) -> None:
        """The host gives the call up."""
        self._step(call, drop=True)

    def case(self) -> dict[str, object]:
        calls = [{"operation": name, "params": params} for name, _, params in self.calls]
        return {"about": self.about, "config": self.config, "calls": calls, "steps": self.steps}


# What an answer to a request that must not be sent twice (an upload) and to one that may (a search) leads to. `again`:
# it is sent again. Else it is the error, with the outcome that is known.
REFUSED, UNKNOWN = "rejected", "unknown"
DOUBT = ("E7005", UNKNOWN)
AGAIN = "again"
ANSWERS: list[tuple[str, int, object, dict[str, str], object, object]] = [
    ("the API's code 403", 200, {"code": 403, "message": "no"}, {}, ("E4003", REFUSED), ("E4003", REFUSED)),
    ("the API's code 404", 200, {"code": 404, "message": "no"}, {}, ("E3001", REFUSED), ("E3001", REFUSED)),
    ("the API's code 429", 200, {"code": 429, "message": "slowly"}, {}, AGAIN, AGAIN),
    ("the API's code 503", 200, {"code": 503, "message": "later"}, {}, AGAIN, AGAIN),
    ("the API's code 500", 200, {"code": 500, "message": "oh"}, {}, DOUBT, AGAIN),
    ("a code that nobody documents", 200, {"code": 7, "message": "oh"}, {}, DOUBT, AGAIN),
    ("the code as text", 200, {"code": "403", "message": "no"}, {}, ("E4003", REFUSED), ("E4003", REFUSED)),
    ("a code that is no number", 200, {"code": True, "data": {}}, {}, DOUBT, AGAIN),
    (
        "the API's code 403 beside HTTP 403",
        403,
        {"code": 403, "message": "no"},
        {},
        ("E4003", REFUSED),
        ("E4003", REFUSED),
    ),
    ("success beside HTTP 500", 500, {"code": 200, "data": {}}, {}, DOUBT, AGAIN),
    ("success beside HTTP 404", 404, {"code": 200, "data": {}}, {}, DOUBT, AGAIN),
    ("a gateway's 403", 403, "<html>", {}, DOUBT, ("E4003", UNKNOWN)),
    ("a gateway's 404", 404, "<html>", {}, DOUBT, ("E3001", UNKNOWN)),
    ("a gateway's 408", 408, "<html>", {}, DOUBT, AGAIN),
    ("a gateway's 429", 429, "<html>", {}, AGAIN, AGAIN),
    ("a gateway's 500", 500, "<html>", {}, DOUBT, AGAIN),
    ("a gateway's 502", 502, "", {}, DOUBT, AGAIN),
    ("a gateway's 503 that names no time", 503, "", {}, DOUBT, AGAIN),
    ("a gateway's 504", 504, "", {}, DOUBT, AGAIN),
    ("a redirect", 302, "", {"Location": "https://other.example.test/"}, DOUBT, AGAIN),
    ("a page where JSON is awaited", 200, "<html>", {}, DOUBT, AGAIN),
    ("half an answer", 200, '{"code":200,"da', {}, DOUBT, AGAIN),
    ("nothing", 200, "", {}, DOUBT, AGAIN),
    ("an answer without code and data", 200, {"message": ""}, {}, DOUBT, AGAIN),
]
FAILURES: list[tuple[str, object, object]] = [
    ("connect_failed", AGAIN, AGAIN),
    ("timeout", DOUBT, AGAIN),
    ("reset", DOUBT, AGAIN),
    ("other", DOUBT, AGAIN),
]
# What `Retry-After` asks for in milliseconds, in either form; what cannot be read asks for nothing.
# A gateway that says 503 and names no time may have lost the answer.
RETRY_AFTER = [
    ("0", 0),
    ("3", 3 * SECOND),
    (" 3 ", 3 * SECOND),
    ("300", 300 * SECOND),
    ("Tue, 14 Nov 2023 22:13:27 GMT", 7 * SECOND),
    ("Tue, 14 Nov 2023 22:13:19 GMT", 0),
    ("soon", None),
    ("-1", None),
    ("1.5", None),
    ("+3", None),
    ("3, 3", None),
    ("", None),
    # Of the forms of a date, HTTP has two more, which nobody sends: they are not read.
    ("Tuesday, 14-Nov-23 22:13:27 GMT", None),
    ("Tue Nov 14 22:13:27 2023", None),
]
KINDS = ((UPLOAD, UPLOADED, "an upload"), (SEARCH, FOUND, "a search"))


def goes_on(talk: Dialogue, expected: object, good: dict[str, Any], asked: int = 0) -> dict[str, object]:
    """Write how a dialogue ends whose first answer leads to what is expected."""
    if isinstance(expected, tuple):
        talk.ends_with(*expected)
    else:
        talk.retries(0, asked)
        talk.answered(good)
        talk.ends(good["data"])
    return talk.case()


def answers() -> list[dict[str, object]]:
    """Every answer and failure, to requests of both kinds, plain and encrypted."""
    cases = []
    for key in (None, KEYS[16]):
        config = {"encryption_key": key} if key else {}
        for kind, (operation, good, name) in enumerate(KINDS):
            talk = Dialogue(f"{name}: success", operation, **config)
            talk.has_token()
            talk.answered(good)
            talk.ends(good["data"])
            cases.append(talk.case())
            for about, status, body, headers, *expected in ANSWERS:
                talk = Dialogue(f"{name}: {about}", operation, **config)
                talk.has_token()
                talk.answered(body, status=status, **headers)
                cases.append(goes_on(talk, expected[kind], good))
            for how, *expected in FAILURES:
                talk = Dialogue(f"{name}: {how}", operation, **config)
                talk.has_token()
                talk.fails(how)
                cases.append(goes_on(talk, expected[kind], good))
    return cases


def encrypted_answers() -> list[dict[str, object]]:
    """Answers that are encrypted wrongly."""
    cases = []
    text = compact(UPLOADED)
    sealed = encrypt(OURS, text.encode(), KEYS[16])
    for about, body, headers in (
        ("a digest of something else", sealed, {"Is_Encrypted": "1", "Signed": digest("{}")}),
        ("another key", encrypt(OURS, text.encode(), KEYS[32]), {"Is_Encrypted": "1", "Signed": digest(text)}),
        ("no Base64", "?" + sealed, {"Is_Encrypted": "1", "Signed": digest(text)}),
        ("half of it", sealed[: len(sealed) // 2], {"Is_Encrypted": "1", "Signed": digest(text)}),
    ):
        for kind, (operation, good, name) in enumerate(KINDS):
            talk = Dialogue(f"{name}: encrypted, with {about}", operation, encryption_key=KEYS[16])
            talk.has_token()
            talk.answered(body, **headers)
            cases.append(goes_on(talk, (AGAIN if kind else DOUBT), good))
    return cases


def waiting() -> list[dict[str, object]]:
    """`Retry-After`, growing delays, and how often."""
    cases = []
    for value, asked in RETRY_AFTER:
        for status, body in ((429, ""), (503, ""), (200, {"code": 429}), (200, {"code": 503})):
            talk = Dialogue(f"{status} with `Retry-After: {value}`", UPLOAD)
            talk.has_token()
            talk.answered(body, status=status, Retry_After=value)
            lost = (status, body, asked) == (503, "", None)
            cases.append(goes_on(talk, DOUBT if lost else AGAIN, UPLOADED, asked or 0))
    for value in ("301", "Tue, 14 Nov 2023 22:19:20 GMT", "9007199254740993", "99999999999999999999"):
        talk = Dialogue(f"longer than a call waits: {value}", UPLOAD)
        talk.has_token()
        talk.answered("", status=429, Retry_After=value)
        talk.ends_with("E3002", REFUSED)
        cases.append(talk.case())
    for most in (0, 1, 3, 9):
        for operation, _, name in KINDS:
            talk = Dialogue(f"{name}: {most} retries", operation, max_retries=most)
            talk.has_token()
            for number in range(most):
                talk.fails("connect_failed")
                talk.retries(number)
            talk.fails("connect_failed")
            talk.ends_with("E7001", "not_sent")
            cases.append(talk.case())
    talk = Dialogue("a search that may have been carried out, and then could not be sent", SEARCH, max_retries=1)
    talk.has_token()
    talk.fails("timeout")
    talk.retries(0)
    talk.fails("connect_failed")
    talk.ends_with("E7001", UNKNOWN)
    return [*cases, talk.case()]


def tokens() -> list[dict[str, object]]:
    """One token for all calls: fetched by one of them, renewed ahead, renewed when it is refused."""
    refusals: list[tuple[int, object]] = [(401, ""), (401, {"code": 401}), (200, {"code": 401, "message": "expired"})]
    cases = []
    for status, body in refusals:
        for operation, good, name in KINDS:
            talk = Dialogue(f"{name}: a token that is refused is renewed", operation)
            talk.has_token()
            talk.answered(body, status=status)
            talk.has_token(token=NEXT_TOKEN)
            talk.answered(good)
            talk.ends(good["data"])
            cases.append(talk.case())
            talk = Dialogue(f"{name}: the second token is refused, too", operation)
            talk.has_token()
            talk.answered(body, status=status)
            talk.has_token(token=NEXT_TOKEN)
            talk.answered(body, status=status)
            talk.ends_with("E4002", REFUSED)
            cases.append(talk.case())
    return [*cases, *fetching(), *sharing()]


def fetching() -> list[dict[str, object]]:
    """The request for a token fails."""
    cases = []
    for about, status, body in (
        ("wrong credentials", 200, {"code": 401, "message": "wrong"}),
        ("HTTP 401", 401, ""),
        ("refused for good", 200, {"code": 400, "message": "no"}),
    ):
        talk = Dialogue(
            f"no token: {about}; the next call ends at once, and one after half a minute asks", *[SEARCH] * 3
        )
        talk.sends(0, AUTH)
        talk.answered(body, status=status)
        talk.ends_with("E4001", "not_sent")
        talk.ends_with("E4001", "not_sent", call=1)
        talk.now += 40 * SECOND
        talk.has_token(2)
        cases.append(talk.case())
    for token in ("", None, "a\nb", 7):
        talk = Dialogue(f"a token that is none: {token!r}", UPLOAD)
        talk.sends(0, AUTH)
        talk.answered({"code": 200, "data": {"token": token}})
        talk.ends_with("E2001", "not_sent")
        cases.append(talk.case())
    for how in ("connect_failed", "timeout", "reset", "other"):
        talk = Dialogue(f"the request for a token is sent again after {how}", UPLOAD)
        talk.sends(0, AUTH)
        talk.fails(how)
        talk.waits("retry", 0, 250)
        talk.has_token()
        talk.answered(UPLOADED)
        talk.ends(UPLOADED["data"])
        cases.append(talk.case())
    return cases


def sharing() -> list[dict[str, object]]:
    """Calls that need a token at the same time."""
    flight = Dialogue("one call fetches the token, the others wait", SEARCH, UPLOAD, SEARCH)
    flight.sends(0, AUTH)
    flight.waits("token", 1, 1000, call=1)
    flight.waits("token", 1, 1000, call=2)
    flight.answered({"code": 200, "data": {"token": TOKEN}}, 0)
    for call in range(3):
        flight.sends(call)

    dropped = Dialogue("a call that is given up lets another one fetch", SEARCH, UPLOAD)
    dropped.sends(0, AUTH)
    dropped.waits("token", 1, 1000, call=1)
    dropped.dropped(0)
    dropped.has_token(1)
    dropped.answered(UPLOADED, 1)
    dropped.ends(UPLOADED["data"], 1)

    once = Dialogue("a token that two calls find refused is renewed once", UPLOAD, SEARCH)
    once.has_token(0)
    once.sends(1)
    once.answered("", 0, 401)
    once.answered({"code": 401}, 1)
    once.sends(0, AUTH)
    once.waits("token", 1, 1000, call=1)
    once.token = NEXT_TOKEN
    once.answered({"code": 200, "data": {"token": once.token}}, 0)
    for call, good in enumerate((UPLOADED, FOUND)):
        once.sends(call)
        once.answered(good, call)
        once.ends(good["data"], call)

    ahead = Dialogue("an old token is renewed ahead, while others use it", SEARCH, SEARCH, UPLOAD)
    ahead.has_token(0)
    ahead.answered(FOUND)
    ahead.ends(FOUND["data"])
    ahead.now += 23 * HOUR
    ahead.sends(1, AUTH)
    ahead.sends(2)
    ahead.answered({"code": 200, "data": {"token": NEXT_TOKEN}}, 1)
    ahead.answered(UPLOADED, 2)
    ahead.ends(UPLOADED["data"], 2)
    ahead.token = NEXT_TOKEN
    ahead.sends(1)
    return [talk.case() for talk in (flight, dropped, once, ahead)]


def dialogue_cases() -> list[dict[str, object]]:
    return [*answers(), *encrypted_answers(), *waiting(), *tokens()]
