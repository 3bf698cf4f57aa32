"""Which transport a client uses, by what it was given. What does not fit is refused before anything is sent."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, cast

from airudder._http import AsyncHttpTransport, HttpTransport
from airudder._http_options import checked_count

if TYPE_CHECKING:
    from types import ModuleType

    import httpx
    import httpx2

    from airudder._transport import AsyncTransport, Transport

FITS = "None, an httpx.Client or httpx2.Client, or an object with send(request) -> response"
FITS_ASYNC = "None, an httpx.AsyncClient or httpx2.AsyncClient, or an object with async send(request) -> response"


def sync_transport(given: Transport | httpx.Client | httpx2.Client | None, max_response_bytes: int) -> Transport:
    """Choose the transport of a `Client`."""
    checked_count(max_response_bytes, "max_response_bytes")
    if given is None:
        return HttpTransport(max_response_bytes=max_response_bytes)
    if library := _library_of(given, "Client"):
        from airudder._httpx import HttpxTransport

        return HttpxTransport(library, cast("httpx.Client", given), max_response_bytes)
    if not _fits(given, asynchronous=False):
        raise TypeError(f"transport of a Client is {FITS}; a {type(given).__name__} is none of them")
    return cast("Transport", given)


def async_transport(
    given: AsyncTransport | httpx.AsyncClient | httpx2.AsyncClient | None, max_response_bytes: int
) -> AsyncTransport:
    """Choose the transport of an `AsyncClient`."""
    checked_count(max_response_bytes, "max_response_bytes")
    if given is None:
        return AsyncHttpTransport(max_response_bytes=max_response_bytes)
    if library := _library_of(given, "AsyncClient"):
        from airudder._httpx import AsyncHttpxTransport

        return AsyncHttpxTransport(library, cast("httpx.AsyncClient", given), max_response_bytes)
    if not _fits(given, asynchronous=True):
        raise TypeError(f"transport of an AsyncClient is {FITS_ASYNC}; a {type(given).__name__} is none of them")
    return cast("AsyncTransport", given)


def _library_of(given: object, name: str) -> ModuleType | None:
    """Give the library whose client of this name it is; none is imported for the question."""
    for library in (sys.modules.get("httpx"), sys.modules.get("httpx2")):
        if library and isinstance(given, getattr(library, name)):
            return library
    return None


def _fits(given: object, *, asynchronous: bool) -> bool:
    """Tell whether it has a `send` of this kind for one request of ours."""
    send = getattr(given, "send", None)
    if isinstance(given, type) or not callable(send):
        return False
    if _owner(send) in _OTHERS:
        return False  # it has a `send`, for requests of its own
    try:
        inspect.signature(send).bind(object())
    except TypeError:
        return False
    except ValueError:
        pass  # written in C, and silent on what it takes
    return asynchronous == any(map(inspect.iscoroutinefunction, (send, getattr(send, "__call__", None))))  # noqa: B004


def _owner(send: object) -> str:
    return str(getattr(send, "__module__", "")).partition(".")[0]


_OTHERS = {"httpcore", "httpcore2", "httpx", "httpx2", "niquests", "requests", "requests_toolbelt", "http", "socket"}
