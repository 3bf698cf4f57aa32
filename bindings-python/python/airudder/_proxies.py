"""Which proxy a request goes through."""

from __future__ import annotations

from base64 import b64encode
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from airudder._transport import ConnectFailed

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from airudder._http_settings import HttpSettings

PORTS = {"http": 80, "https": 443}

FORM = "http://host:port or https://host:port"


class Proxy(NamedTuple):
    """A proxy, and the header fields that it wants."""

    scheme: str
    host: str
    port: int
    headers: list[tuple[str, str]]


def proxy_for(url: SplitResult, settings: HttpSettings) -> Proxy | None:
    """Choose the proxy of a request: the one of the settings, or that of the environment."""
    if settings.proxy is not None:
        found = parse_proxy(settings.proxy)
    elif settings.trust_env and (text := _from_environment(url)):
        found = parse_proxy(text)
        if found is None:
            raise ConnectFailed(f"the proxy that the environment names for {url.scheme} is not {FORM}")
    else:
        return None
    # Plain HTTP is for this machine alone: elsewhere, the token would travel in the clear.
    return None if found and url.scheme == "http" and not _is_local(found.host) else found


def parse_proxy(text: str) -> Proxy | None:
    """Take the URL of a proxy apart; None if it is none."""
    try:
        url = urlsplit(str(text))
        usual = PORTS[url.scheme]
        host, port = url.hostname, url.port or usual
    except (KeyError, ValueError):
        return None
    if not host or url.path.strip("/") or url.query or url.fragment:
        return None
    headers: list[tuple[str, str]] = []
    if url.username is not None:
        credentials = f"{unquote(url.username)}:{unquote(url.password or '')}"
        headers.append(("Proxy-Authorization", f"Basic {b64encode(credentials.encode()).decode()}"))
    return Proxy(url.scheme, host, port, headers)


def authority(url: SplitResult) -> str:
    """Give host and port, as CONNECT and `NO_PROXY` have them."""
    return url.netloc if url.port else f"{url.netloc}:{PORTS[url.scheme]}"


def _from_environment(url: SplitResult) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    text = proxies.get(url.scheme) or proxies.get("all")
    if not text or proxy_bypass(authority(url)):
        return None
    return text if "://" in text else f"http://{text}"


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
