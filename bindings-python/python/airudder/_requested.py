"""The URL that the sender of a delivery asked for, which some schemes sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from airudder._errors import invalid_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_PATHS = "/;=,:@!$&'()*+~"
"""What need not be percent-encoded in a path."""


def requested_url(request: Mapping[str, Any], url: str | None = None) -> str:
    """Tell the URL that the sender asked for, with its query, as `Webhooks.unwrap` takes it.

    >>> hooks.unwrap(await request.body(), request.headers, url=requested_url(request.scope))

    Args:
        request: What the server tells of a request: `request.scope` in FastAPI and Starlette, `request.environ` in
            Flask, `request.META` in Django.
        url: The address that AI Rudder was given, where something in front of the server changes it: `https://` and the
            host, and the path if that is changed, too. The query is the request's. What a proxy tells of it in header
            fields, such as `X-Forwarded-Host`, anybody could write, so it is not looked at. None: nothing changes it.
    """
    return compose(*(_of_asgi(request) if "type" in request else _of_wsgi(request)), url)


def compose(scheme: str, host: str, target: str, url: str | None) -> str:
    """Put a URL together of what was asked for, whose target is path and query, and the address that was given."""
    if url is None:
        return f"{scheme}://{host}{target}"
    path, mark, query = target.partition("?")
    return f"{checked(url)}{'' if urlsplit(url).path else path}{mark}{query}"


def checked(url: str) -> str:
    """Refuse what is no address for deliveries."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or "?" in url or "#" in url:
        raise invalid_setting("url", "url is the address that AI Rudder was given, from https:// on, without its query")
    return url


def _of_asgi(scope: Mapping[str, Any]) -> tuple[str, str, str]:
    host: bytes = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
    path: bytes = scope.get("raw_path") or quote(scope.get("path", ""), OF_PATHS, errors="replace").encode()
    query: bytes = scope.get("query_string", b"")
    target = path + (b"?" + query if query else b"")
    return scope.get("scheme", "http"), host.decode("latin-1"), target.decode("latin-1")


def _of_wsgi(environ: Mapping[str, Any]) -> tuple[str, str, str]:
    # Where the server tells what was asked for, as it came, that is nearer to what was signed.
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if not target.startswith("/"):
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        target = quote(path, OF_PATHS, "latin-1", "replace")  # as WSGI has texts
        if query := environ.get("QUERY_STRING"):
            target += f"?{query}"
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '80')}"
    return environ.get("wsgi.url_scheme", "http"), host, target
