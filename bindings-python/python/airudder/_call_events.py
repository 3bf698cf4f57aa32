"""What may be heard of a client's calls and campaigns. Nothing of it is secret or personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from airudder._report import Progress

EventName: TypeAlias = Literal["request", "response", "retry", "wait", "phase"]


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A request is about to be sent."""

    call_id: str
    """The library's own id of the call, of 16 hexadecimal digits: the same in logs, errors and traces."""
    operation: str
    """The operation, for instance `workflow.upload_details`; `auth.token` where the call needs a token first."""
    attempt: int
    """Which request of this operation it is in the call, from 1."""
    method: str
    """The HTTP method."""
    url: str
    """The URL without its query, which may name people."""


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """A request has ended, with or without a response."""

    call_id: str
    """See `RequestEvent`."""
    operation: str
    """See `RequestEvent`."""
    attempt: int
    """See `RequestEvent`."""
    status: int | None
    """The HTTP status; None without a response."""
    seconds: float
    """The time from sending to the end of the response."""
    error: str | None
    """The code of the error that it means, for instance `E7002`; None: the API has carried the request out."""
    api_code: int | None
    """The code in the API's envelope, where there is one."""
    request_id: str | None
    """The API's id of the request, where it gives one."""


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """A request is to be sent again."""

    call_id: str
    """See `RequestEvent`."""
    operation: str
    """See `RequestEvent`."""
    attempt: int
    """Which request of this operation comes next, from 2."""
    error: str | None
    """The code of the error that the last one ended with."""
    seconds: float
    """The wait before it; 0 where the token is renewed first."""


@dataclass(frozen=True, slots=True)
class WaitEvent:
    """A call waits for others."""

    call_id: str
    """See `RequestEvent`."""
    operation: str
    """See `RequestEvent`."""
    reason: Literal["token", "pace"]
    """`token`: another call fetches it. `pace`: the client's `requests_per_second`."""
    seconds: float
    """The wait until it looks again."""


@dataclass(frozen=True, slots=True)
class PhaseEvent:
    """A campaign does something else now."""

    campaign_id: str
    """The library's own id of this run of the campaign."""
    name: str
    """The campaign's name."""
    progress: Progress
    """Its progress; `progress.phase` is what it does."""


Event: TypeAlias = RequestEvent | ResponseEvent | RetryEvent | WaitEvent | PhaseEvent

NAMES: dict[type[Event], EventName] = {
    RequestEvent: "request",
    ResponseEvent: "response",
    RetryEvent: "retry",
    WaitEvent: "wait",
    PhaseEvent: "phase",
}


class Subscriber:
    """Takes what happens, in the thread or task in which it does. `error` is a code, or the class of an exception."""

    def call_began(self, call_id: str, operation: str) -> None:
        """A call begins."""

    def call_ended(self, call_id: str, error: str | None) -> None:
        """A call has ended."""

    def campaign_began(self, campaign_id: str, name: str) -> None:
        """A campaign begins."""

    def campaign_ended(self, campaign_id: str, error: str | None) -> None:
        """A campaign has ended."""

    def progress(self, campaign_id: str, progress: Progress) -> None:
        """A campaign may have come further."""

    def event(self, event: Event) -> None:
        """Something happened that listeners may hear of."""
