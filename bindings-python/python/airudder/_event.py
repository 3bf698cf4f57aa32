"""The fields of every event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airudder._native import from_json


@dataclass(frozen=True, repr=False)
class Event:
    """An event. Nothing of what it says is lost: `data` and `raw` hold fields that this library does not know, too.

    The types that are known have classes of their own in `airudder.events`, whose `data` is typed: `isinstance` tells
    them apart, and so does `match`.
    """

    type: str
    """The type, for instance `workflow.call.finished`; if this library does not know it, the text of its `event`
    field, or `unknown`."""
    known: bool
    """Tells whether this library knows the type."""
    verified: bool
    """Returns whether a signature was checked and found right."""
    data: Mapping[str, Any]
    """The data, a dict with the API's own field names. Any field may be missing."""
    raw: str
    """The JSON text as it came, decrypted."""
    dedupe_key: str
    """64 hex digits, the same for each delivery of one event. AI Rudder delivers an event up to six times [documented];
    that a repetition says the same is assumed."""

    received_at: datetime | None = field(default=None, compare=False)
    """When the delivery came, if `unwrap` was told: of one that was kept and verified later."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            # `data` is made when it is first asked for: most receivers store the text and answer.
            if name != "data":
                message = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=self)
            return vars(self).setdefault("data", from_json(self.raw))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.type}, verified={self.verified}, {len(self.raw)} characters>"
