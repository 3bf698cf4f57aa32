"""A campaign's transport, which hands no upload to the network for a worker that may have lost its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airudder._native import operations
from airudder._transport import ConnectFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._journal_protocol import AsyncJournal, Journal
    from airudder._native import Request
    from airudder._transport import AsyncTransport, Response, Transport

UPLOAD = next(path for name, _, path in operations() if name == "workflow.upload_details")


class Guarded:
    """Asks the journal before each attempt of an upload.

    A worker that was paused would otherwise send what another one sends again. What is left is a pause between this
    question and the system's call, which nobody can exclude.
    """

    def __init__(self, transport: Transport, journal: Journal, stopped: Callable[[], bool]) -> None:
        self._transport = transport
        self._journal = journal
        self._stopped = stopped

    def send(self, request: Request, /) -> Response:
        """Send it, unless it is an upload and the lease may have run out: then it counts as not sent.

        Nor is one sent once the campaign was stopped, which may no longer wait for it.
        """
        if self._stopped() and request.url.endswith(UPLOAD):
            raise ConnectFailed("the campaign was stopped, so nothing was sent")
        _check(request, self._journal)
        return self._transport.send(request)


class AsyncGuarded:
    """The same for a transport of an `AsyncClient`."""

    def __init__(self, transport: AsyncTransport, journal: AsyncJournal) -> None:
        self._transport = transport
        self._journal = journal

    async def send(self, request: Request, /) -> Response:
        """Send it, unless it is an upload and the lease may have run out: then it counts as not sent."""
        _check(request, self._journal)
        return await self._transport.send(request)


def _check(request: Request, journal: Journal | AsyncJournal) -> None:
    if request.url.endswith(UPLOAD) and not journal.held():
        raise ConnectFailed("the lease of the journal may have run out, so nothing was sent")
