"""Constructions that no scheme describes: asymmetric keys, and one with something behind the signature.

The keys are made from fixed numbers, and protect nothing.
"""

import json

from Crypto.Hash import SHA256, SHAKE256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, eddsa, pkcs1_15
from deliveries import BODY, NONCE, TIME, URL, Case, b64, b64url, case, form, pairs, plain_hash
from primitives import SECRET

ED25519 = ECC.construct(curve="Ed25519", seed=bytes(range(32)))
P256 = ECC.construct(curve="P-256", d=int(plain_hash("sha256", "a fake key").hex(), 16))


def rsa_signature(message: str) -> str:
    """The signature of RSA-2048 with SHA-256, by a key that is the same each time."""
    key = RSA.generate(2048, randfunc=SHAKE256.new(b"a fake key").read)
    return b64(pkcs1_15.new(key).sign(SHA256.new(message.encode())))


def ecdsa(message: bytes, encoding: str) -> bytes:
    return DSS.new(P256, "deterministic-rfc6979", encoding=encoding).sign(SHA256.new(message))


def verifier_cases() -> list[Case]:
    discord = eddsa.new(ED25519, "rfc8032").sign((TIME + BODY).encode()).hex()
    sendgrid = b64(ecdsa((TIME + BODY).encode(), "der"))
    claims = {"iat": int(TIME), "request_body_sha256": plain_hash("sha256", BODY).hex()}
    head = b64url(b'{"alg":"ES256","kid":"fake","typ":"JWT"}').rstrip("=")
    token = f"{head}.{b64url(json.dumps(claims).encode()).rstrip('=')}"
    token += "." + b64url(ecdsa(token.encode(), "binary")).rstrip("=")
    alipay = {"app_id": "2021", "trade_status": "TRADE_SUCCESS", "total_amount": "1.00"}
    pay = {
        "Wechatpay-Timestamp": TIME,
        "Wechatpay-Nonce": NONCE,
        "Wechatpay-Serial": "fake-serial",
        "Wechatpay-Signature": rsa_signature(f"{TIME}\n{NONCE}\n{BODY}\n"),
    }
    phonepe = plain_hash("sha256", BODY + SECRET).hex() + "###1"
    return [
        case(
            "Discord",
            None,
            {"X-Signature-Timestamp": TIME, "X-Signature-Ed25519": discord},
            verifier="Ed25519",
        ),
        case(
            "SendGrid",
            None,
            {
                "X-Twilio-Email-Event-Webhook-Timestamp": TIME,
                "X-Twilio-Email-Event-Webhook-Signature": sendgrid,
            },
            verifier="ECDSA",
        ),
        case("WeChat Pay v3", None, pay, verifier="RSA"),
        case(
            "Alipay",
            None,
            {},
            form(alipay | {"sign": rsa_signature(pairs(dict(alipay))), "sign_type": "RSA2"}),
            verifier="RSA",
        ),
        case("Plaid", None, {"Plaid-Verification": token}, verifier="JWT by ECDSA", url=URL),
        case("PhonePe", None, {"X-VERIFY": phonepe}, verifier="a number behind the signature"),
    ]
