"""The journal of a campaign, as the library's documents describe it: lines of JSON that are chained by checksums."""

import hashlib
import hmac
import json
from typing import Any

from operations import BASE_URL
from primitives import compact

APP_KEY, APP_SECRET = "fake-app-key", "fake-app-secret"


def keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Journal:
    """Makes the lines of a journal. A line whose text cannot be known here is written as its members."""

    def __init__(self, salt: str = "", secret: str = APP_SECRET) -> None:
        self.lines: list[Any] = []
        self.salt, self.secret = salt, secret
        self._sum, self._is_known = "", True

    @staticmethod
    def salt_of(seed: int, at: int, name: str) -> str:
        return hashlib.sha256(f"{seed} {at} {name}".encode()).hexdigest()[:32]

    def _mark(self, text: str) -> str:
        """32 bits that show whether a contact changed; those of version 1 have no key."""
        if not self.salt:
            return hashlib.sha256(text.encode()).hexdigest()[:8]
        return keyed(self._key(), text).hex()[:8]

    def _key(self) -> bytes:
        return keyed(self.secret.encode(), "airudder journal " + self.salt)

    def marks(self, contacts: list[Any]) -> str:
        return "".join(self._mark(compact(contact)) for contact in contacts)

    def binding(self, service_ms: int | None = None, app_key: str = APP_KEY, host: str = BASE_URL) -> dict[str, Any]:
        """What ties a journal to its account."""
        of = {"key": "", "host": host, "account": app_key}
        prints = {name: keyed(self._key(), f"{name}\0{value}").hex()[:16] for name, value in of.items()}
        return {"service_ms": service_ms, "salt": self.salt} | prints | {"normal": 2}

    def add(self, kind: str, **members: object) -> Any:  # noqa: ANN401 - a line, or its members
        """Add a record. With a message of `...` its wording is the library's own, and so are all sums behind it."""
        record = {"record": kind} | {name: value for name, value in members.items() if value is not ABSENT}
        if record.get("message") == "...":
            self._is_known = False
            del record["message"]
        if not self._is_known:
            self.lines.append(record)
            return record
        text = compact(record)[:-1]
        self._sum = hashlib.sha256((self._sum + text).encode()).hexdigest()[:16]
        self.lines.append(f'{text},"sum":"{self._sum}"}}\n')
        return self.lines[-1]

    def text(self, lines: int | None = None) -> str:
        """The first lines of it."""
        return "".join(self.lines[:lines])

    def cut(self, lines: int) -> "Journal":
        """The journal as it was when it had so many lines."""
        earlier = Journal(self.salt, self.secret)
        earlier.lines = self.lines[:lines]
        earlier._sum = json.loads(earlier.lines[-1])["sum"] if lines else ""
        return earlier


ABSENT = object()


def ranges(positions: list[int]) -> list[list[int]]:
    """Positions in ascending order as pairs of the first one and how many follow on it."""
    found: list[list[int]] = []
    for position in positions:
        if found and sum(found[-1]) == position:
            found[-1][1] += 1
        else:
            found.append([position, 1])
    return found
