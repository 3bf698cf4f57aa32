"""Telling listeners, the log and traces what a client does."""

from __future__ import annotations

import random
from inspect import iscoroutinefunction
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, get_args

from airudder._call_events import (
    NAMES,
    EventName,
    PhaseEvent,
    RequestEvent,
    ResponseEvent,
    RetryEvent,
    Subscriber,
    WaitEvent,
)
from airudder._errors import invalid_setting
from airudder._log import complain, log_if_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from airudder._call_events import Event
    from airudder._native import Call, Request
    from airudder._report import Progress


class Watch:
    """Those who watch a client."""

    def __init__(self) -> None:
        self._listeners: dict[EventName, tuple[Callable[[Any], object], ...]] = {}
        self.subscribers: tuple[Subscriber, ...] = ()
        """Those who get everything, as traces do."""

    def on(self, name: EventName, listener: Callable[[Any], object]) -> None:
        """Add a listener."""
        if name not in get_args(EventName):
            raise invalid_setting("name", f"there is no event {name!r}, but {', '.join(get_args(EventName))}")
        if not callable(listener) or iscoroutinefunction(listener):
            raise invalid_setting("listener", "listener is a function that is not async: nobody awaits it")
        self._listeners[name] = (*self._listeners.get(name, ()), listener)

    def off(self, name: EventName, listener: Callable[[Any], object]) -> None:
        """Take a listener away; one that is not there is none."""
        self._listeners[name] = tuple(one for one in self._listeners.get(name, ()) if one != listener)

    def call(self, call: Call, call_id: str) -> WatchedCall | None:
        """Begin to watch a call; None where nobody does."""
        watchers = self._watchers()
        return WatchedCall(watchers, call, call_id) if watchers else None

    def campaign(self, name: str) -> WatchedCampaign | None:
        """Begin to watch a campaign; None where nobody does."""
        watchers = self._watchers()
        return WatchedCampaign(watchers, name) if watchers else None

    def _watchers(self) -> tuple[Subscriber, ...]:
        watchers = self.subscribers
        if any(self._listeners.values()):
            watchers = (*watchers, _Listeners(self._listeners))
        if log := log_if_on():
            watchers = (*watchers, log)
        return watchers


class WatchedCall:
    """A call of which somebody wants to know."""

    def __init__(self, watchers: tuple[Subscriber, ...], call: Call, call_id: str) -> None:
        self._watchers = watchers
        self._call = call
        self._call_id = call_id
        self._operation = call.operation
        self._attempts: dict[str, int] = {}
        self._sent: tuple[str, float] | None = None
        self._errors: dict[str, str | None] = {}
        self._waited: float | None = None
        _tell(watchers, "call_began", call_id, self._operation)

    def sends(self, request: Request) -> None:
        """A request is sent now."""
        operation = "auth.token" if self._call.asks_for_token else self._operation
        attempt = self._attempts[operation] = self._attempts.get(operation, 0) + 1
        if attempt > 1:
            self._event(RetryEvent(self._call_id, operation, attempt, self._errors[operation], self._waited or 0))
        self._waited = None
        self._sent = (operation, monotonic())
        url = request.url.partition("?")[0]
        self._event(RequestEvent(self._call_id, operation, attempt, request.method, url))

    def answered(self, status: int | None) -> None:
        """The call knows what became of it."""
        self._respond(status, *self._call.last_answer)

    def waits(self, reason: Literal["token", "retry", "pace"], seconds: float) -> None:
        """It waits before its next request."""
        if reason == "retry":
            self._waited = seconds
        else:
            self._event(WaitEvent(self._call_id, self._operation, reason, seconds))

    def ended(self, error: str | None) -> None:
        """It has ended; `error` is the code or the class of what ended it."""
        if self._sent is not None:  # nobody waits for the answer any more
            self._respond(None, error, None, None)
        _tell(self._watchers, "call_ended", self._call_id, error or self._errors.get(self._operation))

    def _respond(self, status: int | None, error: str | None, api_code: int | None, request_id: str | None) -> None:
        if self._sent is None:
            return
        (operation, since), self._sent = self._sent, None
        attempt, seconds, self._errors[operation] = self._attempts[operation], monotonic() - since, error
        self._event(ResponseEvent(self._call_id, operation, attempt, status, seconds, error, api_code, request_id))

    def _event(self, event: Event) -> None:
        _tell(self._watchers, "event", event)


class WatchedCampaign:
    """A campaign of which somebody wants to know."""

    def __init__(self, watchers: tuple[Subscriber, ...], name: str) -> None:
        self._watchers = watchers
        self._id = new_id()
        self._name = name
        self._phase: str | None = None
        _tell(watchers, "campaign_began", self._id, name)

    def progress(self, progress: Progress) -> None:
        """It has come so far."""
        _tell(self._watchers, "progress", self._id, progress)
        if progress.phase != self._phase:
            self._phase = progress.phase
            _tell(self._watchers, "event", PhaseEvent(self._id, self._name, progress))

    def ended(self, progress: Progress, error: BaseException | None) -> None:
        """It has ended."""
        self.progress(progress)
        _tell(self._watchers, "campaign_ended", self._id, None if error is None else error_type(error))


class _Listeners(Subscriber):
    """The listeners of `Client.on`."""

    def __init__(self, listeners: dict[EventName, tuple[Callable[[Any], object], ...]]) -> None:
        self._listeners = listeners

    def event(self, event: Event) -> None:
        """Tell those who listen."""
        for listener in self._listeners.get(NAMES[type(event)], ()):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - it must not change what becomes of a call
                complain(f"a listener of {NAMES[type(event)]!r}")


def new_id() -> str:
    """Make an id of a call or a run."""
    return f"{random.getrandbits(64):016x}"


def error_type(error: BaseException) -> str:
    """Tell what kind of error it is, without its text."""
    return str(getattr(error, "code", None) or type(error).__name__)


def _tell(watchers: tuple[Subscriber, ...], what: str, *arguments: object) -> None:
    for watcher in watchers:
        try:
            getattr(watcher, what)(*arguments)
        except Exception:  # noqa: BLE001 - it must not change what becomes of a call
            complain(type(watcher).__name__)
