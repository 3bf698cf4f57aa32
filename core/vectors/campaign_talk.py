"""A dialogue between a host and a campaign, as it is written down."""

import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from campaign_journal import ABSENT, Journal, ranges
from operations import TOKEN
from primitives import compact

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
SETTLE = MINUTE
BEGIN = 1_700_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT
NAME, END = "july", "2099-12-01 18:00:00+08:00"
SEED = 7
AUTH = "/service/cloud/auth"
PATH = "/service/cloud/workflow/"
CREDENTIALS = {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"}


def contact(number: int, **more: object) -> dict[str, Any]:
    return {"callee": f"+62000{number:08}", "platform": "TEMP1", "caseid": f"c-{number}", "variables": {}} | more


def contacts(count: int) -> list[dict[str, Any]]:
    return [contact(number) for number in range(count)]


def zoned(ms: int) -> str:
    """A time as the API's examples have it."""
    return datetime.fromtimestamp(ms // 1000, timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S+08:00")


Moment = tuple[int, int | None]


def best(moment: Moment) -> int:
    return moment[0] if moment[1] is None else moment[1]


class Talk:
    """One campaign. Whatever asks it for its next step has it hand out the journal's new lines first."""

    def __init__(
        self,
        about: str,
        people: list[Any],
        journal: Journal | None = None,
        at: int = BEGIN,
        client: dict[str, str] | None = None,
        **config: object,
    ) -> None:
        self.about, self.people, self.client = about, people, client or {}
        self.now = at
        self.ahead = 0  # how far this machine's clock was set forward since then
        usual = {"workflow_template_id": 7, "name": NAME, "end_time": END, "seed": SEED}
        self.config: dict[str, Any] = usual | config
        self.token, self.credentials = TOKEN, CREDENTIALS
        self.offset: int | None = None
        self.steps: list[dict[str, Any]] = []
        self.journal = journal or Journal()
        self.before = self.kept(self.journal.text()) if journal else None
        self.head: dict[str, Any] | None = None
        self.suppress: dict[str, list[str]] = {"numbers": [], "case_ids": []}
        self._calls, self.batches, self._fed = 0, 0, 0
        self._lines: list[Any] = []
        # When the campaign began, and its workflows, by the clocks of the host and of the API.
        self.started: Moment = (at, None)
        self.latest = at  # the latest time so far, by the API's clock as far as it is known
        self.created: dict[int, Moment] = {}
        self.name: str = self.config["name"]
        self.ids: dict[int, str] = {}

    @staticmethod
    def kept(text: str, torn: str = "") -> dict[str, Any]:
        """What earlier runs left, of which a torn end is to be cut off."""
        return {"text": text + torn, "kept": len(text.encode()), "error": None}

    def _step(self, **what: object) -> None:
        times = {"at": self.now} | ({"monotonic": self.now - self.ahead} if self.ahead else {})
        self.steps.append(times | what)
        self.latest = max(self.latest, best(self.moment()))

    def _asked(self, **what: object) -> None:
        """A step that the campaign hands out, behind the lines that wait."""
        self.flush()
        self._step(**what)

    def flush(self) -> None:
        """The lines that wait are to be in the journal now."""
        if self._lines:
            self._step(journal=self._lines)
            self._lines = []

    def record(self, kind: str, **members: object) -> None:
        self._lines.append(self.journal.add(kind, **members))

    # ---- Calls

    def sends(self, path: str, body: object, token: bool = True) -> int:
        """It hands out a call, which sends this."""
        self._calls += 1
        self.flush()
        self.sends_again(self._calls - 1, path, body, token)
        return self._calls - 1

    def sends_again(self, call: int, path: str, body: object, token: bool = True) -> None:
        """A call that was handed out sends this."""
        expected = {"method": "POST", "path": path, "token": self.token if token else None, "body": body}
        self._step(call=call, send=expected)

    def answers(self, call: int, body: object, status: int = 200, **headers: str) -> None:
        """It gets an answer, which ends it."""
        self.hears(call, body, status, **headers)
        self.ends(call)

    def hears(self, call: int, body: object, status: int = 200, **headers: str) -> None:
        if self.offset is not None:
            headers["Date"] = format_datetime(datetime.fromtimestamp((self.now + self.offset) / 1000, UTC), usegmt=True)
        fields = [[name.replace("_", "-"), value] for name, value in headers.items()]
        text = body if isinstance(body, str) else compact(body)
        self._step(call=call, answer={"status": status, "headers": fields, "body": text})

    def gives(self, call: int, data: object, **headers: str) -> None:
        """It gets the API's success."""
        self.answers(call, {"data": data, "status": "OK", "code": 200}, **headers)

    def fails(self, call: int, how: str = "timeout") -> None:
        """It gets no answer, which ends it."""
        self._step(call=call, fail=how)
        self.ends(call)

    def ends(self, call: int) -> None:
        """The call is done, and goes back to the campaign."""
        self._step(call=call, ends=True)

    # ---- The usual way

    def has_token(self) -> None:
        call = self.sends(AUTH, self.credentials, token=False)
        self.answers(call, {"code": 200, "data": {"token": self.token}})

    def renews_token(self, token: str) -> int:
        """A call that it hands out asks for another token first."""
        call = self.sends(AUTH, self.credentials, token=False)
        self.token = token
        self.hears(call, {"code": 200, "data": {"token": token}})
        return call

    def moment(self) -> Moment:
        return self.now, None if self.offset is None else self.now + self.offset

    def begins(self, version: int = 2, **more: object) -> None:
        """Its first line; the salt is of the seed, the time and the name."""
        self.started = self.moment()
        self.journal.salt = Journal.salt_of(self.config["seed"], self.now, self.name)
        binding = self.journal.binding(self.started[1])
        whose = {"version": version, "workflow_template_id": 7, "name": self.name, "started_ms": self.now}
        self.record("campaign", **whose, binding=binding, **more)

    def reads(self, *counts: int, error: str | None = None) -> None:
        """It asks for contacts, and gets so many each time; 0: there are no more."""
        want = self.config.get("batch_size", 1000)
        for count in counts:
            asked = {"want": want, "feed": count}
            self._asked(contacts=asked | ({"error": error} if error else {}))
            self._fed += count

    def id(self, workflow: int) -> str:
        return self.ids.get(workflow, f"w-{workflow}")

    def screens(
        self, positions: list[int], numbers: list[int] | None = None, case_ids: list[str] | None = None
    ) -> None:
        """It asks who of these contacts must not be called."""
        callees = [self.people[number]["callee"] for number in numbers or []]
        self._asked(screen={"contacts": positions, "numbers": callees, "case_ids": case_ids or []})

    def creating(self, workflow: int = 0) -> int:
        """It creates a workflow."""
        name = self.name if workflow == 0 else f"{self.name} ({workflow + 1})"
        self.record("creating", workflow=workflow, name=name, end_time=self.config["end_time"])
        body = {"workflow_template_id": 7, "name": name, "end_time": self.config["end_time"]}
        return self.sends(f"{PATH}createinstance", body)

    def creates(self, workflow: int = 0) -> None:
        call = self.creating(workflow)
        self.gives(call, {"workflow_id": self.id(workflow)})
        host_ms, service_ms = self.created[workflow] = self.moment()
        told = ABSENT if service_ms is None else service_ms
        self.record("created", workflow=workflow, workflow_id=self.id(workflow), created_ms=host_ms, service_ms=told)

    def sent(self, positions: list[int], workflow: int = 0, journaled: list[int] | None = None) -> None:
        """The journal names a batch before it is sent; by other positions, where contacts are another partition's."""
        marks = self.journal.marks([self.people[position] for position in positions])
        known = ranges(positions if journaled is None else journaled)
        self.record("sent", batch=self.batches, workflow=workflow, contacts=known, marks=marks)
        self.batches += 1

    def sending(self, positions: list[int], workflow: int = 0) -> int:
        people = [self.people[position] for position in positions]
        return self.sends(f"{PATH}uploaddetails", {"workflow_id": self.id(workflow), "details": people})

    def uploading(self, positions: list[int], workflow: int = 0) -> int:
        """It sends a batch, and not before it is in the journal."""
        self.sent(positions, workflow)
        return self.sending(positions, workflow)

    def uploads(self, positions: list[int], workflow: int = 0) -> None:
        """It sends a batch, which is taken."""
        call = self.uploading(positions, workflow)
        self.gives(call, {"workflow_id": self.id(workflow)})
        self.outcome(self.batches - 1)

    def outcome(self, batch: int, state: str = "accepted", code: str | None = None) -> None:
        self.record("outcome", batch=batch, state=state, code=code, message="..." if code else None)

    def settled(self, accepted: list[int], unsent: list[int]) -> None:
        self.record("settled", accepted=ranges(accepted), unsent=ranges(unsent))

    def lost(self, positions: list[int], how: str = "timeout", workflow: int = 0) -> None:
        """It sends a batch, of which nobody knows what became of it."""
        self.fails(self.uploading(positions, workflow), how)
        self.outcome(self.batches - 1, "doubtful", "E7005")

    def window(self, workflow: int, part: int = 0) -> dict[str, str]:
        """A lookup is about the time since before its workflow was created, 30 days at once.

        It has a day of margin where the API told its time, else a week.
        """
        created, moment = self.created.get(workflow, self.started), self.moment()
        margin = DAY if created[1] is not None and moment[1] is not None else 7 * DAY
        since, now = best(created), best(moment)
        begin = min(since, now) - margin + part * 30 * DAY
        end = min(max(since, now, self.latest) + margin, begin + 30 * DAY)
        return {"start_time": zoned(begin), "end_time": zoned(end)}

    def lookup(self, position: int, workflow: int = 0, part: int = 0) -> tuple[str, dict[str, str]]:
        """Look a contact up, by its case id or else by its number."""
        person = self.people[position]
        who = {"case_id": person["caseid"]} if person.get("caseid") else {"callee": person["callee"]}
        return f"{PATH}detailinstances", who | self.window(workflow, part)

    def looking(self, position: int, workflow: int = 0, part: int = 0) -> int:
        return self.sends(*self.lookup(position, workflow, part))

    def looks_up(self, positions: list[int], found: bool, workflow: int = 0) -> None:
        """It looks contacts up, one by one."""
        for position in positions:
            rows = [{"workflow_id": self.id(workflow), "workflow_name": self.name}] if found else []
            self.gives(self.looking(position, workflow), {"rows": rows})

    def resends(self, positions: list[int], workflow: int = 0) -> None:
        """After the settle time nobody of them is found, so they are sent again, and taken."""
        self.waits("settling", SETTLE)
        self.looks_up(positions, found=False, workflow=workflow)
        self.settled([], positions)
        self.uploads(positions, workflow)

    # ---- Time and end

    def waits(self, phase: str, least: int, most: int | None = None) -> None:
        """It waits for so many milliseconds; the clock is then put to the latest time."""
        most = least if most is None else most
        self._asked(wait={"phase": phase, "from": self.now + least, "until": self.now + most})
        self.now += most

    def is_to_wait(self, phase: str, least: int) -> None:
        """It waits for so many milliseconds, and is asked again before."""
        self._asked(wait={"phase": phase, "from": self.now + least, "until": self.now + least})

    def clock_is_set(self, forward: int) -> None:
        self.now += forward
        self.ahead += forward

    def waits_for_calls(self, phase: str) -> None:
        """It can go on once a call is done."""
        self._asked(wait={"phase": phase, "from": None, "until": None})

    def stops(self) -> None:
        """The host has it start nothing more."""
        self._step(stop=True)

    def refuses(self, error: str) -> None:
        """Asked for its next step, it fails."""
        self._asked(refuses=error)

    def done(
        self,
        accepted: int,
        workflows: list[int] | None = None,
        rejected: list[dict[str, Any]] | None = None,
        doubtful: list[int] | None = None,
        error: str | None = None,
    ) -> dict[str, Any]:
        """It is over, with this report; `workflows` are the numbers of their contacts."""
        shown = [
            {"workflow_id": self.id(number), "name": self.name if number == 0 else f"{self.name} ({number + 1})"}
            | {"contacts": count}
            for number, count in enumerate(workflows or [])
        ]
        return self.reports(accepted, shown, rejected, doubtful, error)

    def reports(
        self,
        accepted: int,
        workflows: list[dict[str, Any]],
        rejected: list[dict[str, Any]] | None = None,
        doubtful: list[int] | None = None,
        error: str | None = None,
    ) -> dict[str, Any]:
        ids = [{"contact": one, "case_id": self.people[one].get("caseid")} for one in doubtful or []]
        report = {"accepted": accepted, "rejected": rejected or [], "doubtful": ids, "workflows": workflows}
        offset = self.offset if self.offset is not None and abs(self.offset) > HOUR else None
        self._asked(done=report | {"clock_offset_ms": offset, "error": error})
        return self.case()

    def case(self) -> dict[str, Any]:
        """The case as it is written. What the host has from earlier runs is its first step."""
        case = {"about": self.about, "client": self.client, "config": self.config, "contacts": self.people}
        return case | {"suppress": self.suppress, "head": self.head, "journal": self.before, "steps": self.steps}


def resumed(about: str, people: list[Any], journal: Journal, at: int = BEGIN + HOUR, **config: object) -> Talk:
    """A campaign that goes on with a journal, an hour later unless said otherwise."""
    talk = Talk(about, people, journal, at, **config)
    talk.batches = journal.text().count('"record":"sent"')
    for line in journal.lines:
        record = json.loads(line)
        if record["record"] == "campaign":
            talk.started = record["started_ms"], record.get("binding", {}).get("service_ms")
        if "created_ms" in record:
            talk.created[record["workflow"]] = record["created_ms"], record.get("service_ms")
    return talk


def rejected(number: int, case_id: str | None, code: str, pointer: str | None = None) -> dict[str, Any]:
    return {"contact": number, "case_id": case_id, "code": code, "pointer": pointer}


def begun(about: str, people: list[Any], **config: object) -> Talk:
    """A campaign that has read all contacts."""
    talk = Talk(about, people, **config)
    talk.has_token()
    talk.begins()
    talk.reads(*([len(people)] if people else []), 0)
    return talk


def created(about: str, people: list[Any], **config: object) -> Talk:
    """A campaign that has read all contacts, and has a workflow for them."""
    talk = begun(about, people, **config)
    talk.creates()
    return talk


def first_batch(about: str, people: list[Any], **config: object) -> Talk:
    """A campaign of batches of two that has read the first one, and has a workflow for it."""
    talk = Talk(about, people, batch_size=2, **config)
    talk.has_token()
    talk.begins()
    talk.reads(2)
    talk.creates()
    return talk
