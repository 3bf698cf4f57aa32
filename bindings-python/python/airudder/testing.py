"""Tests without a server: a transport that answers what a script says, in the envelopes of the API.

>>> from airudder import Client
>>> from airudder.testing import ScriptedTransport
>>> transport = ScriptedTransport()
>>> transport.answers("workflow.create_instance", {"workflow_id": "w-1"})
>>> transport.fails("workflow.upload_details", code=403, message="no such workflow")
>>> client = Client(app_key="fake", app_secret="fake", transport=transport)

What is scripted for an operation is answered in that order, and the last of it from then on. A token is given without a
script. Whether the API would take a request is not known here: the package `airudder-sandbox` has a server for that.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from airudder import _native, crypto
from airudder._errors import AirudderError
from airudder._transport import ConnectFailed, Reset, Response, Timeout, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._native import Request

    Data: TypeAlias = object | Callable[[Any], object]

__all__ = ["AsyncScriptedTransport", "ScriptedRequest", "ScriptedTransport"]

FAILURES: dict[str, type[TransportFailure]] = {"connect_failed": ConnectFailed, "timeout": Timeout, "reset": Reset}
# As in `core/src/mask.rs`: the values of all others are hidden.
HARMLESS = {"accept", "content-type", "is-encrypted", "signed", "tenantid", "user-agent"}
TOKEN = "auth.token"  # noqa: S105 - the name of an operation


@dataclass(frozen=True)
class ScriptedRequest:
    """A request that a scripted transport got."""

    operation: str
    """The operation, for instance `workflow.upload_details`; `POST /path` where the library types none."""
    params: Any
    """The body, decrypted, or the parameters of the query, as texts."""
    headers: dict[str, str]
    """The header fields; `***` in place of what may be secret."""

    def __repr__(self) -> str:
        return f"<ScriptedRequest {self.operation}>"


@dataclass(frozen=True)
class _Answer:
    """One step of a script: data, or a failure."""

    data: Data = None
    code: int | None = None
    status: int = 200
    message: str = ""
    retry_after: str | None = None
    is_gateways: bool = False
    failure: type[TransportFailure] | None = None


class _Script:
    """The answers, and the requests so far; usable from many threads."""

    def __init__(self, *, encryption_key: str | None = None) -> None:
        self.requests: list[ScriptedRequest] = []
        """The requests so far, but those for a token."""
        self._key = encryption_key
        self._lock = threading.Lock()
        self._answers: dict[str, deque[_Answer]] = {}
        self._last: dict[str, _Answer] = {}

    def answers(self, operation: str, data: Data = None) -> None:
        """Script a result.

        Args:
            operation: The operation, for instance `workflow.create_instance`; `POST /path` for one that the library
                does not type.
            data: What the result holds, as JSON has it; `bytes` for a file; a function that gives either, by the
                parameters of the request.
        """
        self._add(operation, _Answer(data))

    def fails(
        self,
        operation: str,
        *,
        code: int | None = None,
        status: int | None = None,
        message: str = "scripted",
        retry_after: str | None = None,
        failure: str | None = None,
    ) -> None:
        """Script a failure.

        Args:
            operation: The operation, as in `answers`.
            code: The code in the API's envelope: the API itself refuses, with HTTP 200 if there is no `status`.
            status: The HTTP status. Without `code` there is no envelope: a gateway in front of the API answers.
            message: The message in the envelope.
            retry_after: The header field `Retry-After`.
            failure: Nothing is answered: `connect_failed`, `timeout` or `reset`. It comes at once.
        """
        if (failure is None) == (code is None and status is None):
            raise ValueError("fails: give either failure, or code, status or both")
        if failure is not None and failure not in FAILURES:
            raise ValueError(f"failure is one of {', '.join(FAILURES)}, and not {failure!r}")
        answer = _Answer(
            code=code,
            status=200 if status is None else status,
            message=message,
            retry_after=retry_after,
            is_gateways=code is None,
            failure=None if failure is None else FAILURES[failure],
        )
        self._add(operation, answer)

    def _add(self, operation: str, answer: _Answer) -> None:
        known = [name for name, _, _ in _native.operations()]
        if operation not in known and " /" not in operation:
            raise ValueError(f"{operation!r} is neither one of {', '.join(known)}, nor a method and a path")
        with self._lock:
            self._answers.setdefault(operation, deque()).append(answer)

    def _respond(self, request: Request) -> Response:
        """Note a request, and answer it."""
        url = urlsplit(request.url)
        operation, path = _identify(request.method, url.path)
        headers = {name.lower(): value for name, value in request.headers}
        is_encrypted = headers.get("is-encrypted") == "1"
        sent = url.query.encode() if request.method == "GET" else request.body
        try:
            params = _read(request.method, self._opened(sent) if is_encrypted else sent)
        except (AirudderError, ValueError) as error:
            return _envelope(path, _Answer(code=400, status=400, message=f"{operation} cannot be read: {error}"))
        answer = self._next(operation)
        if operation != TOKEN:
            shown = {name: _masked(name, value) for name, value in request.headers}
            self.requests.append(ScriptedRequest(operation, params, shown))
        if answer.failure:
            raise answer.failure("scripted")
        data = answer.data(params) if callable(answer.data) else answer.data
        response = _response(path, answer, data)
        return self._sealed(response) if is_encrypted and not answer.is_gateways else response

    def _next(self, operation: str) -> _Answer:
        with self._lock:
            if script := self._answers.get(operation):
                self._last[operation] = script.popleft()
            last = self._last.get(operation)
        if last:
            return last
        if operation == TOKEN:
            return _Answer({"token": "scripted-token"})
        # Refused as the API refuses: so it is neither sent again nor in doubt.
        missing = f'nothing is scripted for {operation}: say transport.answers("{operation}", …) first'
        return _Answer(code=400, status=400, message=missing)

    def _opened(self, sent: bytes) -> bytes:
        if self._key is None:
            raise ValueError("it is encrypted, and the transport has no encryption_key")
        return crypto.decrypt(sent, self._key)

    def _sealed(self, response: Response) -> Response:
        if self._key is None or ("Content-Type", "application/json") not in list(response.headers):
            return response
        fields = [*response.headers, ("Is-Encrypted", "1"), ("Signed", crypto.digest(response.body))]
        return Response(response.status, fields, crypto.encrypt(response.body, self._key).encode())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.requests)} requests>"


class ScriptedTransport(_Script):
    """Answers a `Client` by a script.

    Args:
        encryption_key: The client's, where it has one: requests are decrypted, and answers encrypted.
    """

    def send(self, request: Request, /) -> Response:
        """Answer the request."""
        return self._respond(request)


class AsyncScriptedTransport(_Script):
    """Answers an `AsyncClient` by a script.

    Args:
        encryption_key: The client's, where it has one: requests are decrypted, and answers encrypted.
    """

    async def send(self, request: Request, /) -> Response:
        """Answer the request."""
        return self._respond(request)


def _identify(method: str, path: str) -> tuple[str, str]:
    """Name the operation of a request, whose path may be below that of a base URL."""
    for name, its_method, its_path in _native.operations():
        if method == its_method and path.endswith(its_path):
            return name, its_path
    return f"{method} {path}", path


def _read(method: str, sent: bytes) -> Any:  # noqa: ANN401 - any JSON shape
    if method == "GET":
        return dict(parse_qsl(sent.decode(), keep_blank_values=True))
    return json.loads(sent) if sent else None


def _masked(name: str, value: str) -> str:
    if name.lower() in HARMLESS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} ***" if space and "authorization" in name.lower() else "***"


def _response(path: str, answer: _Answer, data: object) -> Response:
    """Write an answer: a file, a gateway's, or the API's own."""
    if isinstance(data, bytes):
        return Response(200, [("Content-Type", "application/octet-stream")], data)
    if not answer.is_gateways:
        return _envelope(path, answer, data)
    return Response(answer.status, [("Content-Type", "text/plain"), *_retry_after(answer)], answer.message.encode())


def _envelope(path: str, answer: _Answer, data: object = None) -> Response:
    """Wrap an answer in the envelope of its path's family, as `core/src/api/envelope.rs` does."""
    fields: dict[str, object]
    code, message = answer.code, answer.message
    if path.startswith("/api/v1/process/"):
        fields = {"data": data, "msg": message, "retcode": 0 if code is None else code, "traceId": ""}
    elif path.startswith("/api/v1/"):
        fields = {"request_id": "", "code": 200 if code is None else code, "message": message, "data": data}
    elif path.startswith("/service/sms/"):
        fields = {"code": 0 if code is None else code, "message": message, "body": data}
    elif code is None:
        fields = {"data": data, "status": "OK", "code": 200}
    else:
        fields = {"data": data, "status": "FAILED", "code": code, "message": message}
    headers = [("Content-Type", "application/json"), *_retry_after(answer)]
    return Response(answer.status, headers, json.dumps(fields).encode())


def _retry_after(answer: _Answer) -> list[tuple[str, str]]:
    return [] if answer.retry_after is None else [("Retry-After", answer.retry_after)]
