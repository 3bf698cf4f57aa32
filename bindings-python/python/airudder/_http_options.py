"""What users say of proxies, certificates and connections."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING, TypedDict, cast

from airudder._errors import invalid_setting
from airudder._http_settings import HttpSettings
from airudder._transport import MAX_RESPONSE_BYTES

if TYPE_CHECKING:
    import os
    import ssl


class HttpOptions(TypedDict, total=False):
    """What an `HttpTransport` and an `AsyncHttpTransport` take; `HttpTransport` explains each."""

    ssl_context: ssl.SSLContext | None
    ca_file: str | os.PathLike[str] | None
    cert_file: str | os.PathLike[str] | None
    key_file: str | os.PathLike[str] | None
    key_password: str | None
    proxy: str | None
    trust_env: bool
    keep_alive: float
    max_idle: int
    max_response_bytes: int


def settings_of(given: HttpOptions) -> HttpSettings:
    """Check the settings, and load the certificates that they name."""
    try:
        known = HttpOptions.__optional_keys__
        if unknown := [name for name in given if name not in known]:
            raise TypeError(f"a transport has no setting {unknown[0]!r}, but {', '.join(sorted(known))}")
        if (proxy := given.get("proxy")) is not None:
            from airudder._proxies import FORM, parse_proxy

            if parse_proxy(proxy) is None:
                raise invalid_setting("proxy", f"proxy must be {FORM}, with user:password@ before the host if need be")
        return HttpSettings(
            _context(given),
            proxy,
            given.get("trust_env", True),
            _milliseconds(given.get("keep_alive", 4.0)),
            checked_count(given.get("max_idle", 32), "max_idle", 0),
            checked_count(given.get("max_response_bytes", MAX_RESPONSE_BYTES), "max_response_bytes"),
        )
    finally:
        cast("dict[str, object]", given).clear()  # error reporters show the local variables of a traceback
        proxy = None


def checked_count(value: object, name: str, least: int = 1) -> int:
    """Give a setting that is a whole number, or raise."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise invalid_setting(name, f"{name} must be a whole number from {least} on")
    return value


def _milliseconds(keep_alive: object) -> int:
    if not isinstance(keep_alive, int | float) or not 0 <= keep_alive < float("inf"):
        raise invalid_setting("keep_alive", "keep_alive is a number of seconds, 0 or more")
    return int(keep_alive * 1000)


def _context(given: HttpOptions) -> ssl.SSLContext | None:
    context = given.get("ssl_context")
    if context is not None and not hasattr(context, "wrap_bio"):
        raise invalid_setting("ssl_context", "ssl_context must be an ssl.SSLContext")
    ca_file, cert_file, key_file = given.get("ca_file"), given.get("cert_file"), given.get("key_file")
    if key_file is not None and cert_file is None:
        raise invalid_setting("cert_file", "key_file is the key of a certificate: give cert_file, too")
    if ca_file is None and cert_file is None:
        return context
    if context is not None:
        raise invalid_setting(
            "ssl_context", "give certificates by ssl_context, or by ca_file and cert_file, not by both"
        )
    return _context_of_files(ca_file, cert_file, key_file, given.get("key_password"))


def _context_of_files(
    ca_file: str | os.PathLike[str] | None,
    cert_file: str | os.PathLike[str] | None,
    key_file: str | os.PathLike[str] | None,
    key_password: str | None,
) -> ssl.SSLContext:
    import ssl

    name = "ca_file"
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else fspath(ca_file))
        context.set_alpn_protocols(["http/1.1"])
        name = "cert_file"
        if cert_file is not None:
            # Without a password OpenSSL would ask for one at the terminal.
            context.load_cert_chain(cert_file, key_file, "" if key_password is None else key_password)
    except (OSError, TypeError, ValueError) as error:
        why = f"{name} cannot be loaded: {_reason(error)}"
        if name == "cert_file":
            why += (
                "; it is a PEM file with the certificate and its key, which may stand in key_file, too, and be locked"
            )
            why += " by key_password"
        raise invalid_setting(name, why) from None
    else:
        return context
    finally:
        del key_password


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__
