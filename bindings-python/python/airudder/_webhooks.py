"""Events that AI Rudder sends to a URL of yours."""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack, cast

from airudder import _native, _verifier
from airudder._catalog_setting import catalog_of_environment, native_catalog
from airudder._errors import invalid_setting
from airudder._event import Event
from airudder._generated.events import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import NoReturn

    from airudder._catalog import Catalog
    from airudder._header_fields import HeaderFields
    from airudder._verifier import Verifier


ACK_STATUS = 200
"""The answer to a delivery, also to one that came before [documented]."""
ACK_BODY = b"{}"
"""The body of that answer [documented]."""

MAX_BODY_BYTES = 8 * 1024 * 1024
"""The largest body where nothing else is said."""

TOLERANCE = 900.0
"""How far a time that is signed may be from that of receipt, in seconds, where nothing else is said."""

VARIABLES = {
    "secret": "AIRUDDER_WEBHOOK_SECRET",
    "scheme": "AIRUDDER_WEBHOOK_SCHEME",
    "tolerance": "AIRUDDER_WEBHOOK_TOLERANCE",
    "cipher": "AIRUDDER_WEBHOOK_CIPHER",
    "encryption_key": "AIRUDDER_ENCRYPTION_KEY",
}
"""The settings of a receiver that the environment may hold, and their variables."""


class WebhooksSettings(TypedDict, total=False):
    """The settings of `Webhooks`, for `Webhooks.from_env`."""

    secret: str | Sequence[str] | None
    scheme: str | None
    tolerance: float | None
    verify: Verifier | None
    encryption_key: str | None
    cipher: str | None
    require_signature: bool
    require_encryption: bool | None
    sign_key: str | None
    max_body_bytes: int | None
    max_depth: int | None
    catalog: Catalog | None


class WeakSchemeWarning(UserWarning):
    """The scheme of a receiver is weak, as its text tells: for senders that offer nothing better."""


