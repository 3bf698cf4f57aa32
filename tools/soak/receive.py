"""A receiver in Python: `receive.py PORT events.sqlite`, with the settings of examples/python/receiver.py.

With a second argument it lacks a mechanism, so that the soak can be seen to notice it.
"""

import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/python"))

from receiver import Receiver
from store import Inbox, Store

from airudder import Event, Webhooks

without = sys.argv[3] if len(sys.argv) > 3 else ""


class HastyStore(Store):
    """Answers first, and stores a second later."""

    def add(self, event: Event) -> None:
        """Store it later."""
        threading.Timer(1.0, super().add, [event]).start()


secret = None if without == "signature" else os.environ["AIRUDDER_WEBHOOK_SECRET"]
hooks = Webhooks(
    secret=secret,
    scheme="hmac-sha256:hex:body",
    require_signature=secret is not None,
    encryption_key=os.environ["AIRUDDER_ENCRYPTION_KEY"],
)
store = (HastyStore if without == "storing" else Store)(Path(sys.argv[2]))
Receiver(Inbox(hooks, store, settled=True), port=int(sys.argv[1]))
while True:
    time.sleep(3600)
