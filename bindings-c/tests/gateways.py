"""Programs in C behind gateways that do what they should not."""

import json
import subprocess
import time
import urllib.request

import trustme
from conftest import Sandbox
from gateway.matrix import MATRIX, Gateways, control, number, run_all

KEY = "fake-key-16bytes"
CALLEE = "+620001234567"
CONTACT = {"callee": CALLEE, "platform": "TEMP1", "caseid": "marker", "variables": {"customer_name": "Ana"}}
WORKFLOW = {"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00"}
TASK = {
    "TaskName": "marker",
    "ScheduleStartTime": "2020-01-01 08:00:00",
    "ScheduleEndTime": "2099-01-01 20:00:00",
    "Details": [{"Mobile": CALLEE, "Platform": "TEMP1"}],
}
JOB = {
    "AIRUDDER_TEMPLATE_ID": "7",
    "AIRUDDER_PLATFORM": "TEMP1",
    "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
    "AIRUDDER_BATCH_SIZE": "2",
    "AIRUDDER_SETTLE_MS": "50",
}


class World:
    """The sandbox, gateways before it, and what it has before the tests: a contact, and a recording."""

    def __init__(self, folder, programs, *, is_secured):
        self._folder = folder
        self._programs = programs
        self._is_secured = is_secured
        self._sandbox = Sandbox("--encryption-key", KEY)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "authority.pem"))
        certificate = folder / "server.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        self._gateways = Gateways(self._sandbox.url, certificate)
        self._token = ""

    def run_all(self):
        self._token = self._ask("auth", {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"})["token"]
        self._workflow = self._ask("workflow/createinstance", WORKFLOW)["workflow_id"]
        self._ask("workflow/uploaddetails", {"workflow_id": self._workflow, "details": [CONTACT]})
        self._task = self._ask("task", TASK)["TaskID"]
        while self._sandbox.control("stats")["contacts"]["waiting"]:
            time.sleep(0.05)
        with self._request(f"case?TaskID={self._task}&Callee=%2B{CALLEE[1:]}") as response:
            self._recording = response.read()
        operations = [name for name in MATRIX["operations"] if name != "campaign" or "campaign" in self._programs]
        return run_all(operations, self._run, self._sandbox.control)

    def stop(self):
        self._gateways.stop()
        self._sandbox.stop()

    def _request(self, path, body=None):
        fields = {"Content-Type": "application/json", "Authorization": f"Token {self._token}"}
        data = body and json.dumps(body).encode()
        request = urllib.request.Request(f"{self._sandbox.url}/service/cloud/{path}", data, fields)
        return urllib.request.urlopen(request, timeout=60)

    def _ask(self, path, body):
        with self._request(path, body) as response:
            return json.load(response)["data"]

    def _run(self, cell):
        """Let the behavior strike, and note what the program says, how long it takes, and if the next call is right."""
        url = self._gateways.open()
        timeout = str(int(MATRIX["time_limit"] * 1000)) if cell.row.get("slow") else "30000"
        settings = {"AIRUDDER_BASE_URL": url, "AIRUDDER_TIMEOUT_MS": timeout}
        if self._is_secured:
            secured = url.replace("http:", "https:")
            settings |= {"AIRUDDER_BASE_URL": secured, "AIRUDDER_CA_FILE": str(self._folder / "authority.pem")}
        settings |= {"AIRUDDER_ENCRYPTION_KEY": KEY} if cell.row.get("sealed") else {}

        def arm():
            control(url, "arm", behavior=cell.behavior, path=MATRIX["operations"][cell.operation])
            time.sleep(0.05 if cell.behavior.startswith("idle-") else 0)

        act = self._campaign if cell.operation == "campaign" else self._call
        begin = time.monotonic()
        cell.said = act(cell, settings, arm)
        cell.seconds = cell.seconds or time.monotonic() - begin
        cell.struck = control(url, "stats")["struck"]

    def _call(self, cell, settings, arm):
        callee = CALLEE if cell.operation == "download" else number()
        program = self._programs["call"]
        command = [*program.command("sanitized"), cell.operation, self._workflow, *(cell.case_ids or ["-"]), callee]
        command += [self._task, settings["AIRUDDER_TIMEOUT_MS"]]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, env=program.environment(settings), **pipes) as process:
            ready = process.stdout.readline().strip()
            arm()
            out, errors = process.communicate("\n", timeout=120)
        if process.returncode or ready not in ("ready", "accepted"):
            return f"bare exit {process.returncode}, {ready}: {errors}"
        said, milliseconds, after = out.split("\n")[:3]
        cell.seconds = int(milliseconds) / 1000
        if said == self._recording.hex():
            said = "accepted"
        elif cell.operation == "download" and " " not in said:
            said = "altered"
        needs_next = cell.operation != "token" or said == "accepted"
        return f"{said}, and then: {after}" if needs_next and after != "accepted" else said

    def _campaign(self, cell, settings, arm):
        """Run a campaign, again where it stops before its end, as its user would."""
        contacts = self._folder / f"{cell.behavior}.csv"
        rows = [f"{case_id},{number()},ID,Ana,1,2" for case_id in cell.case_ids]
        head = "caseid,callee,country,customer_name,borrow_total_money,due_date"
        contacts.write_text("\n".join([head, *rows, ""]))
        program = self._programs["campaign"]
        command = [*program.command("sanitized"), contacts, self._folder / f"{cell.behavior}.jsonl"]
        environment = program.environment(JOB | settings | {"AIRUDDER_CAMPAIGN": cell.behavior})
        arm()
        for _ in range(3):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
            if done.stdout.startswith(f"accepted {len(rows)}, rejected 0, doubtful 0 of {len(rows)}"):
                return "accepted"
        return f"exit {done.returncode}: {done.stdout}{done.stderr}"
