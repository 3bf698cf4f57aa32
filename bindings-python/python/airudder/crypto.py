"""The building blocks of AI Rudder's encryption, for those who only need these.

AES in ECB mode with the vendor's own zero padding, in Base64 [documented]. ECB shows repeated blocks: it is the vendor's
choice, and TLS is what protects the traffic.
"""

from __future__ import annotations

from airudder import _native

__all__ = ["decrypt", "digest", "encrypt"]


def encrypt(plain: str | bytes, key: str) -> str:
    """Encrypt; a `str` is taken as UTF-8. `key` is a text of 16, 24 or 32 bytes.

    >>> encrypt("0123456789abcdef", "airudderredduria")
    '6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0='
    """
    return _native.encrypt(_bytes(plain), key)


def decrypt(text: str | bytes, key: str) -> bytes:
    """Decrypt what `encrypt` made.

    >>> decrypt("6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0=", "airudderredduria")
    b'0123456789abcdef'
    """
    return _native.decrypt(_bytes(text), key)


def digest(plain: str | bytes) -> str:
    """Compute the `Signed` header: the lower-case hex SHA-256 of the plain text.

    It is unkeyed: it shows accidents, not attackers.
    """
    return _native.digest(_bytes(plain))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)
