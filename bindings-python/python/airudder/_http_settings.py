"""The settings of the transports that send by connections of their own, once they are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, repr=False)
class HttpSettings:
    """The settings of sending. The proxy's URL may hold a password, so nothing of it is shown."""

    ssl_context: ssl.SSLContext | None
    proxy: str | None
    trust_env: bool
    idle_ms: int
    max_idle: int
    max_response_bytes: int