class Webhooks:
    """Verifies, decrypts and reads events. Make one and use it from any thread.

    Answer 200 with the body `{}` as soon as an event is stored, and work on it later: anything else is sent again after
    a minute, at most five times [documented for the predictive dialer, assumed for the rest]. So events come at least
    once, in any order.

    Args:
        secret: The secret behind `X-AIRudder-Sign`, or several while one is replaced: any of them verifies, and the
            first one signs.
        scheme: How the signature is computed. The vendor does not publish it: None means `hmac-sha256:hex:body`, which
            is an assumption; `crypto.detect` finds the right one from a captured delivery. The repository's page
            `docs/signatures.md` tells how to write one, and the names of well-known ones, such as `github`. One that is
            weak, which ends in `;weak`, is a `WeakSchemeWarning`, and `weakness` tells why.
        tolerance: How far a time that the scheme signs, by the part `time(...)`, may be from that of receipt, in
            seconds, either way (E5007). AI Rudder sends an event again for five minutes, perhaps with its first
            signature. None: any time will do. Other schemes sign no time.
        verify: A verifier of your own, in place of `secret` and `scheme`: a plain function, not an async one, that
            takes the bytes of the body and the header fields, by their names in any case, and returns True or False. It
            is called before anything is decrypted or parsed, where `unwrap` is called; False is E5002, and what it
            raises leaves `unwrap` as it is. A time that is signed it checks itself.
        encryption_key: The key of encrypted events, in the form that the cipher names: of 16, 24 or 32 bytes, if none.
            None: they come plain.
        cipher: The cipher of events, or a preset such as `feishu`: see docs/ciphers.md. None means that of requests,
            `aes-ecb:zero:base64`, which is an assumption.
        require_signature: Whether an event without a signature is refused. For most events no signature is documented.
            A wrong signature is refused wherever there is a secret.
        require_encryption: Whether an event that comes plain is refused. None: where there is an `encryption_key`, and
            the event has no signature that was checked, so that nothing else tells who sent it.
        sign_key: The `X-AIRudder-Sign-Key`, for schemes with the part `key`; None: the one that the delivery names.
        max_body_bytes: The largest body; None: 8 MiB. It can be read again as an attribute, for limiting what is
            received.
        max_depth: How deeply the JSON may be nested, 1 to 100; None: 64.
        catalog: Events of your own, which are recognized behind the library's, and are `known`.
    """

    def __init__(
        self,
        *,
        secret: str | Sequence[str] | None = None,
        scheme: str | None = None,
        tolerance: float | None = TOLERANCE,
        verify: Verifier | None = None,
        encryption_key: str | None = None,
        cipher: str | None = None,
        require_signature: bool = True,
        require_encryption: bool | None = None,
        sign_key: str | None = None,
        max_body_bytes: int | None = None,
        max_depth: int | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.max_body_bytes: int = MAX_BODY_BYTES if max_body_bytes is None else max_body_bytes
        self._verify = verify
        try:
            _verifier.check_setting(verify, scheme)
            self._native = _native.Webhooks(
                secrets=[secret] if isinstance(secret, str) else secret or [],
                sign_key=sign_key,
                scheme=scheme,
                tolerance=tolerance,
                own_verifier=verify is not None,
                encryption_key=encryption_key,
                cipher=cipher,
                require_signature=require_signature,
                require_encryption=require_encryption,
                max_body_bytes=self.max_body_bytes,
                max_depth=max_depth,
                catalog=native_catalog(catalog),
            )
        finally:
            # Error reporters show the local variables of a traceback.
            del secret, encryption_key, sign_key, verify
        self.weakness: str | None = self._native.weakness
        if self.weakness is not None:
            warnings.warn(self.weakness, WeakSchemeWarning, stacklevel=_frames_of_this_class())

    @classmethod
    def from_env(cls, **settings: Unpack[WebhooksSettings]) -> Self:
        """Make a receiver from the environment; what is given as an argument comes before it.

        Reads `AIRUDDER_WEBHOOK_SECRET`, `AIRUDDER_WEBHOOK_SCHEME`, `AIRUDDER_WEBHOOK_TOLERANCE` (seconds, or `any`),
        `AIRUDDER_WEBHOOK_CIPHER`, `AIRUDDER_ENCRYPTION_KEY` and `AIRUDDER_CATALOG`, the path of a catalog's file; empty
        ones count as absent. With `verify`, secret and scheme are not read.

        Raises:
            ValidationError: There is no secret, and neither `verify` nor `require_signature=False` was given, which
                says that none is needed. The message names the variable.
        """
        given = cast("dict[str, Any]", settings)
        try:
            has_verifier = given.get("verify") is not None
            for name in VARIABLES.keys() - {"tolerance"} - ({"secret", "scheme"} if has_verifier else set()):
                given.setdefault(name, from_environment(name))
            if given.get("catalog") is None:
                given["catalog"] = catalog_of_environment()
            if "tolerance" not in given:
                given["tolerance"] = tolerance_from_environment()
            if not (given.get("secret") or given.get("sign_key") or has_verifier) and given.get(
                "require_signature", True
            ):
                raise invalid_setting("secret", f"set {VARIABLES['secret']} in the environment, or give secret")
            return cls(**given)
        finally:
            # Error reporters show the local variables of a traceback, and this is one of the caller's, too.
            given.clear()

    def unwrap(
        self,
        body: bytes | bytearray | memoryview,
        headers: HeaderFields,
        kind: str | None = None,
        *,
        method: str = "POST",
        url: str = "",
        received_at: datetime | None = None,
    ) -> Event:
        """Verify, decrypt and read a delivery.

        Args:
            body: The bytes as they came: a signature is about bytes. `request.get_data()` in Flask, `request.body` in
                Django, `await request.body()` in FastAPI and Starlette.
            headers: The header fields, in any case, as a mapping or pairs. Names and values may be bytes, values lists;
                Django's `request.META` and the environment of WSGI will do.
            kind: The event that this URL is for; None: its fields tell it. One that is not known is no error.
            method: The HTTP method, for schemes that sign it.
            url: The URL that the sender asked for, with its query, for schemes that sign it or a part: behind a proxy
                that of the proxy. `airudder.integrations` has it from the server.
            received_at: When it came, with its time zone, if that was earlier: of a delivery that was kept, and is
                verified now. A time that is signed is compared with it; it becomes the event's `received_at`. None:
                now, by `time.time()`.

        Raises:
            WebhookError: It has no signature (E5001) or a wrong one (E5002), one that signs a time too far from that of
                receipt (E5007), is too large (E5003), nested too deeply (E5004) or no JSON object (E5005), was parsed
                before (E5006), is plain where that is refused (E5008), or cannot be decrypted, and nothing else tells
                who sent it (E5009). Answer the same to all of them, and to a `CryptoError`.
            CryptoError: It is verified and cannot be decrypted.
            TypeError: A verifier of your own returned neither True nor False.
        """
        try:
            received_ms = _milliseconds(received_at, "received_at")
            verified = self._verify is not None
            if self._verify is not None:
                body, headers = self._native.receive(body, headers)
                _verifier.ask(self._verify, body, headers)
            fields = self._native.unwrap(body, headers, kind, method, url, received_ms, received_at, verified)
        finally:
            del body, headers, url
        event = object.__new__(CLASSES.get(fields["type"], Event) if fields["known"] else Event)
        object.__setattr__(event, "__dict__", fields)
        return event

    def sign(
        self,
        body: bytes,
        headers: HeaderFields = (),
        *,
        method: str = "POST",
        url: str = "",
        signed_at: datetime | None = None,
    ) -> dict[str, str]:
        """Make the header fields of a signed delivery, for tests of your receiver.

        Args:
            body: The bytes of the body.
            headers: Those that the scheme signs; they are among the result. One may be the `X-AIRudder-Sign-Key`.
            method: The HTTP method, for schemes that sign it.
            url: The URL, with its query, for schemes that sign it.
            signed_at: The time that is signed, with its time zone, where the scheme signs one of a header field that is
                not among `headers`. None: now, by `time.time()`.

        Raises:
            ValidationError: The scheme signs what is not there, or its signature stands in the URL or the body (E1010):
                `crypto.sign` computes those.
        """
        try:
            return dict(self._native.sign(body, headers, method, url, _milliseconds(signed_at, "signed_at")))
        finally:
            del body, headers, url

    def seal(
        self,
        text: str,
        headers: HeaderFields = (),
        *,
        method: str = "POST",
        url: str = "",
        signed_at: datetime | None = None,
    ) -> tuple[dict[str, str], bytes]:
        """Make header fields and body of a delivery as AI Rudder might send it, encrypted and signed as configured.

        `headers` are those that the scheme signs, and others that are to be sent; the rest is as of `sign`.
        """
        try:
            now_ms = _milliseconds(signed_at, "signed_at")
            made, body = self._native.seal(text, os.urandom(16), headers, method, url, now_ms)
        finally:
            del text, headers, url
        return dict(made), body

    def __repr__(self) -> str:
        return "Webhooks()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a receiver holds secrets: make a new one in the other process")


def from_environment(name: str) -> str | None:
    """Read one of the settings of `VARIABLES`; None where its variable is missing or empty."""
    return os.environ.get(VARIABLES[name]) or None


def tolerance_from_environment() -> float | None:
    """Read the tolerance of its variable."""
    text = from_environment("tolerance")
    if text is None or text == "any":
        return TOLERANCE if text is None else None
    try:
        return float(text)
    except ValueError:
        message = f"{VARIABLES['tolerance']} is a number of seconds, or any"
        raise invalid_setting("tolerance", message) from None


def _milliseconds(moment: datetime | None, name: str) -> int:
    """Give a time in Unix milliseconds; None is now, by a clock that tests may set."""
    if moment is None:
        return int(time.time() * 1000)
    if moment.utcoffset() is None:
        raise invalid_setting(name, f"{name} needs its time zone, as datetime.now(UTC) has it")
    return max(0, int(moment.timestamp() * 1000))


def _frames_of_this_class() -> int:
    """Count the frames from whoever warns to whoever makes a receiver, by `from_env` or not."""
    depth, frame = 1, sys._getframe(1)  # pyright: ignore[reportPrivateUsage] - `inspect` costs much more
    while frame.f_globals is globals() and frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth
