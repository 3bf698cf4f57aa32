"""Clients of either kind behind gateways that do what they should not."""

import tempfile
import time
from pathlib import Path

import httpx
import httpx2
from conftest import CAMPAIGN, KEY, Sandbox
from gateway.matrix import MATRIX, Gateways, control, number, run_all
from servers import APP, CONTACT, Authority, Face

from airudder import AirudderError, AsyncHttpTransport, Client, HttpTransport

MARKER = {
    "case_id": "marker",
    "start_time": "2020-01-01 00:00:00+08:00",
    "end_time": "2099-12-01 00:00:00+08:00",
}
TASK = {
    "TaskName": "marker",
    "ScheduleStartTime": "2020-01-01 08:00:00",
    "ScheduleEndTime": "2099-01-01 20:00:00",
    "Details": [{"Mobile": CONTACT["callee"], "Platform": "TEMP1"}],
}
SETTLE = 0.05
TRANSPORTS = {
    "sync": ("sync", lambda _: HttpTransport(trust_env=False)),
    "async": ("async", lambda _: AsyncHttpTransport(trust_env=False)),
    "sync, TLS": ("sync", lambda authority: HttpTransport(trust_env=False, ca_file=authority.file)),
    "async, TLS": ("async", lambda authority: AsyncHttpTransport(trust_env=False, ca_file=authority.file)),
    "httpx": ("sync", lambda _: httpx.Client(trust_env=False)),
    "httpx, TLS": ("sync", lambda authority: httpx.Client(trust_env=False, verify=authority.client)),
    "httpx2, async": ("async", lambda _: httpx2.AsyncClient(trust_env=False)),
}
"""What sends: its kind, and what makes it."""
IDLE = 0.2
"""The seconds within which something surely happened to an idle connection, on a busy machine, too."""


class World:
    """The sandbox, gateways before it, and what it has before the tests: a contact, and a recording."""

    def __init__(self, kind):
        self._kind = kind
        self.host = "httpx" if "httpx" in kind else ""
        self._folder = tempfile.TemporaryDirectory(prefix="airudder-gateways-")
        self._sandbox = Sandbox("--encryption-key", KEY)
        self._authority = Authority(Path(self._folder.name))
        self._gateways = Gateways(self._sandbox.url, self._authority.certificate)

    def run_all(self):
        with Client(base_url=self._sandbox.url, **APP) as client:
            self._workflow = client.workflow.create_instance(**CAMPAIGN)["workflow_id"]
            client.workflow.upload_details(workflow_id=self._workflow, details=[CONTACT | {"caseid": "marker"}])
            self._call = {"TaskID": client.tasks.create(**TASK)["TaskID"], "Callee": CONTACT["callee"]}
            while self._sandbox.stats()["contacts"]["waiting"]:
                time.sleep(SETTLE)
            self._recording = client.tasks.recording(**self._call).content
        return run_all(MATRIX["operations"], self._run, self._sandbox.control, self.host)

    def stop(self):
        self._gateways.stop()
        self._sandbox.stop()
        self._folder.cleanup()

    def _run(self, cell):
        """Let the behavior strike, and note what the client says, how long it takes, and if the next call is right."""
        url = self._gateways.open()
        settings = {"timeout": MATRIX["time_limit"] if cell.row.get("slow") else 30.0}
        settings |= {"encryption_key": KEY} if cell.row.get("sealed") else {}
        kind, make = TRANSPORTS[self._kind]
        secured = url.replace("http:", "https:") if "TLS" in self._kind else url
        face = Face(kind, secured, make(self._authority), settings)
        try:
            if cell.operation != "token":
                self._read(cell, face, timeout=30.0)
            control(url, "arm", behavior=cell.behavior, path=MATRIX["operations"][cell.operation])
            time.sleep(IDLE if cell.behavior.startswith("idle-") else 0)  # no event loop sees what happens meanwhile
            begin = time.monotonic()
            cell.said = saying(lambda: getattr(self, f"_{cell.operation}")(cell, face))
            cell.seconds = time.monotonic() - begin
            cell.struck = control(url, "stats")["struck"]
            if cell.operation != "token" or cell.said == "accepted":
                after = saying(lambda: self._read(cell, face))
                cell.said += "" if after == "accepted" else f", and then: {after}"
        finally:
            face.close()

    def _read(self, cell, face, **options):
        rows = face.call("workflow.detail_instances", MARKER, **options).get("rows")
        is_right = [row["workflow_id"] for row in rows or []] == [self._workflow]
        return "accepted" if is_right else "altered"

    _token = _read

    def _read_once(self, cell, face):
        return self._read(cell, face, max_retries=0)

    def _upload(self, cell, face):
        details = [CONTACT | {"caseid": case_id, "callee": number()} for case_id in cell.case_ids]
        result = face.call("workflow.upload_details", {"workflow_id": self._workflow, "details": details})
        return "accepted" if result.get("workflow_id") == self._workflow else "altered"

    def _campaign(self, cell, face):
        """Run a campaign, again where it stops before its end, as its user would."""
        contacts = [CONTACT | {"caseid": case_id, "callee": number()} for case_id in cell.case_ids]
        settings = CAMPAIGN | {"name": cell.behavior, "batch_size": 2, "settle": SETTLE, "contacts": contacts}
        for _ in range(3):
            try:
                report = face.campaign(journal=f"{self._folder.name}/{cell.behavior}", **settings)
            except AirudderError as error:
                report = error.report
                if report is None:
                    raise
            if report.accepted == len(contacts):
                return "accepted"
        return f"{report.accepted} accepted, {report.rejected} rejected, {report.doubtful} doubtful"

    def _download(self, cell, face):
        file = face.call("tasks.recording", self._call)
        return "accepted" if getattr(file, "content", None) == self._recording else "altered"


def saying(operation):
    """What a client says of an operation: an outcome, and the error's number."""
    try:
        return operation()
    except AirudderError as error:
        outcomes = {"not_sent": "not sent", "rejected": "refused", None: "no outcome"}
        return f"{outcomes.get(error.outcome, error.outcome)} {error.code}"
    except Exception as error:  # noqa: BLE001 - no error of the library
        return f"bare {type(error).__name__}: {error}"
