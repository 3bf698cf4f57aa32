"""An unofficial SDK for AI Rudder: contacts into workflows, results back, encryption and webhooks.

>>> from airudder import Client
>>> client = Client(app_key="...", app_secret="...")
>>> workflow = client.workflow.create_instance(
...     workflow_template_id=7, name="july", end_time="2099-12-01 18:00:00+08:00"
... )
>>> client.workflow.upload_details(workflow_id=workflow["workflow_id"], details=[...])

What goes in and comes out has the API's own field names. Every error is an `AirudderError`.
"""

from airudder import _once as _once  # before the others: it may put them in their places
from airudder import crypto
from airudder._async_client import AsyncClient
from airudder._client import Client
from airudder._errors import (
    AirudderError,
    ApiError,
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
from airudder._native import VERSION as __version__  # noqa: N811 - so Python calls it
from airudder._native import Request
from airudder._options import CallOptions, File
from airudder._report import DoubtfulContact, Progress, Rejected, Report, Workflow
from airudder._transport import (
    AsyncTransport,
    ConnectFailed,
    Reset,
    Response,
    Timeout,
    Transport,
    TransportFailure,
)
from airudder._webhooks import ACK_BODY, ACK_STATUS, Webhooks

__all__ = [
    "ACK_BODY",
    "ACK_STATUS",
    "AirudderError",
    "ApiError",
    "AsyncClient",
    "AsyncHttpTransport",
    "AsyncTransport",
    "CallOptions",
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
    "Timeout",
    "Transport",
    "TransportError",
    "TransportFailure",
    "ValidationError",
    "WebhookError",
    "Webhooks",
    "Workflow",
    "__version__",
    "crypto",
]
