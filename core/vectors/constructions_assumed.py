"""What AI Rudder itself may do: it does not publish how it signs, but its fields `X-AIRudder-Sign` and `-Sign-Key`."""

from deliveries import BODY, MILLIS, NONCE, SIGN_KEY, TIME, Case, b64, case, dense, hm, pairs, plain_hash
from primitives import KEYS, SECRET, encrypt

CALL = {"task_id": "t-1", "details": [{"callee": "+6212345678", "result": "finished"}], "status": "finished"}


STAMPED = {"X-AIRudder-Timestamp": TIME, "X-AIRudder-Nonce": NONCE}
STAMP, ONCE = "time(header(X-AIRudder-Timestamp))", "header(X-AIRudder-Nonce)"


def assumed(about: str, scheme: str, signature: bytes, headers: dict[str, str] | None = None, **more: object) -> Case:
    upper, encoding = ":HEX:" in scheme, scheme.split(":")[1]
    if encoding == "base64(hex)":
        signature, encoding = signature.hex().encode(), "base64"
    text = b64(signature) if encoding == "base64" else signature.hex().upper() if upper else signature.hex()
    fields = {"X-AIRudder-Sign": text, "X-AIRudder-Sign-Key": SIGN_KEY} | (headers or {})
    return case(f"AI Rudder, if {about}", scheme, fields, **({"body": BODY, "key": SIGN_KEY} | more))  # type: ignore[arg-type]


def of_the_body() -> list[Case]:
    return [
        assumed("HMAC over the body", "hmac-sha256:hex:body", hm("sha256", SECRET, BODY)),
        assumed("in Base64", "hmac-sha256:base64:body", hm("sha256", SECRET, BODY)),
        assumed("SHA-1", "hmac-sha1:hex:body", hm("sha1", SECRET, BODY)),
        assumed("SHA-384", "hmac-sha384:hex:body", hm("sha384", SECRET, BODY)),
        assumed("the sign key is the HMAC key", "hmac-sha256(key):hex:body;weak", hm("sha256", SIGN_KEY, BODY)),
        assumed(
            "key and secret are the HMAC key",
            "hmac-sha256(key+secret):hex:body",
            hm("sha256", SIGN_KEY + SECRET, BODY),
        ),
        assumed("key, body, secret", "md5:hex:key+body+secret", plain_hash("md5", SIGN_KEY + BODY + SECRET)),
        assumed("body&key=secret", "md5:HEX:body+'&key='+secret", plain_hash("md5", f"{BODY}&key={SECRET}")),
        assumed(
            "MD5 of the body inside", "hmac-sha256:hex:md5(body)", hm("sha256", SECRET, plain_hash("md5", BODY).hex())
        ),
    ]


def with_a_time() -> list[Case]:
    return [
        assumed(
            "SHA-256 of the body inside, with a time",
            f"hmac-sha256:hex:{STAMP}+'\\n'+{ONCE}+'\\n'+sha256(body)",
            hm("sha256", SECRET, f"{TIME}\n{NONCE}\n{plain_hash('sha256', BODY).hex()}"),
            STAMPED,
        ),
        assumed(
            "time, nonce, body",
            f"hmac-sha256:hex:{STAMP}+{ONCE}+body",
            hm("sha256", SECRET, TIME + NONCE + BODY),
            STAMPED,
        ),
        assumed(
            "nonce & time & body",
            f"hmac-sha256:base64:{ONCE}+'&'+{STAMP}+'&'+body",
            hm("sha256", SECRET, f"{NONCE}&{TIME}&{BODY}"),
            STAMPED,
        ),
        assumed(
            "key, time, body, secret",
            f"sha256:hex:key+{STAMP}+body+secret",
            plain_hash("sha256", SIGN_KEY + TIME + BODY + SECRET),
            STAMPED,
        ),
        assumed(
            "method, path, time, body",
            f"hmac-sha256:hex:method+'\\n'+path+'\\n'+{STAMP}+'\\n'+body",
            hm("sha256", SECRET, f"POST\n/airudder/events\n{TIME}\n{BODY}"),
            STAMPED,
        ),
        assumed(
            "time in milliseconds, a full stop, body",
            "hmac-sha256:hex:time(header(X-Time))+'.'+body",
            hm("sha256", SECRET, f"{MILLIS}.{BODY}"),
            {"X-Time": MILLIS},
        ),
    ]


def of_other_texts() -> list[Case]:
    sealed = encrypt("aes-ecb:zero:base64", BODY.encode(), KEYS[16])
    over_plain = {"body": sealed, "encryption_key": KEYS[16], "plain": BODY}
    return [
        assumed(
            "over the decrypted text",
            "hmac-sha256:hex:plain",
            hm("sha256", SECRET, BODY),
            **over_plain,
        ),
        assumed(
            "over time and decrypted text",
            f"hmac-sha256:hex:{STAMP}+'.'+plain",
            hm("sha256", SECRET, f"{TIME}.{BODY}"),
            STAMPED,
            **over_plain,
        ),
        assumed(
            "sorted parameters",
            "hmac-sha256:hex:params(&,=)",
            hm("sha256", SECRET, pairs(dict(CALL))),
            body=dense(dict(CALL)),
        ),
        assumed(
            "sorted parameters and &key=",
            "md5:HEX:params(&,=)+'&key='+secret",
            plain_hash("md5", f"{pairs(dict(CALL))}&key={SECRET}"),
            body=dense(dict(CALL)),
        ),
        assumed("secret, body", "sha256:hex:secret+body;weak", plain_hash("sha256", SECRET + BODY)),
        assumed("secret, body, secret", "md5:hex:secret+body+secret", plain_hash("md5", SECRET + BODY + SECRET)),
    ]


def of_many_parts() -> list[Case]:
    joined = f"{SIGN_KEY}:{MILLIS}:{BODY}"
    return [
        assumed(
            "key, time, nonce, body, secret",
            f"md5:hex:key+{STAMP}+{ONCE}+body+secret",
            plain_hash("md5", SIGN_KEY + TIME + NONCE + BODY + SECRET),
            STAMPED,
        ),
        assumed(
            "lines of key, time, nonce, body",
            f"hmac-sha256:hex:key+'\\n'+{STAMP}+'\\n'+{ONCE}+'\\n'+body",
            hm("sha256", SECRET, f"{SIGN_KEY}\n{TIME}\n{NONCE}\n{BODY}"),
            STAMPED,
        ),
        assumed(
            "the MD5 of the secret behind the body",
            "md5:hex:body+md5(secret);weak",
            plain_hash("md5", BODY + plain_hash("md5", SECRET).hex()),
        ),
        assumed(
            "in Base64 of hex",
            "hmac-sha256:base64(hex):base64(body)",
            hm("sha256", SECRET, b64(BODY)),
        ),
        assumed(
            "key:time:body",
            "hmac-sha1:base64:key+':'+time(header(X-Time))+':'+body",
            hm("sha1", SECRET, joined),
            {"X-Time": MILLIS, "X-Request-Id": "r-1"},
        ),
    ]


def assumed_cases() -> list[Case]:
    return of_the_body() + with_a_time() + of_other_texts() + of_many_parts()
