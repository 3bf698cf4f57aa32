"""The parts that the two kinds of client share: settings, and starting a call. Neither waits nor sends."""

from __future__ import annotations

import os
import random
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote, urlencode

from airudder._catalog_setting import catalog_of_environment
from airudder._errors import invalid_setting
from airudder._native import Session, after_fork, before_fork
from airudder._near import no_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airudder._call_events import EventName
    from airudder._catalog import Catalog
    from airudder._errors import AirudderError
    from airudder._native import Call, Request
    from airudder._options import Auth, CallOptions
    from airudder._transport import Response
    from airudder._watch import Watch


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(before=before_fork, after_in_parent=after_fork, after_in_child=after_fork)


class BaseClient:
    """Settings, and starting a call."""

    _session: Session
    _watch: Watch
    _owns_transport: bool

    if TYPE_CHECKING:

        def __init__(self, **settings: Any) -> None: ...  # noqa: ANN401 - the two clients name and type them

        def _call(self, name: str, params: Mapping[str, Any], options: CallOptions | None) -> Any: ...  # noqa: ANN401

    else:

        def __getattr__(self, name: str) -> object:
            raise no_attribute(self, name)

    @classmethod
    def _from_env(cls, settings: dict[str, Any], transport: Callable[..., object]) -> Self:
        if os.environ.get("AIRUDDER_LOG"):
            from airudder._log import set_up

            set_up()
        for name in _FROM_ENV:
            settings.setdefault(name, os.environ.get(_variable(name)) or None)
        if settings.get("catalog") is None:
            settings["catalog"] = catalog_of_environment()
        network = {name: value for name in _NETWORK if (value := os.environ.get(_variable(name)))}
        try:
            is_ours = settings.get("transport") is None
            if network and is_ours:
                if "max_response_bytes" in settings:
                    network["max_response_bytes"] = settings["max_response_bytes"]
                settings["transport"] = transport(**network)
            if missing := _missing_credentials(settings):
                raise _unset(missing)
            client = cls(**settings)
            client._owns_transport |= is_ours
            return client
        finally:
            # Error reporters show the local variables of a traceback, and this is one of the caller's, too.
            settings.clear()
            network.clear()

    def prepare(self, name: str, params: Mapping[str, Any], *, options: CallOptions | None = None) -> Request:
        """Build a request without sending it, and without a token; `.curl()` shows it with secrets masked."""
        try:
            call = self._start(name, params, options)
        finally:
            del params, options
        return call.prepare()

    def on(self, name: EventName, listener: Callable[[Any], object]) -> None:
        """Have a function called with what the calls and campaigns of this client do.

        What it gets holds nothing secret or personal. It is called in the thread or task that makes the call, so it
        must be quick. What it raises goes to the log, and changes nothing for the call.

        Args:
            name: `request`, `response`, `retry`, `wait`, or `phase` of a campaign.
            listener: A function of one argument, a `RequestEvent`, `ResponseEvent` and so on of `airudder.telemetry`.

        Raises:
            ValidationError: There is no such event, or this is no such function.
        """
        self._watch.on(name, listener)

    def off(self, name: EventName, listener: Callable[[Any], object]) -> None:
        """Call this function no more; calls and campaigns that are under way may still do."""
        self._watch.off(name, listener)

    @property
    def last_response(self) -> Response | None:
        """The last response to a call of this client in this thread or asyncio task, also of a call that raised.

        For what a result does not say: status, header fields, the number of attempts, the id of the call, the body as
        it came (encrypted, if it was; empty, if it was saved to a path). None if there was no response, or another
        client was used since. It is kept until the next one comes.
        """
        client, response = _last.get()
        return response if client is not None and client() is self else None

    def _saw(self, response: Response) -> None:
        _last.set((weakref.ref(self), response))

    def _extend(self, catalog: Catalog | None) -> None:
        """Give this client the operations of a catalog as methods."""
        if catalog is not None:
            from airudder._catalog_methods import add_methods

            add_methods(self, catalog, self._call)

    def _start(self, name: str, params: Mapping[str, Any], options: CallOptions | None) -> Call:
        try:
            return self._session.call(name, dict(params), options, seed())
        finally:
            del params, options  # error reporters show the local variables of a traceback; so below

    def _begin(
        self, name: str, params: Mapping[str, Any], options: CallOptions | None
    ) -> tuple[Call, str | os.PathLike[str] | None]:
        """Start a call, and tell where a file goes."""
        try:
            return self._start(name, params, options), save_to(options)
        finally:
            del params, options

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
        try:
            return self._session.request(method, path, _query(query), json, auth, replay_safe, file, options, seed())
        finally:
            del json, query, options

    def __repr__(self) -> str:
        session = vars(self).get("_session")  # error reporters show a client whose settings were refused, too
        return f"{type(self).__name__}(base_url={session and session.base_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds secrets and connections: make a new one in the other process")


_last: ContextVar[tuple[weakref.ref[BaseClient] | None, Response | None]] = ContextVar("_last", default=(None, None))

_FROM_ENV = ("app_key", "app_secret", "base_url", "encryption_key", "sign_key", "sign_secret", "sign_scheme")
_NETWORK = ("proxy", "ca_file", "cert_file", "key_file", "key_password")
"""Settings of the transport, where none is given."""


def _query(query: Mapping[str, Any] | str | None) -> str:
    try:
        return query if isinstance(query, str) else urlencode(query or {}, doseq=True, quote_via=quote)
    except (TypeError, ValueError):
        pass
    finally:
        del query
    raise invalid_setting("query", "query is a mapping of texts, or a text, without lone surrogates")


def _variable(name: str) -> str:
    return f"AIRUDDER_{name.upper()}"


def _missing_credentials(found: Mapping[str, object]) -> list[str]:
    missing = [name for name in ("app_key", "app_secret") if not found[name]]
    signs = found["sign_key"] and found["sign_secret"]
    return [] if len(missing) == 2 and signs else missing


def _unset(missing: list[str]) -> AirudderError:
    """What is missing is named by its variable: the first call would name the option, which nobody wrote."""
    message = f"set {' and '.join(map(_variable, missing))} in the environment, or give {' and '.join(missing)}"
    if len(missing) == 2:
        message += f"; for chats alone, {_variable('sign_key')} and {_variable('sign_secret')}"
    return invalid_setting(missing[0], message)


def save_to(options: CallOptions | None) -> str | os.PathLike[str] | None:
    """Where a file goes, which the native half leaves to this one."""
    return options.get("save_to") if options else None


def seed() -> int:
    """Where the jitter of a call's delays begins."""
    return random.getrandbits(64)
