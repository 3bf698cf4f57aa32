"""The parameters and results of the operations, and the bodies of the events, as typed dicts."""

from ._generated.types import *  # noqa: F403 - all of them are public
