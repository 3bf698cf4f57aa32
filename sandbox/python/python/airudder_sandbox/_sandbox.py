"""A running sandbox, and what it can be asked and told."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeAlias, Unpack, cast

from airudder_sandbox._process import Process
from airudder_sandbox._settings import SandboxError, Settings, checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airudder import AsyncClient, Client, Webhooks

FaultKind: TypeAlias = Literal[
    "delay",
    "reset_before",
    "reset_after",
    "status",
    "unauthorized",
    "refuse_after_part",
    "proxy_403",
    "interim",
    "lag",
    "truncate",
    "tamper",
    "redeliver",
    "tamper_signature",
]
"""What can go wrong; `Sandbox.fault` orders it."""

PAGE = 10_000


class Delivery(NamedTuple):
    """A delivery of an event, as AI Rudder might send it."""

    body: bytes
    """The body, encrypted if the sandbox encrypts events."""
    headers: dict[str, str]
    """The header fields, with the signature."""


def start(**settings: Unpack[Settings]) -> Sandbox:
    """Start a sandbox on a free port. It stops by `stop`, at the end of `with`, or with this program.

    The settings are the options of the command line, which `Settings` documents.

    Raises:
        SandboxError: It did not start; the text is what it wrote.
        TypeError: There is no such setting.
    """
    return Sandbox(checked(settings))


class Sandbox:
    """A running sandbox; `start` makes one."""

    url: str
    """Where it listens: the `base_url` of a client."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process = Process(settings)
        self.url = self._process.url

    def client(self, **settings: Any) -> Client:  # noqa: ANN401 - the settings of a `Client`
        """Make a client of this sandbox; `settings` are those of `airudder.Client`, and come before what fits."""
        from airudder import Client, HttpTransport

        settings.setdefault("transport", HttpTransport(trust_env=False))
        return Client(**self._fitting(settings))

    def async_client(self, **settings: Any) -> AsyncClient:  # noqa: ANN401 - the settings of an `AsyncClient`
        """Make a client for an event loop; `settings` are those of `airudder.AsyncClient`."""
        from airudder import AsyncClient, AsyncHttpTransport

        settings.setdefault("transport", AsyncHttpTransport(trust_env=False))
        return AsyncClient(**self._fitting(settings))

    def webhooks(self, **settings: Any) -> Webhooks:  # noqa: ANN401 - the settings of `Webhooks`
        """Make what verifies and reads the events of this sandbox; `settings` are those of `airudder.Webhooks`."""
        from airudder import Webhooks

        own = self._settings
        fitting: dict[str, Any] = {
            "secret": own.get("sign_secret"),
            "scheme": own.get("sign_scheme"),
            "sign_key": own.get("sign_key"),
            "require_signature": own.get("sign_secret") is not None,
        }
        if own.get("encrypt_events"):
            fitting |= {"encryption_key": own.get("encryption_key"), "cipher": own.get("event_cipher")}
        return Webhooks(**(fitting | settings))

    def _fitting(self, settings: dict[str, Any]) -> dict[str, Any]:
        own = self._settings
        credentials = {
            "app_key": own.get("app_key") or "fake-app-key",
            "app_secret": own.get("app_secret") or "fake-app-secret",
            "encryption_key": own.get("encryption_key"),
        }
        signing = {
            "sign_key": own.get("sign_key") or "fake-sign-key",
            "sign_secret": own.get("sign_secret") or "fake-sign-secret",
            "sign_scheme": own.get("sign_scheme"),
        }
        return {"base_url": self.url, **credentials, **signing, **settings}

    def fault(
        self,
        kind: FaultKind,
        operation: str = "*",
        *,
        probability: float | None = None,
        times: int | None = None,
        status: int | None = None,
        retry_after: str | None = None,
        delay_ms: int | None = None,
        after: bool | None = None,
        part: float | None = None,
    ) -> None:
        """Order a fault, beside those that are ordered already.

        Args:
            kind: What happens; `sandbox/README.md` of the repository tells of each.
            operation: The operation that it happens to, for instance `workflow.upload_details`; the event for
                `redeliver` and `tamper_signature`; `*` for all.
            probability: How likely it is, 0 to 1; None: it always happens.
            times: How often it happens at most; None: for ever.
            status: The HTTP status of `status` (503), `refuse_after_part` (400), `proxy_403` (403), `interim` (103).
            retry_after: The `Retry-After` of `status`.
            delay_ms: How long `delay` and `lag` take, in milliseconds.
            after: Whether `status` and `proxy_403` come after the request was carried out.
            part: How much of an upload `refuse_after_part` takes, 0 to 1 (0.5).
        """
        given = {
            "probability": probability,
            "times": times,
            "status": status,
            "retry_after": retry_after,
            "delay_ms": delay_ms,
            "after": after,
            "part": part,
        }
        rule = {name: value for name, value in given.items() if value is not None}
        self._tell("faults", [*self.faults(), {"fault": kind, "operation": operation, **rule}])

    def faults(self) -> list[dict[str, Any]]:
        """List the faults that are ordered, with what is left of their `times`."""
        return cast("list[dict[str, Any]]", self._ask("faults"))

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._tell("faults", [])

    def deliver_to(self, url: str | None) -> None:
        """Send events to this URL of this machine from now on; None: to nobody, and those that wait go on waiting."""
        self._tell("webhook", {"url": url})

    def send(self, event_type: str, body: Mapping[str, Any] | None = None) -> None:
        """Send an event, for instance `workflow.call.finished`, to where events go; None: with an example's body."""
        self._tell("events", _event(event_type, body))

    def signed(self, event_type: str, body: Mapping[str, Any] | None = None) -> Delivery:
        """Make a delivery of an event, signed and encrypted as the sandbox would send it; None: an example's body."""
        made = self._tell("sign", _event(event_type, body))
        return Delivery(made["body"].encode(), made["headers"])

    def wait_until_idle(self, timeout: float = 10.0) -> None:
        """Wait until every contact was called, and every event is delivered or given up.

        Raises:
            SandboxError: That is not so within `timeout` seconds, for instance because a receiver does not answer 200
                and the next attempt comes after `retry_delay`.
        """
        deadline = time.monotonic() + timeout
        while True:
            stats = self.stats()
            waiting, pending = stats["contacts"]["waiting"], stats["events"]["pending"]
            if not waiting and not pending:
                return
            if time.monotonic() > deadline:
                late = f"after {timeout:g} s, {waiting} contacts wait for their call and {pending} events for a 200"
                raise SandboxError(f"{late}: is the sandbox paused, or is retry_delay (a minute) too long?")
            time.sleep(0.01)

    def contacts(self) -> list[dict[str, Any]]:
        """List the contacts that were uploaded, in their order."""
        return self._pages("contacts")

    def duplicates(self) -> list[dict[str, Any]]:
        """List those who were uploaded more than once: the same `caseid`, or, without one, the same number."""
        return self._pages("contacts", "duplicates=1&")

    def _pages(self, name: str, query: str = "") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._ask(f"{name}?{query}limit={PAGE}&offset={len(rows)}")
            rows += page["contacts"]
            if not page["contacts"] or len(rows) >= page["total"]:
                return rows

    def stats(self) -> dict[str, Any]:
        """Count: `contacts`, `workflows`, `requests` by operation, `events`, and `faults` by kind."""
        return cast("dict[str, Any]", self._ask("stats"))

    def pause(self) -> None:
        """Call nobody until `resume`."""
        self._tell("pause")

    def resume(self) -> None:
        """Go on calling."""
        self._tell("resume")

    def expire_tokens(self) -> None:
        """Make all tokens invalid."""
        self._tell("expire-tokens")

    def set_clock(self, offset_seconds: int) -> None:
        """Set the service's clock so many seconds ahead of this machine's; negative: behind."""
        self._tell("clock", {"offset_seconds": offset_seconds})

    def set_workflow_status(self, workflow_id: str, status: Literal["running", "finished", "cancelled"]) -> None:
        """Set the status of a workflow; one that ended takes and calls nobody."""
        self._tell("workflow-status", {"workflow_id": workflow_id, "status": status})

    def reset(self) -> None:
        """Forget everything but the settings."""
        self._tell("reset")

    def stop(self) -> None:
        """Stop. What comes after is a `SandboxError`; to stop twice does nothing."""
        self._process.stop()

    def _ask(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        return self._control(name, None)

    def _tell(self, name: str, body: object = None) -> Any:  # noqa: ANN401
        return self._control(name, json.dumps({} if body is None else body).encode())

    def _control(self, name: str, body: bytes | None) -> Any:  # noqa: ANN401
        import http.client  # with a sandbox only: pytest loads the plugin for every run of tests
        import urllib.error
        import urllib.request

        # No proxy: the sandbox is on this machine, and listens for nobody else.
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(  # noqa: S310 - the URL is the sandbox's own
            f"{self.url}/_sandbox/{name}", body, {"Content-Type": "application/json"}
        )
        try:
            with direct.open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as refused:
            with refused:
                raise SandboxError(json.load(refused)["error"]) from None
        except (OSError, http.client.HTTPException) as error:
            state = "does not answer" if self._process.is_running else f"has stopped. {self._process.said}".strip()
            raise SandboxError(f"the sandbox at {self.url} {state}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url}>"


def _event(event_type: str, body: Mapping[str, Any] | None) -> dict[str, object]:
    return {"type": event_type} if body is None else {"type": event_type, "body": dict(body)}
