"""Sealing an upload of 10 000 contacts, and opening a large response, against what people write by hand.

One run, all in turn; what counts is the ratio to this library, which also checks every contact. `make bench` runs it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

import orjson
from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pydantic import BaseModel, TypeAdapter

from airudder import Client, Response, crypto

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "fake-key-16bytes"
ROUNDS = 15
CONTACTS = [
    {
        "callee": f"+62000{number:07}",
        "platform": "TEMP1",
        "caseid": f"case-{number:05}",
        "variables": {"customer_name": "Ana Example", "borrow_total_money": "1250", "due_date": "2026-12-01"},
    }
    for number in range(10_000)
]
PARAMS = {"workflow_id": "fake-workflow", "details": CONTACTS}


class Detail(BaseModel):
    """A contact, for pydantic."""

    callee: str
    platform: str
    caseid: str | None = None
    variables: dict[str, str]


class Upload(BaseModel):
    """An upload, for pydantic."""

    workflow_id: str
    details: list[Detail]


def padded(plain: bytes) -> bytes:
    """Pad as the vendor does."""
    return plain + bytes(16 - len(plain) % 16)


def with_pycryptodome(plain: bytes) -> tuple[bytes, str]:
    """Seal as the vendor's page shows it."""
    sealed = AES.new(KEY.encode(), AES.MODE_ECB).encrypt(padded(plain))
    return base64.b64encode(sealed), hashlib.sha256(plain).hexdigest()


def with_cryptography(plain: bytes) -> tuple[bytes, str]:
    """Seal with OpenSSL."""
    encryptor = Cipher(algorithms.AES(KEY.encode()), modes.ECB()).encryptor()  # noqa: S305 - the vendor's choice
    return base64.b64encode(encryptor.update(padded(plain)) + encryptor.finalize()), hashlib.sha256(plain).hexdigest()


CLIENT = Client(app_key="fake-key", app_secret="fake-secret", encryption_key=KEY)  # noqa: S106
ADAPTER = TypeAdapter(Upload)

SEALING: dict[str, Callable[[], Any]] = {
    "airudder (checks, too)": lambda: CLIENT.prepare("workflow.upload_details", PARAMS),
    "json and pycryptodome": lambda: with_pycryptodome(json.dumps(PARAMS).encode()),
    "orjson and cryptography": lambda: with_cryptography(orjson.dumps(PARAMS)),
    "pydantic and cryptography": lambda: with_cryptography(
        ADAPTER.dump_json(ADAPTER.validate_python(PARAMS), exclude_none=True)
    ),
}

RESPONSE = json.dumps({"data": {"rows": CONTACTS}, "status": "OK", "code": 200})
SEALED = crypto.encrypt(RESPONSE, KEY).encode()
HEADERS = [("Is-Encrypted", "1"), ("Signed", crypto.digest(RESPONSE))]
TOKEN = Response(200, [], b'{"code":200,"data":{"token":"fake-token"}}')


class Canned:
    """A transport without a network."""

    def send(self, request: Any) -> Response:  # noqa: ANN401
        """Answer."""
        return TOKEN if request.url.endswith("/auth") else Response(200, HEADERS, SEALED)


READER = Client(app_key="fake-key", app_secret="fake-secret", encryption_key=KEY, transport=Canned())  # noqa: S106
QUERY = {"case_id": "c", "start_time": "2026-11-01 00:00:00+08:00", "end_time": "2026-12-01 00:00:00+08:00"}


def opened(decrypt: Callable[[bytes], bytes], loads: Callable[[bytes], Any]) -> Any:  # noqa: ANN401
    """Open a response by hand."""
    plain = decrypt(base64.b64decode(SEALED)).rstrip(b"\0")
    if hashlib.sha256(plain).hexdigest() != HEADERS[1][1]:
        raise ValueError
    return loads(plain)["data"]


def decrypt_with_cryptography(sealed: bytes) -> bytes:
    """Decrypt with OpenSSL."""
    decryptor = Cipher(algorithms.AES(KEY.encode()), modes.ECB()).decryptor()  # noqa: S305 - the vendor's choice
    return decryptor.update(sealed) + decryptor.finalize()


OPENING: dict[str, Callable[[], Any]] = {
    "airudder": lambda: READER.call("workflow.detail_instances", QUERY),
    "json and pycryptodome": lambda: opened(AES.new(KEY.encode(), AES.MODE_ECB).decrypt, json.loads),
    "orjson and cryptography": lambda: opened(decrypt_with_cryptography, orjson.loads),
}


def measure(title: str, ways: dict[str, Callable[[], Any]]) -> None:
    """Run the ways in turn, and print the medians and their ratios to the first."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values) * 1000 for name, values in times.items()}
    first = next(iter(medians.values()))
    print(f"\n{title}")
    for name, milliseconds in medians.items():
        print(f"  {name:28}{milliseconds:8.1f} ms{milliseconds / first:8.2f} x")


if __name__ == "__main__":
    size = len(json.dumps(PARAMS)) / 1e6
    measure(f"sealing an upload of 10 000 contacts ({size:.1f} MB)", SEALING)
    measure(f"opening a response ({len(RESPONSE) / 1e6:.1f} MB)", OPENING)
