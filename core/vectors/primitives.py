"""The means by which the vectors are made: pycryptodome, hashlib, hmac and json, and nothing of the library."""

import base64
import hashlib
import hmac
import json
import struct
from pathlib import Path

from Crypto.Cipher import AES

HERE = Path(__file__).parent
KEYS = {16: "airudderredduria", 24: "fake-key-of-24-bytes-abc", 32: "fake-key-of-32-bytes-abcdefghijk"}
IV = bytes(range(16))
SECRET = "fake-secret-for-tests"
OTHER_SECRET = "fake-secret-of-last-year"


def pad(data: bytes, padding: str) -> bytes:
    """Up to a block of padding; an aligned text gets a whole block."""
    block = 32 if padding == "pkcs7-32" else 16
    missing = block - len(data) % block
    return data + {"none": b"", "zero": bytes(missing)}.get(padding, bytes([missing]) * missing)


def encode(data: bytes, encoding: str) -> str:
    return {
        "base64": base64.b64encode(data).decode(),
        "base64url": base64.urlsafe_b64encode(data).decode(),
        "base64(hex)": base64.b64encode(data.hex().encode()).decode(),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
    }[encoding]


def aes_key(text: str, form: str) -> bytes:
    if form == "hex":
        return bytes.fromhex(text)
    if form == "base64":
        return base64.b64decode(text + "=" * (-len(text) % 4))
    return text.encode() if form == "text" else hashlib.new(form, text.encode()).digest()


def wechat_frame(plain: bytes, receiver: str) -> bytes:
    return IV + struct.pack(">I", len(plain)) + plain + receiver.encode()


def encrypt_bytes(cipher: str, plain: bytes, key: str, headers: dict[str, str] | None = None) -> bytes:
    """The encrypted bytes, before they are encoded and wrapped."""
    mode, padding, _, *rest = cipher.split(":")
    options = dict(option.split("=", 1) for option in rest)
    secret = aes_key(key, options.get("key", "text"))
    frame = options.get("frame")
    if frame:
        plain = wechat_frame(plain, frame[len("wechat('") : -len("')")])
    data = pad(plain, padding)
    if mode == "aes-ecb":
        return AES.new(secret, AES.MODE_ECB).encrypt(data)
    size = 12 if mode == "aes-gcm" else 16
    form = options["iv"]
    given = form == "prefix" or "(" in form
    iv = {"key": secret[:size]}.get(form) or (IV[:size] if given else bytes.fromhex(form))
    if mode == "aes-gcm":
        gcm = AES.new(secret, AES.MODE_GCM, nonce=iv)
        aad = options.get("aad", "")
        if aad.startswith("header("):
            aad = (headers or {}).get(aad[len("header(") : -1], "")
        gcm.update(b"" if aad.startswith("field(") else aad.strip("'").encode())
        sealed = b"".join(gcm.encrypt_and_digest(data))
    else:
        sealed = AES.new(secret, AES.MODE_CBC, iv).encrypt(data)
    return iv + sealed if form == "prefix" else sealed


def encrypt(cipher: str, plain: bytes, key: str, headers: dict[str, str] | None = None) -> str:
    text = encode(encrypt_bytes(cipher, plain, key, headers), cipher.split(":")[2])
    options = dict(option.split("=", 1) for option in cipher.split(":")[3:])
    if "wrap" not in options:
        return text
    body: dict[str, object] = {}
    put(body, options["wrap"], text)
    iv = options.get("iv", "")
    if iv.startswith("field("):
        put(body, iv[len("field(") : -1], IV[: 12 if cipher.startswith("aes-gcm") else 16].hex())
    return compact(body)


def put(body: dict[str, object], pointer: str, text: str) -> None:
    """Put a text where a JSON pointer without escapes points at."""
    *way, last = pointer.removeprefix("/").split("/")
    for name in way:
        body = body.setdefault(name, {})  # type: ignore[assignment]
    body[last] = text


def sign(digest: str, encoding: str, message: bytes, secret: str) -> str:
    name = digest.removeprefix("hmac-")
    keyed = digest.startswith("hmac-")
    data = hmac.new(secret.encode(), message, name).digest() if keyed else hashlib.new(name, message).digest()
    return encode(data, encoding)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def dedupe_key(text: str) -> str:
    canonical = json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
