"""A campaign's transport, which hands no upload to the network for a worker that may have lost its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._native import operations
from airudder._transport import ConnectFailed

if TYPE_CHECKING:
    from airudder._journal_protocol import Journal
    from airudder._native import Request
    from airudder._transport import Response, Transport

UPLOAD = next(path for name, _, path in operations() if name == "workflow.upload_details")


class Guarded:
    """Asks the journal before each attempt of an upload.

    A worker that was paused would otherwise send what another one sends again. What is left is a pause between this
    question and the system's call, which nobody can exclude.
    """

    def __init__(self, transport: Transport, journal: Journal) -> None:
        self._transport = transport
        self._journal = journal

    def send(self, request: Request, /) -> Response:
        """Send it, unless it is an upload and the lease may have run out: then it counts as not sent."""
        if request.url.endswith(UPLOAD) and not self._journal.held():
            raise ConnectFailed("the lease of the journal may have run out, so nothing was sent")
        return self._transport.send(request)
