"""What a careful user would write by hand, with the fastest libraries there are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, NamedTuple

import msgspec
import orjson
from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = b"fake-key-16bytes"
SECRET = b"fake-webhook-secret"


class Detail(msgspec.Struct, forbid_unknown_fields=True):
    """A contact, for msgspec."""

    callee: str
    platform: str
    variables: dict[str, str]
    caseid: str | None = None


class Upload(msgspec.Struct, forbid_unknown_fields=True):
    """An upload, for msgspec."""

    workflow_id: str
    details: list[Detail]


class Request(NamedTuple):
    """A request as it would be sent."""

    url: str
    headers: dict[str, str]
    body: bytes


def padded(plain: bytes) -> bytes:
    """Pad as the vendor does."""
    return plain + bytes(16 - len(plain) % 16)


def request(plain: bytes, sealed: bytes) -> Request:
    """Make the request of an upload."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Airudder",
        "Is-Encrypted": "1",
        "Signed": hashlib.sha256(plain).hexdigest(),
        "Authorization": "Token fake-token",
    }
    return Request("https://api.airudder.com/service/cloud/workflow/upload_details", headers, sealed)


def with_pycryptodome(plain: bytes) -> Request:
    """Seal as the vendor's page shows it."""
    return request(plain, base64.b64encode(AES.new(KEY, AES.MODE_ECB).encrypt(padded(plain))))


def with_cryptography(plain: bytes) -> Request:
    """Seal with OpenSSL."""
    encryptor = Cipher(algorithms.AES(KEY), modes.ECB()).encryptor()  # noqa: S305 - the vendor's choice
    return request(plain, base64.b64encode(encryptor.update(padded(plain)) + encryptor.finalize()))


def opened(body: bytes) -> bytes:
    """Decrypt with OpenSSL."""
    decryptor = Cipher(algorithms.AES(KEY), modes.ECB()).decryptor()  # noqa: S305 - the vendor's choice
    return (decryptor.update(base64.b64decode(body)) + decryptor.finalize()).rstrip(b"\0")


def data_of(body: bytes, signed: str) -> Any:  # noqa: ANN401 - it is JSON
    """Open a sealed answer, and check it against its digest."""
    plain = opened(body)
    if not hmac.compare_digest(hashlib.sha256(plain).hexdigest(), signed):
        raise ValueError("Signed")
    answer = orjson.loads(plain)
    if answer["code"] != 200:
        raise ValueError(answer["code"])
    return answer["data"]


def verified(body: bytes, headers: dict[str, str], *, sealed: bool) -> bytes:
    """Verify a delivery, and decrypt it."""
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, headers.get("X-AIRudder-Sign", "")):
        raise ValueError("X-AIRudder-Sign")
    return opened(body) if sealed else body


def with_orjson(body: bytes, headers: dict[str, str], *, sealed: bool = False) -> tuple[str, str, str, Any]:
    """Receive with orjson and the digest of the bytes as key: another order of the fields is another key."""
    plain = verified(body, headers, sealed=sealed)
    data = orjson.loads(plain)
    return kind_of(data), hashlib.sha256(plain).hexdigest(), plain.decode(), data


def with_json(body: bytes, headers: dict[str, str], *, sealed: bool = False) -> tuple[str, str, Any]:
    """Receive with the standard library, without a key."""
    plain = verified(body, headers, sealed=sealed)
    data = json.loads(plain)
    return kind_of(data), plain.decode(), data


def with_canonical_key(body: bytes, headers: dict[str, str], *, sealed: bool = False) -> tuple[str, str, str, Any]:
    """Receive with orjson and a key that does not depend on the order of the fields."""
    plain = verified(body, headers, sealed=sealed)
    data = orjson.loads(plain)
    key = hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return kind_of(data), key, plain.decode(), data


def kind_of(data: dict[str, Any]) -> str:
    """Tell the kind of the events that this receiver is for."""
    if "event" in data:
        return str(data["event"])
    return "call.finished" if "details" in data and "workflow_id" not in data else "other"
