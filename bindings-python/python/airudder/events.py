"""The known events, each with a class of its own: `isinstance(event, CallFinishedEvent)` types `event.data`."""

from ._generated.events import *  # noqa: F403 - all of them are public
