"""The means by which the vectors are made: pycryptodome, hashlib, hmac and json, and nothing of the library."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

from Crypto.Cipher import AES

HERE = Path(__file__).parent
KEYS = {16: "airudderredduria", 24: "fake-key-of-24-bytes-abc", 32: "fake-key-of-32-bytes-abcdefghijk"}
IV = bytes(range(16))
SECRET = "fake-secret-for-tests"
OTHER_SECRET = "fake-secret-of-last-year"


def pad(data: bytes, padding: str) -> bytes:
    """One to sixteen bytes of padding; an aligned text gets a whole block."""
    missing = 16 - len(data) % 16
    return data + (bytes(missing) if padding == "zero" else bytes([missing]) * missing)


def encode(data: bytes, encoding: str) -> str:
    return {
        "base64": base64.b64encode(data).decode(),
        "base64url": base64.urlsafe_b64encode(data).decode(),
        "base64(hex)": base64.b64encode(data.hex().encode()).decode(),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
    }[encoding]


def encrypt(cipher: str, plain: bytes, key: str) -> str:
    mode, padding, encoding, *iv_form = cipher.split(":")
    secret = key.encode()
    data = pad(plain, padding)
    if mode == "aes-ecb":
        return encode(AES.new(secret, AES.MODE_ECB).encrypt(data), encoding)
    form = iv_form[0].removeprefix("iv=")
    iv = {"prefix": IV, "key": secret[:16]}.get(form) or bytes.fromhex(form)
    sealed = AES.new(secret, AES.MODE_CBC, iv).encrypt(data)
    return encode(iv + sealed if form == "prefix" else sealed, encoding)


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
