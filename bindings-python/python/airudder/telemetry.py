"""What a client does, seen from outside: the events of `Client.on`, and spans and metrics of OpenTelemetry.

The log is `logging.getLogger("airudder")`. At INFO it has a line for the end of each request (operation, attempt, HTTP
status, error, the API's code and request id, milliseconds), for retries and waits, and for the phases of campaigns; at
DEBUG also one before each request. Each record has its event as a mapping in its attribute `airudder`.

Nothing of all this is secret or personal: no header field, no body, no query, no number and no case id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._call_events import Event, PhaseEvent, RequestEvent, ResponseEvent, RetryEvent, WaitEvent

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from airudder._async_client import AsyncClient
    from airudder._client import Client

__all__ = [
    "Event",
    "PhaseEvent",
    "RequestEvent",
    "ResponseEvent",
    "RetryEvent",
    "WaitEvent",
    "instrument",
]


def instrument(
    client: Client | AsyncClient,
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
) -> None:
    """Have a client make spans and metrics of OpenTelemetry, which the extra `otel` installs.

    A campaign is a span, each of its calls and every other one is a span in it or in the span that is current, and each
    attempt to send a request is a span of kind client in that. The threads and tasks of a campaign keep the context.
    Nothing of it is sent to the API.

    Spans and the histogram `http.client.request.duration` (seconds) have the names and attributes of OpenTelemetry's
    conventions for HTTP clients; what they do not have is `airudder.operation`, `airudder.call_id`, `airudder.api_code`
    and `airudder.request_id`, the counters `airudder.client.calls` and `airudder.client.retries`, and
    `airudder.campaign.contacts`, which counts the contacts of campaigns by `airudder.contact.state`: `accepted`,
    `rejected` or `doubtful`; a campaign that is run again counts its contacts again.

    Args:
        client: The client. Its calls and campaigns that begin from now on are traced; once is enough.
        tracer_provider: None: the global one.
        meter_provider: None: the global one.

    Raises:
        ImportError: OpenTelemetry's API is not installed.
    """
    from airudder._otel import Telemetry

    client._watch.subscribers += (Telemetry(tracer_provider, meter_provider),)  # pyright: ignore[reportPrivateUsage]
