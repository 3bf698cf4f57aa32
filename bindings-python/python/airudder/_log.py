"""The log: `logging.getLogger("airudder")`. At INFO a line a request, at DEBUG one before each, too."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict
from threading import RLock
from typing import TYPE_CHECKING

from airudder._call_events import NAMES, PhaseEvent, RequestEvent, ResponseEvent, RetryEvent, Subscriber
from airudder._errors import invalid_setting

if TYPE_CHECKING:
    from airudder._call_events import Event

LOGGER = logging.getLogger("airudder")
LOGGER.addHandler(logging.NullHandler())

# A fork while another thread is inside a handler would leave the child with the locks of its stream taken, for ever.
LOCK = RLock()
if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release)


class Log(Subscriber):
    """Writes what happens. Each record has its event as a mapping in `airudder`, for formatters that write JSON."""

    def campaign_began(self, campaign_id: str, name: str) -> None:
        """Say so."""
        with LOCK:
            LOGGER.info("campaign %s (%s) begins", name, campaign_id)

    def campaign_ended(self, campaign_id: str, error: str | None) -> None:
        """Say so."""
        with LOCK:
            LOGGER.info("campaign %s ended: %s", campaign_id, error or "done")

    def event(self, event: Event) -> None:
        """Write a line."""
        level = logging.DEBUG if isinstance(event, RequestEvent) else logging.INFO
        if LOGGER.isEnabledFor(level):
            fields = {"event": NAMES[type(event)], **asdict(event)}
            with LOCK:
                LOGGER.log(level, "%s", line(event), extra={"airudder": fields})


def complain(who: str) -> None:
    """Write that a listener or a subscriber of this name has just failed."""
    with LOCK:
        LOGGER.exception("%s failed; the call goes on", who)


def log_if_on() -> Log | None:
    """Give the log, if somebody reads it."""
    return Log() if LOGGER.isEnabledFor(logging.INFO) else None


def line(event: Event) -> str:
    """Put an event into words."""
    if isinstance(event, PhaseEvent):
        now = event.progress
        until = f" until {now.until:%Y-%m-%d %H:%M:%S%z}" if now.until else ""
        counts = f"{now.contacts} read, {now.accepted} accepted, {now.rejected} rejected, {now.doubtful} doubtful"
        return f"campaign {event.name} ({event.campaign_id}): {now.phase}{until}; {counts}"
    call = f"{event.operation} (call {event.call_id}"
    if isinstance(event, RequestEvent):
        return f"{call}, attempt {event.attempt}): {event.method} {event.url}"
    if isinstance(event, RetryEvent):
        return f"{call}): attempt {event.attempt} in {event.seconds:.3f} s, after {event.error}"
    if isinstance(event, ResponseEvent):
        return f"{call}, attempt {event.attempt}): {_answer(event)}"
    return f"{call}): waits {event.seconds:.3f} s for its {event.reason}"


def _answer(event: ResponseEvent) -> str:
    parts = {
        "status": event.status,
        "error": event.error,
        "api code": event.api_code,
        "request id": event.request_id,
    }
    said = ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None)
    return f"{said} after {event.seconds * 1000:.0f} ms"


def set_up() -> None:
    """Write the log to standard error, if the environment's `AIRUDDER_LOG` says so: `info` or `debug`."""
    wanted = os.environ.get("AIRUDDER_LOG")
    if not wanted:
        return
    level = {"info": logging.INFO, "debug": logging.DEBUG}.get(wanted.lower())
    if level is None:
        raise invalid_setting("AIRUDDER_LOG", "AIRUDDER_LOG is info or debug")
    LOGGER.setLevel(level)
    if not logging.root.handlers and all(isinstance(one, logging.NullHandler) for one in LOGGER.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        LOGGER.addHandler(handler)
