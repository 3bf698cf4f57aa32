"""Tells whether the push of a custom API node is genuine, asked in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airudder._generated.operations import AsyncWorkflow, Workflow
from airudder._native import from_json, verify_push_params

if TYPE_CHECKING:
    from airudder._event import Event
    from airudder._generated.types import VerifyApiNodePushParams
    from airudder._options import CallOptions


class PushedWorkflow(Workflow):
    """Workflows and their contacts."""

    def verify_push(self, event: Event, *, options: CallOptions | None = None) -> Any:  # noqa: ANN401 - not documented
        """Ask whether an event `workflow.api_node.push` is genuine: see `verify_api_node_push`.

        No signature is documented for such an event. What the operation calls `callee` is assumed to be the event's
        `callee_number`.

        Raises:
            ValidationError: The event is no such push (E1008), or lacks what the operation needs (E1005).
        """
        try:
            return self.verify_api_node_push(**_asked(event), options=options)
        finally:
            del options


class AsyncPushedWorkflow(AsyncWorkflow):
    """Workflows and their contacts."""

    async def verify_push(self, event: Event, *, options: CallOptions | None = None) -> Any:  # noqa: ANN401
        """See `PushedWorkflow.verify_push`."""
        try:
            return await self.verify_api_node_push(**_asked(event), options=options)
        finally:
            del options


def _asked(event: Event) -> VerifyApiNodePushParams:
    return cast("VerifyApiNodePushParams", from_json(verify_push_params(event.raw, event.type)))
