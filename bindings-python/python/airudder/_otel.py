"""Spans and metrics of OpenTelemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from opentelemetry import context, metrics, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from airudder._call_events import PhaseEvent, RequestEvent, ResponseEvent, RetryEvent, Subscriber
from airudder._native import VERSION
from airudder._proxies import PORTS

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

    from airudder._call_events import Event
    from airudder._report import Progress

    Attributes: TypeAlias = dict[str, AttributeValue]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The boundaries that the conventions want for the duration of requests."""


class _Open(NamedTuple):
    """A span that is current in its thread or task."""

    span: Span
    token: Token[Context]
    attributes: Attributes


class Telemetry(Subscriber):
    """Makes them. A span is current in the thread or task in which it began, and what that starts."""

    def __init__(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> None:
        self._tracer = trace.get_tracer("airudder", VERSION, tracer_provider)
        meter = metrics.get_meter("airudder", VERSION, meter_provider)
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._calls = meter.create_counter("airudder.client.calls", "{call}", "Calls that have ended.")
        self._retries = meter.create_counter("airudder.client.retries", "{request}", "Requests that were sent again.")
        self._contacts = meter.create_up_down_counter(
            "airudder.campaign.contacts", "{contact}", "Contacts of campaigns by what is known of them."
        )
        self._open: dict[str, list[_Open]] = {}
        self._counted: dict[str, tuple[str, dict[str, int]]] = {}

    def call_began(self, call_id: str, operation: str) -> None:
        """Begin the span of a call."""
        self._begin(call_id, operation, SpanKind.INTERNAL, _of_call(call_id, operation))

    def call_ended(self, call_id: str, error: str | None) -> None:
        """End it, and count it."""
        attributes = {"airudder.operation": self._open[call_id][0].attributes["airudder.operation"]}
        self._calls.add(1, attributes if error is None else {**attributes, "error.type": error})
        self._end(call_id, error)

    def campaign_began(self, campaign_id: str, name: str) -> None:
        """Begin the span of a campaign."""
        attributes: Attributes = {"airudder.campaign.run_id": campaign_id, "airudder.campaign.name": name}
        self._begin(campaign_id, "airudder.campaign", SpanKind.INTERNAL, attributes)
        self._counted[campaign_id] = (name, {})

    def campaign_ended(self, campaign_id: str, error: str | None) -> None:
        """End it."""
        del self._counted[campaign_id]
        self._end(campaign_id, error)

    def progress(self, campaign_id: str, progress: Progress) -> None:
        """Count the contacts of a campaign."""
        name, counted = self._counted[campaign_id]
        for state in ("accepted", "rejected", "doubtful"):
            now = getattr(progress, state)
            if more := now - counted.get(state, 0):
                self._contacts.add(more, {"airudder.campaign.name": name, "airudder.contact.state": state})
            counted[state] = now

    def event(self, event: Event) -> None:
        """Begin and end the spans of attempts, and note the rest in the spans of calls and campaigns."""
        if isinstance(event, RequestEvent):
            self._request(event)
        elif isinstance(event, ResponseEvent):
            self._response(event)
        elif isinstance(event, RetryEvent):
            self._retries.add(1, {"airudder.operation": event.operation, "error.type": str(event.error)})
        elif isinstance(event, PhaseEvent):
            now = event.progress
            self._open[event.campaign_id][-1].span.add_event(
                now.phase,
                {name: getattr(now, name) for name in ("contacts", "accepted", "rejected", "doubtful")},
            )

    def _request(self, event: RequestEvent) -> None:
        url = urlsplit(event.url)
        attributes: Attributes = {
            "http.request.method": event.method,
            "server.address": url.hostname or "",
            "server.port": url.port or PORTS[url.scheme],
        }
        more: Attributes = {"url.full": event.url, **_of_call(event.call_id, event.operation)}
        if event.attempt > 1:
            more["http.request.resend_count"] = event.attempt - 1
        self._begin(event.call_id, event.method, SpanKind.CLIENT, attributes, more)

    def _response(self, event: ResponseEvent) -> None:
        opened = self._open[event.call_id][-1]
        if event.status is not None:
            opened.attributes["http.response.status_code"] = event.status
            opened.span.set_attribute("http.response.status_code", event.status)
        if event.error is not None:
            opened.attributes["error.type"] = event.error
        if event.api_code is not None:
            opened.span.set_attribute("airudder.api_code", event.api_code)
        if event.request_id is not None:
            opened.span.set_attribute("airudder.request_id", event.request_id)
        # The span that is measured is current, for exemplars.
        self._duration.record(event.seconds, opened.attributes)
        self._end(event.call_id, event.error)

    def _begin(
        self,
        of: str,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        more: Attributes | None = None,
    ) -> None:
        span = self._tracer.start_span(name, kind=kind, attributes={**attributes, **(more or {})})
        token = context.attach(trace.set_span_in_context(span))
        self._open.setdefault(of, []).append(_Open(span, token, attributes))

    def _end(self, of: str, error: str | None) -> None:
        opened = self._open[of].pop()
        if not self._open[of]:
            del self._open[of]
        context.detach(opened.token)
        if error is not None:
            opened.span.set_attribute("error.type", error)
            opened.span.set_status(Status(StatusCode.ERROR))
        opened.span.end()


def _of_call(call_id: str, operation: str) -> Attributes:
    return {"airudder.call_id": call_id, "airudder.operation": operation}
