"""The building blocks of AI Rudder's encryption and signatures, for those who only need these.

Requests and responses are encrypted by AES in ECB mode with the vendor's own zero padding, in Base64 [documented]. ECB
shows repeated blocks: it is the vendor's choice, and TLS is what protects the traffic. How events are encrypted and
signed is not published: `detect` finds it out from a captured delivery.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airudder import _native

if TYPE_CHECKING:
    from airudder._header_fields import HeaderFields

__all__ = ["Detection", "decrypt", "detect", "digest", "encrypt", "sign", "verify"]

CIPHER = "aes-ecb:zero:base64"
"""The cipher of requests and responses [documented]."""
SCHEME = "hmac-sha256:hex:body"
"""The scheme of signatures [assumed]."""


def encrypt(
    plain: str | bytes,
    key: str,
    *,
    cipher: str = CIPHER,
    iv: bytes | None = None,
    headers: HeaderFields = (),
) -> str:
    """Encrypt; a `str` is taken as UTF-8. `key` is in the form that the cipher names: of 16, 24 or 32 bytes, if none.

    `cipher` is `<mode>:<padding>:<encoding>` with options behind it, or a preset such as `feishu`: see docs/ciphers.md.
    `iv` is 16 random bytes, for ciphers that write an initialization vector or a frame; None: they are made. `headers`
    are for a cipher whose initialization vector or additional data stands there.

    >>> encrypt("0123456789abcdef", "airudderredduria")
    '6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0='
    """
    try:
        return _native.encrypt(plain, key, cipher, os.urandom(16) if iv is None else iv, headers)
    finally:
        del plain, key, iv, headers  # error reporters show the local variables of a traceback; so below


def decrypt(text: str | bytes, key: str, *, cipher: str = CIPHER, headers: HeaderFields = ()) -> bytes:
    """Decrypt what `encrypt` made, or a whole body that the cipher says where to look in.

    Of ciphers only `aes-gcm` tells that a text was changed (E6008). With any other, decrypt what a signature vouches
    for.

    >>> decrypt("6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0=", "airudderredduria")
    b'0123456789abcdef'
    """
    try:
        return _native.decrypt(text, key, cipher, headers)
    finally:
        del text, key, headers


def digest(plain: str | bytes) -> str:
    """Compute the `Signed` header: the lower-case hex SHA-256 of the plain text.

    It is unkeyed: it shows accidents, not attackers.
    """
    try:
        return _native.digest(plain)
    finally:
        del plain


def sign(
    body: str | bytes,
    secret: str,
    *,
    scheme: str = SCHEME,
    key: str | None = None,
    headers: HeaderFields = (),
    method: str = "POST",
    url: str = "",
    plain: str | bytes | None = None,
) -> str:
    """Compute the signature of a body. `key`, `headers`, `method` and `url` are for schemes that sign them.

    A scheme is `<digest>:<encoding>:<message>`: the repository's page `docs/signatures.md` tells all of it. `plain` is
    the text of a body that is encrypted; None: it is not.

    >>> sign("{}", "fake-secret", scheme="hmac-md5:hex:body")
    '87375415beec3572951a5240b33e5a82'
    """
    try:
        return _native.sign((body, secret, key, headers, method, url, plain), scheme)
    finally:
        del body, secret, key, headers, url, plain


def verify(
    signature: str,
    body: str | bytes,
    secret: str,
    *,
    scheme: str = SCHEME,
    key: str | None = None,
    headers: HeaderFields = (),
    method: str = "POST",
    url: str = "",
    plain: str | bytes | None = None,
) -> None:
    """Check a signature in constant time; raise `WebhookError` (E5002) if it is not right. The rest is as of `sign`."""
    try:
        _native.verify(signature, (body, secret, key, headers, method, url, plain), scheme)
    finally:
        del signature, body, secret, key, headers, url, plain


@dataclass(frozen=True)
class Detection:
    """The result of `detect`."""

    scheme: str | None
    """The signature scheme that fits, for `Webhooks(scheme=...)`. Never one that everybody could compute; one that is
    weak ends in `;weak`."""
    cipher: str | None
    """The cipher that fits, for `Webhooks(cipher=...)`; None for a plain body."""
    weakness: str | None
    """What the scheme does not protect; None where nothing is known, or no scheme was found."""
    tried: int
    """The number of signatures that were computed."""
    notes: list[str]
    """The construction in words, what was tried, and the remedies for what was not found."""


def detect(
    headers: HeaderFields,
    body: bytes,
    *,
    secret: str | None = None,
    encryption_key: str | None = None,
    sign_key: str | None = None,
    method: str = "POST",
    url: str = "",
) -> Detection:
    """Try every known scheme and cipher on a captured delivery of at most 64 KiB.

    What is not given is not tried.

    Args:
        headers: The header fields, in any form that `Webhooks.unwrap` takes.
        body: The bytes as they came.
        secret: The secret of the signature.
        encryption_key: The key of the cipher.
        sign_key: The `X-AIRudder-Sign-Key`; None: the one that the delivery names.
        method: The HTTP method.
        url: The URL that the sender asked for, with its query: it may be signed, or hold the signature.
    """
    try:
        return Detection(*_native.detect(headers, body, secret, encryption_key, sign_key, method, url))
    finally:
        del headers, body, secret, encryption_key, sign_key, url
