"""Deliveries as services send them, signed by hashlib and hmac, and nothing of the library.

A case is a delivery with its signature in its place, and the `scheme` that describes it. Where an asymmetric key signs,
or where no scheme describes it, `scheme` is null and `verifier` says why: then a verifier of your own is the way.
`source` names where a vector was published; such a case holds the published values.
"""

import base64
import hashlib
import hmac
import json
from urllib.parse import quote, urlencode

from primitives import SECRET

BODY = '{"event":"call.finished","id":"e-1","call_id":"c-7","duration":31,"name":"测试"}'
URL = "https://hooks.example.test/airudder/events"
TIME = "1720159500"
MILLIS = "1720159500123"
NONCE = "5f2b8c1e0d"
DELIVERY_ID = "3d6a1c52-9a51-4f6e-8f43-0c8d5a4c7b11"
SIGN_KEY = "0123456789abcdef0123456789abcdef"

Case = dict[str, object]
Fields = dict[str, str]


def hm(name: str, key: str | bytes, message: str | bytes) -> bytes:
    """The HMAC of a message."""
    return hmac.new(utf8(key), utf8(message), name).digest()


def plain_hash(name: str, message: str | bytes) -> bytes:
    """The digest of a message, without a key."""
    return hashlib.new(name, utf8(message)).digest()


def utf8(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def b64(data: bytes | str) -> str:
    return base64.b64encode(utf8(data)).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def dense(fields: dict[str, object]) -> str:
    """JSON without spaces."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def pairs(fields: dict[str, object], joint: str = "&", equals: str = "=") -> str:
    """The fields sorted by name, those without a value left out; what is nested as JSON."""

    def text(value: object) -> str:
        return value if isinstance(value, str) else dense(value)  # type: ignore[arg-type]

    kept = sorted((name, text(value)) for name, value in fields.items() if value != "")
    return joint.join(f"{name}{equals}{value}" for name, value in kept)


def form(fields: Fields) -> str:
    return urlencode(fields, quote_via=quote)


def case(vendor: str, scheme: str | None, headers: Fields, body: str = BODY, **more: object) -> Case:
    """A delivery, received two seconds after it was signed."""
    content_type = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
    common = {
        "Host": "hooks.example.test",
        "Content-Type": content_type,
        "Content-Length": str(len(body.encode())),
        "User-Agent": "example-hooks/1.0",
        "Accept": "*/*",
    }
    given: Case = {
        "vendor": vendor,
        "scheme": scheme,
        "secret": SECRET,
        "key": None,
        "method": "POST",
        "url": URL,
        "headers": [[name, value] for name, value in (common | headers).items()],
        "body": body,
        "received_ms": int(TIME) * 1000 + 2000,
    }
    return given | {"weak": bool(scheme) and str(scheme).endswith(";weak")} | more
