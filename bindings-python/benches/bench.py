"""Sealing, opening, unwrapping and importing, against what people write by hand. `make bench` runs it."""

from __future__ import annotations

import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import by_hand
import msgspec
import orjson
from measure import compare, emit, grow

from airudder import Client, Response, Webhooks, crypto

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT = (Path(__file__).parents[2] / "core/vectors/examples/call.finished.event.json").read_text()
COMPACT = json.dumps(json.loads(EVENT), separators=(",", ":"), ensure_ascii=False)
KEY, SECRET = by_hand.KEY.decode(), by_hand.SECRET.decode()
CONTACTS = [
    {
        "callee": f"+62000{number:07}",
        "platform": "TEMP1",
        "caseid": f"case-{number:06}",
        "variables": {"customer_name": "Ana Example", "borrow_total_money": "1250", "due_date": "2026-12-01"},
    }
    for number in range(10_000)
]
ROWS = {"code": 200, "status": "OK", "data": {"rows": CONTACTS}}
SEARCH = {"case_id": "c", "start_time": "2026-11-01 00:00:00+08:00", "end_time": "2026-12-01 00:00:00+08:00"}
PARSED = "orjson and cryptography"
CLIENT = Client(app_key="fake-key", app_secret="fake-secret", encryption_key=KEY)  # noqa: S106


def upload(count: int) -> dict[str, object]:
    """Make the parameters of an upload."""
    return {"workflow_id": "fake-workflow", "details": CONTACTS[:count]}


def sealing() -> None:
    """W1 and W4: to the request."""
    seal("W1", "seal 10 000 contacts", 10_000)
    seal("W4", "seal one contact", 1)
    for count in (1, 10, 100, 1000, 10_000):
        grow("W1", "contacts", count, prepare(upload(count)))


def seal(work: str, about: str, count: int) -> None:
    """Compare one size."""
    params = upload(count)
    peers = {
        PARSED: lambda: by_hand.with_cryptography(orjson.dumps(params)),
        "msgspec and cryptography (checks, too)": lambda: by_hand.with_cryptography(
            msgspec.json.encode(msgspec.convert(params, by_hand.Upload))
        ),
        "json and pycryptodome": lambda: by_hand.with_pycryptodome(json.dumps(params).encode()),
    }
    compare(work, about, prepare(params), peers)


def prepare(params: dict[str, object]) -> Callable[[], bytes]:
    """Make the request of an upload with this library."""
    return lambda: CLIENT.prepare("workflow.upload_details", params).body


def opening() -> None:
    """W2: from the response to its data."""
    plain = orjson.dumps(ROWS)
    body = crypto.encrypt(plain, KEY).encode()
    signed = hashlib.sha256(plain).hexdigest()
    answers = {"auth": b'{"code":200,"status":"OK","data":{"token":"fake-token"}}'}

    class Answering:
        """A transport that answers at once."""

        def send(self, request: object, **_: object) -> Response:
            """Answer."""
            if str(getattr(request, "url", "")).endswith("/auth"):
                return Response(200, [], answers["auth"])
            return Response(200, [("Is-Encrypted", "1"), ("Signed", signed)], body)

    client = Client(app_key="fake-key", app_secret="fake-secret", encryption_key=KEY, transport=Answering())  # noqa: S106
    compare(
        "W2",
        f"open a sealed answer of {len(body) / 1e6:.1f} MB",
        lambda: client.workflow.detail_instances(**SEARCH),
        {PARSED: lambda: by_hand.data_of(body, signed)},
    )


def unwrapping() -> None:
    """W3: what a receiver does before it answers, and with `data` in full."""
    plain = Webhooks(secret=SECRET)
    unwrap("2 KB", plain, COMPACT.encode())
    unwrap("3 KB", plain, EVENT.encode())
    unwrap(
        "2 KB, sealed", Webhooks(secret=SECRET, encryption_key=KEY), crypto.encrypt(COMPACT, KEY).encode(), sealed=True
    )
    text = json.dumps(CONTACTS * 5)
    for size in (1, 8, 64, 512, 4096, 7000):
        grow(
            "W3",
            "KB of an event",
            size,
            receive(plain, json.dumps({"event": "x", "text": text[: size * 1000]}).encode()),
        )


def unwrap(about: str, receiver: Webhooks, body: bytes, *, sealed: bool = False) -> None:
    """Compare one event."""
    headers = headers_of(body)
    peers: dict[str, Callable[[], object]] = {
        "hmac, orjson and SHA-256": lambda: by_hand.with_orjson(body, headers, sealed=sealed),
        "hmac and json": lambda: by_hand.with_json(body, headers, sealed=sealed),
    }
    compare("W3", f"receive an event, {about}", receive(receiver, body), peers)
    peers = {"hmac, orjson and a canonical key": lambda: by_hand.with_canonical_key(body, headers, sealed=sealed)}
    compare("W3", f"receive and read an event, {about}", lambda: receiver.unwrap(body, headers).data, peers)


def receive(receiver: Webhooks, body: bytes) -> Callable[[], object]:
    """Do with this library what comes before the answer."""
    headers = headers_of(body)

    def run() -> object:
        event = receiver.unwrap(body, headers)
        return event.type, event.dedupe_key, event.raw

    return run


def headers_of(body: bytes) -> dict[str, str]:
    """Make the header fields of a signed delivery behind a proxy."""
    return {
        "Host": "example.com",
        "User-Agent": "Airudder",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Forwarded-For": "203.0.113.7",
        "X-Request-Id": "fake-request-1",
        "X-AIRudder-Sign": hmac.new(by_hand.SECRET, body, hashlib.sha256).hexdigest(),
    }


def importing() -> None:
    """W6: a fresh interpreter, above one that imports nothing."""
    programs = {
        "": "pass",
        "ours": "import airudder",
        "orjson, cryptography and http.client": "import orjson, http.client\n"
        "from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes",
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(15):
        for name, program in programs.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            times[name].append(time.perf_counter() - began)
    bare, ours, theirs = (statistics.median(taken) * 1e6 for taken in times.values())
    peer = list(programs)[2]
    emit(
        work="W6",
        about="import, above a bare interpreter",
        peer=peer,
        ratio=(theirs - bare) / (ours - bare),
        ours_us=ours - bare,
        peer_us=theirs - bare,
    )


if __name__ == "__main__":
    sealing()
    opening()
    unwrapping()
    importing()
