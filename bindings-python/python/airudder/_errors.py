"""The exceptions. Their numbers are the same in every language and never change their meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from airudder._native import error_codes

if TYPE_CHECKING:
    from airudder._report import Report

Outcome = Literal["not_sent", "rejected", "accepted", "unknown"]


class Fields(TypedDict, total=False):
    """The fields of an error of the native half."""

    text: str
    message: str
    remedy: str
    operation: str | None
    http_status: int | None
    api_code: int | None
    api_message: str | None
    request_id: str | None
    pointer: str | None
    retry_after_ms: int | None
    outcome: Outcome | None


class AirudderError(Exception):
    """The base of every exception of this library. Its fields and text never hold a secret or a signature.

    1xxx your input, 2xxx a response that cannot be read, 3xxx the API said no, 4xxx authentication, 5xxx webhooks,
    6xxx crypto, 7xxx transport, 9xxx a bug in this library.
    """

    number: int
    """The stable number, for instance 3001."""
    code: str
    """The number as it is written everywhere, for instance `E3001`."""
    message: str
    """The error, in a sentence."""
    remedy: str
    """The remedy."""
    operation: str | None
    """The operation, for instance `workflow.upload_details`."""
    http_status: int | None
    """The HTTP status, where there was a response."""
    api_code: int | None
    """The code in the API's envelope, which is separate from the HTTP status."""
    api_message: str | None
    """The message in the API's envelope."""
    request_id: str | None
    """The API's id of the request, for AI Rudder's support."""
    pointer: str | None
    """JSON pointer (RFC 6901) to the bad field, for instance `/details/17/callee`; empty: the whole."""
    retry_after: float | None
    """Seconds after which trying again makes sense; None: it would fail again, or must not be repeated."""
    outcome: Outcome | None
    """The effect of the request, as far as it is known; None where nothing was to be sent."""
    call_id: str | None
    """The library's own id of the call that this error ended: the same as in its log, events and traces. None where no
    call had begun, and where it ended a campaign, which has many."""
    report: Report | None
    """The report of a campaign that this error stopped."""

    def __init__(self, number: int, fields: Fields) -> None:
        super().__init__(fields.get("text", ""))
        self._fields = fields
        self.number = number
        self.code = f"E{number}"
        self.message = fields.get("message", "")
        self.remedy = fields.get("remedy", "")
        self.operation = fields.get("operation")
        self.http_status = fields.get("http_status")
        self.api_code = fields.get("api_code")
        self.api_message = fields.get("api_message")
        self.request_id = fields.get("request_id")
        self.pointer = fields.get("pointer")
        retry_after_ms = fields.get("retry_after_ms")
        self.retry_after = None if retry_after_ms is None else retry_after_ms / 1000
        self.outcome = fields.get("outcome")
        self.call_id = None
        self.report = None

    def __reduce__(self) -> tuple[object, ...]:
        return build, (self.number, self._fields), {"call_id": self.call_id, "report": self.report}


class ValidationError(AirudderError):
    """Your input was refused, or credentials are missing (E4004), before anything was sent (1xxx).

    `pointer` names the field. So was a campaign on a machine whose clock is off (E1022).
    """


class JournalConflict(AirudderError):
    """Somebody else runs the campaign of this journal, or wrote to it (E1018).

    Nothing was sent that is not in the journal.
    """


class CampaignStopped(AirudderError):
    """A campaign was stopped before its end, or its time was over (E1023). `report` says how far it came.

    Run it again with the same journal and the same contacts to go on.
    """


class ApiError(AirudderError):
    """The API said no (3xxx), or did not accept the credentials (4xxx)."""


class WebhookError(AirudderError):
    """A delivery cannot be trusted or read (5xxx)."""


class CryptoError(AirudderError):
    """A key, a cipher or a text does not fit (6xxx)."""


class TransportError(AirudderError):
    """There was no answer (7xxx)."""


class OutcomeUnknown(TransportError):
    """The request was sent, and nothing tells whether it was carried out (E7005).

    Sending it again might phone people twice, so the library does not. `message` names the operation that finds out.
    """


_BY_NUMBER: dict[int, type[AirudderError]] = {
    1018: JournalConflict,
    1023: CampaignStopped,
    4004: ValidationError,  # credentials that nobody gave: the API was not asked
    7005: OutcomeUnknown,
}
_BY_THOUSAND: dict[int, type[AirudderError]] = {
    1: ValidationError,
    3: ApiError,
    4: ApiError,
    5: WebhookError,
    6: CryptoError,
    7: TransportError,
}


def build(number: int, fields: Fields) -> AirudderError:
    """Make the exception of this number."""
    kind = _BY_NUMBER.get(number) or _BY_THOUSAND.get(number // 1000, AirudderError)
    return kind(number, fields)


def made(number: int, message: str, pointer: str | None = None) -> AirudderError:
    """Make an exception that arose in this half, as the native half would."""
    remedy = next(remedy for code, _, _, remedy in error_codes() if code == number)
    place = "" if pointer is None else f" at {pointer}"
    fields = Fields(text=f"E{number}{place}: {message}", message=message, remedy=remedy)
    if pointer is not None:
        fields["pointer"] = pointer
    return build(number, fields)


def invalid_setting(name: str, message: str) -> AirudderError:
    """Make the exception of a setting that this half found to be wrong."""
    return made(1001, message, f"/{name}")
