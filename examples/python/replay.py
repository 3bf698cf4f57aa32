"""Finds out from the quarantine how AI Rudder signs and encrypts, and reads the deliveries that were kept meanwhile.

    AIRUDDER_WEBHOOK_SECRET=... python replay.py events.db

It can be run again, also while the receiver runs. It prints the scheme for AIRUDDER_WEBHOOK_SCHEME; set it, and start
the receiver again: from then on, what does not verify is refused.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from store import Store, replay

from airudder import AirudderError, Webhooks, crypto


def detect(store: Store, secret: str, key: str | None) -> crypto.Detection | None:
    """Try the deliveries in quarantine until one tells how it was signed."""
    for kept in store.kept():
        try:
            found = crypto.detect(kept.headers, kept.body, secret=secret, encryption_key=key, url=kept.url)
        except AirudderError:  # too large to be tried
            continue
        if found.scheme is not None:
            return found
    return None


def main() -> int:
    """Run the program."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).exists():
        print("usage: replay.py DATABASE", file=sys.stderr)
        return 2
    secret, key = os.environ["AIRUDDER_WEBHOOK_SECRET"], os.environ.get("AIRUDDER_ENCRYPTION_KEY") or None
    store = Store(Path(sys.argv[1]))
    found = detect(store, secret, key)
    if found is None:
        print("no delivery in quarantine is signed in a known way by this secret")
        return 1
    print(*found.notes, sep="\n")
    print(f"AIRUDDER_WEBHOOK_SCHEME={found.scheme}")
    if found.cipher is not None:
        print(f"AIRUDDER_WEBHOOK_CIPHER={found.cipher}")
    hooks = Webhooks(secret=secret, scheme=found.scheme, encryption_key=key, cipher=found.cipher)
    verified, left = replay(store, hooks)
    print(f"{verified} verified and stored, {left} left in quarantine")
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
