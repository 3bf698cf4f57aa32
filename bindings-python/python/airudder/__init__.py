"""An unofficial SDK for AI Rudder: contacts into workflows, results back, encryption and webhooks.

>>> from airudder import Client
>>> client = Client(app_key="...", app_secret="...")
>>> workflow = client.workflow.create_instance(
...     workflow_template_id=7, name="july", end_time="2099-12-01 18:00:00+08:00"
... )
>>> client.workflow.upload_details(workflow_id=workflow["workflow_id"], details=[...])

What goes in and comes out has the API's own field names. Every error is an `AirudderError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from airudder import _once as _once  # before the others: it may put them in their places
from airudder._native import VERSION as __version__  # noqa: N811 - so Python calls it

if TYPE_CHECKING:
    from airudder import crypto
    from airudder._async_campaign import AsyncRunningCampaign
    from airudder._async_client import AsyncClient
    from airudder._catalog import Catalog, CatalogEvent, CatalogOperation
    from airudder._client import Client
    from airudder._errors import (
        AirudderError,
        ApiError,
        CampaignStopped,
        CryptoError,
        JournalConflict,
        OutcomeUnknown,
        TransportError,
        ValidationError,
        WebhookError,
    )
    from airudder._event import Event
    from airudder._generated.types import Detail
    from airudder._http import AsyncHttpTransport, HttpTransport
    from airudder._native import Request, partition_of
    from airudder._options import CallOptions, File
    from airudder._report import DoubtfulContact, Progress, Rejected, Report, Workflow
    from airudder._running import RunningCampaign
    from airudder._transport import (
        AsyncTransport,
        ConnectFailed,
        Reset,
        Response,
        Timeout,
        Transport,
        TransportFailure,
    )
    from airudder._webhooks import ACK_BODY, ACK_STATUS, WeakSchemeWarning, Webhooks

__all__ = [
    "ACK_BODY",
    "ACK_STATUS",
    "AirudderError",
    "ApiError",
    "AsyncClient",
    "AsyncHttpTransport",
    "AsyncRunningCampaign",
    "AsyncTransport",
    "CallOptions",
    "CampaignStopped",
    "Catalog",
    "CatalogEvent",
    "CatalogOperation",
    "Client",
    "ConnectFailed",
    "CryptoError",
    "Detail",
    "DoubtfulContact",
    "Event",
    "File",
    "HttpTransport",
    "JournalConflict",
    "OutcomeUnknown",
    "Progress",
    "Rejected",
    "Report",
    "Request",
    "Reset",
    "Response",
    "RunningCampaign",
    "Timeout",
    "Transport",
    "TransportError",
    "TransportFailure",
    "ValidationError",
    "WeakSchemeWarning",
    "WebhookError",
    "Webhooks",
    "Workflow",
    "__version__",
    "crypto",
    "partition_of",
]

_HOMES = {
    "_async_campaign": ["AsyncRunningCampaign"],
    "_async_client": ["AsyncClient"],
    "_catalog": ["Catalog", "CatalogEvent", "CatalogOperation"],
    "_client": ["Client"],
    "_errors": [
        "AirudderError",
        "ApiError",
        "CampaignStopped",
        "CryptoError",
        "JournalConflict",
        "OutcomeUnknown",
        "TransportError",
        "ValidationError",
        "WebhookError",
    ],
    "_event": ["Event"],
    "_generated.types": ["Detail"],
    "_http": ["AsyncHttpTransport", "HttpTransport"],
    "_native": ["Request", "partition_of"],
    "_options": ["CallOptions", "File"],
    "_report": ["DoubtfulContact", "Progress", "Rejected", "Report", "Workflow"],
    "_running": ["RunningCampaign"],
    "_transport": [
        "AsyncTransport",
        "ConnectFailed",
        "Reset",
        "Response",
        "Timeout",
        "Transport",
        "TransportFailure",
    ],
    "_webhooks": ["ACK_BODY", "ACK_STATUS", "WeakSchemeWarning", "Webhooks"],
}
"""The module of each name, which is imported when the name is first used: a program that needs few starts faster."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import what is used for the first time."""
    if home := _HOME_OF.get(name):
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
    elif name == "crypto":
        value = import_module(f"{__name__}.crypto")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List what can be used, whether it has been or not."""
    return sorted({*globals(), *__all__})
