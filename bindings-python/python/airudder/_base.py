"""What the two kinds of client have in common: settings, and starting a call. Neither waits nor sends."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airudder._native import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from typing_extensions import Self

    from airudder._native import Call, Request
    from airudder._options import Auth, CallOptions


class BaseClient:
    """Settings, and starting a call."""

    _session: Session

    if TYPE_CHECKING:

        def __init__(self, **settings: Any) -> None: ...  # noqa: ANN401 - the two clients name and type them

    @classmethod
    def from_env(cls, **settings: Any) -> Self:  # noqa: ANN401 - the same as those of the class
        """Make a client from the environment; what is given as an argument comes before it.

        Reads `AIRUDDER_APP_KEY`, `AIRUDDER_APP_SECRET`, `AIRUDDER_BASE_URL`, `AIRUDDER_ENCRYPTION_KEY`,
        `AIRUDDER_SIGN_KEY`, `AIRUDDER_SIGN_SECRET` and `AIRUDDER_SIGN_SCHEME`; empty ones count as absent.
        """
        return cls(**{name: os.environ.get(f"AIRUDDER_{name.upper()}") or None for name in _FROM_ENV} | settings)

    def prepare(self, name: str, params: Mapping[str, Any], *, options: CallOptions | None = None) -> Request:
        """Build a request without sending it, and without a token; `.curl()` shows it with secrets masked."""
        return self._start(name, params, options).prepare()

    def _start(self, name: str, params: Mapping[str, Any], options: CallOptions | None) -> Call:
        return self._session.call(name, dict(params), options, seed())

    def _start_raw(
        self,
        method: str,
        path: str,
        json: object,
        query: Mapping[str, Any] | str | None,
        replay_safe: bool,
        file: bool,
        auth: Auth,
        options: CallOptions | None,
    ) -> Call:
        text = query if isinstance(query, str) else urlencode(query or {}, doseq=True, quote_via=quote)
        return self._session.request(method, path, text, json, auth, replay_safe, file, options, seed())

    def __repr__(self) -> str:
        session = getattr(self, "_session", None)  # error reporters show a client whose settings were refused, too
        return f"{type(self).__name__}(base_url={session and session.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds secrets and connections: make a new one in the other process")


_FROM_ENV = ("app_key", "app_secret", "base_url", "encryption_key", "sign_key", "sign_secret", "sign_scheme")


def seed() -> int:
    """Where the jitter of a call's delays begins."""
    return random.getrandbits(64)
