"""The typed operations: one class a family, one method an operation, in both kinds of client.

Arguments are the API's own field names. They are checked before anything is sent: a `ValidationError` names the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from typing_extensions import Unpack

    from airudder._types import (
        CallOptions,
        CreateInstanceParams,
        DetailInstanceRows,
        DetailInstancesParams,
        QueryTaskQianParams,
        ReadNodes,
        Token,
        TokenParams,
        UploadDetailsParams,
        WorkflowId,
    )

    Run: TypeAlias = Callable[[str, Mapping[str, Any], CallOptions | None], Any]


class _Family:
    def __init__(self, run: Run) -> None:
        self._run = run

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Auth(_Family):
    """The token."""

    def token(self, *, options: CallOptions | None = None, **params: Unpack[TokenParams]) -> Token:
        """Get a token. The client does this by itself; call it only to test credentials.

        A token lives 24 hours; asking again restarts them, and earlier tokens keep working [documented].
        May be repeated.
        """
        return cast("Token", self._run("auth.token", params, options))


class AsyncAuth(_Family):
    """The token."""

    async def token(self, *, options: CallOptions | None = None, **params: Unpack[TokenParams]) -> Token:
        """See `Auth.token`."""
        return cast("Token", await _awaitable(self._run("auth.token", params, options)))


class Workflow(_Family):
    """Workflows: the main job."""

    def create_instance(
        self, *, options: CallOptions | None = None, **params: Unpack[CreateInstanceParams]
    ) -> WorkflowId:
        """Create a workflow from a template. Without `details` it is empty and phones nobody [documented].

        Not repeated when its outcome is unknown: `OutcomeUnknown` is raised.
        """
        return cast("WorkflowId", self._run("workflow.create_instance", params, options))

    def upload_details(
        self, *, options: CallOptions | None = None, **params: Unpack[UploadDetailsParams]
    ) -> WorkflowId:
        """Add contacts to a workflow that is not finished or cancelled, at most 10 000 [documented].

        If its end time is near, late contacts may not run through all its steps [documented]. Sending a contact twice
        may phone it twice, so a request whose outcome is unknown is not repeated: `OutcomeUnknown` is raised, and
        `detail_instances` finds out.
        """
        return cast("WorkflowId", self._run("workflow.upload_details", params, options))

    def detail_instances(
        self, *, options: CallOptions | None = None, **params: Unpack[DetailInstancesParams]
    ) -> DetailInstanceRows:
        """Find the workflows in which a contact is, by `case_id`, `callee` or both. May be repeated [documented]."""
        return cast("DetailInstanceRows", self._run("workflow.detail_instances", params, options))


class AsyncWorkflow(_Family):
    """Workflows: the main job."""

    async def create_instance(
        self, *, options: CallOptions | None = None, **params: Unpack[CreateInstanceParams]
    ) -> WorkflowId:
        """See `Workflow.create_instance`."""
        return cast("WorkflowId", await _awaitable(self._run("workflow.create_instance", params, options)))

    async def upload_details(
        self, *, options: CallOptions | None = None, **params: Unpack[UploadDetailsParams]
    ) -> WorkflowId:
        """See `Workflow.upload_details`."""
        return cast("WorkflowId", await _awaitable(self._run("workflow.upload_details", params, options)))

    async def detail_instances(
        self, *, options: CallOptions | None = None, **params: Unpack[DetailInstancesParams]
    ) -> DetailInstanceRows:
        """See `Workflow.detail_instances`."""
        return cast("DetailInstanceRows", await _awaitable(self._run("workflow.detail_instances", params, options)))


class Process(_Family):
    """Process instances. The host of this service is not public: give `base_url` to the client or in `options`."""

    def query_task_qian(
        self, *, options: CallOptions | None = None, **params: Unpack[QueryTaskQianParams]
    ) -> ReadNodes:
        """Which nodes of a process instance have been read. May be repeated [documented].

        Its header fields `tenantId` and `token` go into `options["headers"]`.
        """
        return cast("ReadNodes", self._run("process.query_task_qian", params, options))


class AsyncProcess(_Family):
    """Process instances. The host of this service is not public: give `base_url` to the client or in `options`."""

    async def query_task_qian(
        self, *, options: CallOptions | None = None, **params: Unpack[QueryTaskQianParams]
    ) -> ReadNodes:
        """See `Process.query_task_qian`."""
        return cast("ReadNodes", await _awaitable(self._run("process.query_task_qian", params, options)))


def _awaitable(result: Any) -> Awaitable[Any]:  # noqa: ANN401 - what an asynchronous client's `run` returns
    return cast("Awaitable[Any]", result)
