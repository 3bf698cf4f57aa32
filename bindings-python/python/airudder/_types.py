"""Types of what goes in and comes out, with the API's own field names. At run time they are plain dicts.

[documented] is read in AI Rudder's documentation, [observed] in a public client, [assumed] a reading of this library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import NotRequired, Required

Auth: TypeAlias = Literal["token", "sign", "headers", "none"]
"""How a request proves who sends it: token, `X-AIRudder-Sign`, header fields of your own, or not at all."""

WorkflowStatus: TypeAlias = Literal["cancelled", "finished"] | str
"""A workflow's status, as far as it has been seen. Any other text may come."""


@dataclass(frozen=True, repr=False)
class File:
    """A file that came in place of a JSON result, such as a recording."""

    content_type: str
    """What it is, for instance `audio/wav`."""
    content: bytes
    """Its bytes."""

    def __repr__(self) -> str:
        return f"<File {self.content_type}, {len(self.content)} bytes>"


class CallOptions(TypedDict, total=False):
    """Settings of one call; what is absent comes from the client."""

    timeout: float | None
    """How long one request may take, in seconds."""
    deadline: float | None
    """How long the whole call may take, with waits and retries, in seconds."""
    max_retries: int | None
    """How often a request is sent again at most, where that is harmless."""
    strict: bool | None
    """False: parameters are not checked, for fields newer than this library."""
    base_url: str | None
    """Another host, for instance `https://api.airudder.com`."""
    headers: dict[str, str] | None
    """Further header fields; they replace the library's own of the same name."""


class Detail(TypedDict, total=False):
    """One contact."""

    callee: Required[str]
    """The phone number: `+`, country code, digits, for instance `+6212345678` [documented]."""
    platform: Required[str]
    """The platform's name, 1 to 40 characters, from the list that AI Rudder gives [documented]."""
    caseid: NotRequired[str]
    """Your own id of this contact; elsewhere it is called `case_id` [documented]."""
    variables: Required[dict[str, str]]
    """Variables of robot, SMS, WhatsApp and flow: texts under any key [documented]."""
    pds_variables: NotRequired[dict[str, Any]]
    """Variables of the predictive dialer [documented]."""


class CreateInstanceParams(TypedDict, total=False):
    """Parameters of `workflow.create_instance`."""

    workflow_template_id: Required[int]
    """The template's id [documented]."""
    workflow_template_name: NotRequired[str]
    """The template's name [documented]."""
    name: Required[str]
    """The new workflow's name [documented]."""
    workflow_name: NotRequired[str]
    """[documented], without saying how it differs from `name`."""
    auto_finish: NotRequired[int]
    """2 where it is left out [documented]; what the values mean is unknown."""
    end_time: Required[str]
    """When the workflow ends [documented], as `2026-12-01 18:00:00+08:00` [form observed]."""
    details: NotRequired[list[Detail]]
    """The first contacts, at most 10 000 [observed]."""


class UploadDetailsParams(TypedDict, total=False):
    """Parameters of `workflow.upload_details`."""

    workflow_id: Required[str]
    """From `workflow.create_instance` [documented]."""
    details: Required[list[Detail]]
    """At most 10 000 per workflow [documented]; that this is the workflow's total is [observed]."""


class DetailInstancesParams(TypedDict, total=False):
    """Parameters of `workflow.detail_instances`. Give `case_id` or `callee`, or both [assumed]."""

    case_id: NotRequired[str]
    """The contact's id [documented]."""
    callee: NotRequired[str]
    """The contact's phone number [documented]."""
    start_time: Required[str]
    """From when on, with zone: `2023-09-01 00:00:00+08:00` [documented]."""
    end_time: Required[str]
    """Until when, with zone [documented]."""


class WorkflowId(TypedDict, total=False):
    """The workflow that was created, or that took the contacts."""

    workflow_id: Required[str]
    """The workflow's id [documented]."""


class DetailInstance(TypedDict, total=False):
    """A workflow that a contact is in. Any field may be missing."""

    workflow_id: str
    """The workflow's id."""
    workflow_name: str
    """The workflow's name."""
    create_time: str
    """When it was created, in UTC: `2023-09-11T06:19:27Z` [documented]."""
    status: WorkflowStatus
    """What became of it."""


class DetailInstanceRows(TypedDict, total=False):
    """The workflows that a contact is in."""

    rows: Required[list[DetailInstance]]
    """One row a workflow."""


class ProcessHeader(TypedDict):
    """Version and trace id of a process request."""

    payloadVersion: int
    """The payload's version [documented]; the example has 0."""
    traceId: str
    """An id that comes back in the response [documented]."""


class ProcessPayload(TypedDict):
    """The process instance and the task asked for."""

    procInstId: str
    """The process instance's id [documented]."""
    taskKey: str
    """The task's key [documented]."""


class QueryTaskQianParams(TypedDict):
    """Parameters of `process.query_task_qian`."""

    header: ProcessHeader
    """Version and trace id."""
    payload: ProcessPayload
    """What is asked for."""


class ReadNodes(TypedDict, total=False):
    """The nodes that have been read and those that have not."""

    read: list[str]
    """Nodes that have been read [documented]."""
    unRead: list[str]
    """Nodes that have not been read [documented]."""


class TokenParams(TypedDict):
    """Parameters of `auth.token`."""

    APPKey: str
    """The app key [documented]."""
    APPSecret: str
    """The app secret [documented]."""


class Token(TypedDict, total=False):
    """A token. It lives 24 hours; asking again restarts them, and earlier tokens keep working [documented]."""

    token: Required[str]
    """The token, a secret."""
