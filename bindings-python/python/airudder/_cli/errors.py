"""What a command ends with: its exit status, and what it says of an error, to people or as JSON."""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum
from typing import Any

from airudder._cli.output import as_json, say, tell
from airudder._cli.receiver import UNSIGNED
from airudder._errors import AirudderError, CampaignStopped


class Status(IntEnum):
    """The exit statuses."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_ALL = 3
    STOPPED = 4
    INTERRUPTED = 130


STATUSES = {
    Status.DONE: "done; of upload and check: every contact is accepted",
    Status.FAILED: "it failed",
    Status.USAGE: "wrong arguments, or the extra cli is not installed",
    Status.NOT_ALL: "upload or check came to its end, and not every contact is accepted",
    Status.STOPPED: "upload was stopped by --deadline or --stop-at; run it again to go on",
    Status.INTERRUPTED: "interrupted",
}

REMEDIES = {
    "E1006": "Write what is not a text as FIELD:=JSON, for instance Number:=10.",
    "E1009": "Set AIRUDDER_BASE_URL.",
    "E5001": UNSIGNED,
    "E4004": "Set AIRUDDER_APP_KEY and AIRUDDER_APP_SECRET, for chats AIRUDDER_SIGN_KEY and AIRUDDER_SIGN_SECRET.",
}
"""The remedies of errors for which the command line has another way than the library."""

_FIELDS = ("pointer", "operation", "http_status", "api_code", "api_message", "request_id", "retry_after", "outcome")


def failed(error: AirudderError | Exception, *, json: bool, status: Status = Status.FAILED) -> Status:
    """Say what went wrong, to people and, if they are wanted, to programs."""
    text, found = str(error), {"code": None, "message": str(error), "remedy": None}
    report = None
    if isinstance(error, AirudderError):
        remedy = REMEDIES.get(error.code, error.remedy)
        text = f"{error}\nWhat to do: {remedy}"
        found = {"code": error.code, "message": error.message, "remedy": remedy}
        found |= {name: getattr(error, name) for name in _FIELDS}
        report = error.report
        if isinstance(error, CampaignStopped):
            status = Status.STOPPED
    tell(text)
    if json:
        with suppress(OSError):  # the status tells it, too
            say_json({"error": found} | ({} if report is None else {"report": report.to_dict()}))
    return status


def say_json(result: dict[str, Any] | list[Any]) -> None:
    """Write one JSON document, in a line."""
    say(as_json(result))
