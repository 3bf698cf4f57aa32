"""Writes the vectors of crypto and webhooks, by other means than the library: pycryptodome, hashlib, hmac and json.

`python core/vectors/generate.py` writes them; with `--check` it fails where a file differs.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

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
    return base64.b64encode(data).decode() if encoding == "base64" else data.hex()


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


def cipher_cases() -> list[dict[str, object]]:
    ivs = ["prefix", "key", "f0e0d0c0b0a090807060504030201000"]
    modes = ["aes-ecb:{}:{}"] + ["aes-cbc:{}:{}:iv=" + iv for iv in ivs]
    all_ciphers = [m.format(p, e) for m in modes for p in ("zero", "pkcs7") for e in ("base64", "hex")]
    ours = "aes-ecb:zero:base64"
    key = KEYS[16]
    cases: list[dict[str, object]] = []

    def both(about: str, cipher: str, key: str, plain: bytes) -> None:
        case: dict[str, object] = {"about": about, "do": "both", "cipher": cipher, "key": key}
        if "iv=prefix" in cipher:
            case["iv"] = IV.hex()
        cases.append(case | {"plain": plain.hex(), "text": encrypt(cipher, plain, key)})

    both("the vendor's own example", ours, key, b"TaskID=69f531a01a9df58aa6de2487be610abb")
    for text in ("", "0123456789abcdef", '{"name":"测试"}'):
        both("a known answer of the documented algorithm", ours, key, text.encode())
    for length in range(65):
        for key_length in KEYS:
            both(f"{length} bytes", ours, KEYS[key_length], bytes(97 + n % 26 for n in range(length)))
    for cipher in all_ciphers:
        for length in (0, 15, 16, 33):
            both("every mode, padding, encoding and iv", cipher, KEYS[32], bytes(65 + n for n in range(length)))
    both("zero bytes inside stay", ours, key, b"a\0b")
    both("PKCS#7 keeps zero bytes at the end", "aes-ecb:pkcs7:base64", key, b"a\0\0")

    def fails(about: str, do: str, error: str, **fields: str) -> None:
        cases.append({"about": about, "do": do, "cipher": ours, "key": key} | fields | {"error": error})

    whole = encrypt(ours, b"0123456789abcdef", key)
    fails("truncated in the middle of a group", "decrypt", "E6002", text=whole[:-3])
    fails("truncated to half a block", "decrypt", "E6002", text=whole[:32])
    fails("empty", "decrypt", "E6002", text="")
    fails("no Base64", "decrypt", "E6002", text="{}")
    fails("two alphabets at once", "decrypt", "E6002", text="_+" + whole[2:])
    fails("an odd number of hex digits", "decrypt", "E6002", cipher="aes-ecb:zero:hex", text="abc")
    fails("only the iv", "decrypt", "E6002", cipher="aes-cbc:zero:hex:iv=prefix", text=IV.hex())
    fails("less than the iv", "decrypt", "E6002", cipher="aes-cbc:zero:hex:iv=prefix", text="00")
    fails("zero padding is no PKCS#7", "decrypt", "E6003", cipher="aes-ecb:pkcs7:base64", text=whole)
    fails(
        "another key leaves no PKCS#7",
        "decrypt",
        "E6003",
        cipher="aes-ecb:pkcs7:base64",
        text=encrypt("aes-ecb:pkcs7:base64", b"text", KEYS[32]),
    )
    fails("the padding would be lost", "encrypt", "E6006", plain="6100")
    fails("no iv is given", "encrypt", "E6007", cipher="aes-cbc:zero:hex:iv=prefix", plain="61")
    for wrong in ("", "fake-key-of-15b", "fake-key-of-17-by", "测试测试测试"):
        fails("a key of another length", "encrypt", "E6001", key=wrong, plain="61")
    for wrong in (" " * 16, "fake-key-of-15b\n", " fake-key-of-15b", "fake-key-13b\u200b"):
        fails("a key with white space", "encrypt", "E6001", key=wrong, plain="61")
    for wrong in (
        "",
        "aes",
        "aes-gcm:zero:base64",
        "aes-ecb:none:base64",
        "aes-ecb:zero:base32",
        "AES-ECB:zero:base64",
        "aes-ecb:zero:base64:iv=key",
        "aes-cbc:zero:base64",
        "aes-cbc:zero:base64:prefix",
        "aes-cbc:zero:base64:iv=",
        "aes-cbc:zero:base64:iv=00",
        "aes-cbc:zero:base64:iv=key:more",
    ):
        fails("not a cipher", "encrypt", "E6005", cipher=wrong, plain="61")
    return cases


def sign(digest: str, encoding: str, message: bytes, secret: str) -> str:
    name = digest.removeprefix("hmac-")
    keyed = digest.startswith("hmac-")
    data = hmac.new(secret.encode(), message, name).digest() if keyed else hashlib.new(name, message).digest()
    return encode(data, encoding)


def signature_cases() -> list[dict[str, object]]:
    body = '{"task_id":"t-1","details":[{"callee":"+6212345678","name":"测试"}]}'
    key = "0123456789abcdef0123456789abcdef"
    headers = [["X-Timestamp", "1720159500"], ["X-Nonce", "n-1"]]
    parts = {
        "body": body,
        "secret": SECRET,
        "key": key,
        "header(x-timestamp)": "1720159500",
        "header(X-Nonce)": "n-1",
        "'.'": ".",
        "'+:('": "+:(",
        "''": "",
    }
    messages = [
        ["body"],
        ["secret", "body"],
        ["body", "secret"],
        ["secret", "body", "secret"],
        ["key", "body", "secret"],
        ["header(x-timestamp)", "'.'", "body", "'.'", "secret"],
        ["secret", "'+:('", "header(X-Nonce)", "''", "body"],
    ]
    cases: list[dict[str, object]] = []
    for digest in ("hmac-sha256", "hmac-sha1", "hmac-md5", "sha256", "sha1", "md5"):
        for encoding in ("hex", "base64"):
            for message in messages:
                scheme = f"{digest}:{encoding}:{'+'.join(message)}"
                case: dict[str, object] = {
                    "scheme": scheme,
                    "secret": SECRET,
                    "key": key,
                    "headers": headers,
                    "body": body,
                }
                if not digest.startswith("hmac-") and "secret" not in message:
                    cases.append(case | {"about": "everybody could compute it", "signature": "", "error": "E6004"})
                    continue
                text = "".join(parts[part] for part in message).encode()
                cases.append(case | {"about": "right", "signature": sign(digest, encoding, text, SECRET)})
    good = sign("hmac-sha256", "hex", body.encode(), SECRET)
    base = {"scheme": "hmac-sha256:hex:body", "secret": SECRET, "key": key, "headers": headers, "body": body}
    cases.append(base | {"about": "upper-case digits are the same bytes", "signature": good.upper(), "accepted": True})
    cases.append(base | {"about": "white space around it", "signature": f" {good} ", "accepted": True})
    unpadded = sign("hmac-sha256", "base64", body.encode(), SECRET).rstrip("=")
    cases.append(
        base
        | {
            "about": "Base64 without padding",
            "scheme": "hmac-sha256:base64:body",
            "signature": unpadded,
            "accepted": True,
        }
    )
    cases.append(base | {"about": "joined by a proxy", "signature": f"{good}, {good}", "accepted": True})
    for about, change in (
        ("two that differ", {"signature": f"{good}, {'00' * 32}"}),
        ("two that differ, the right one last", {"signature": f"{'00' * 32},{good}"}),
        ("another body", {"body": body + " "}),
        ("another secret", {"secret": OTHER_SECRET}),
        ("one bit differs", {"signature": ("0" if good[0] != "0" else "1") + good[1:]}),
        ("truncated", {"signature": good[:-2]}),
        ("empty", {"signature": ""}),
        ("not hex", {"signature": "z" * 64}),
        ("the encoding of another scheme", {"signature": sign("hmac-sha256", "base64", body.encode(), SECRET)}),
        ("a header field that is not there", {"scheme": "hmac-sha256:hex:header(X-Other)+body"}),
    ):
        cases.append(base | {"signature": good} | change | {"about": about, "error": "E5002"})
    for wrong in ("", " ", "\n", "\u3000", SECRET + "\n", " " + SECRET, "fake\u200bsecret", "fake\u00a0secret"):
        cases.append(base | {"about": "no secret", "secret": wrong, "signature": good, "error": "E1001"})
    for wrong in (
        "",
        "hmac-sha256",
        "hmac-sha256:hex",
        "hmac-sha512:hex:body",
        "hmac-sha256:HEX:body",
        "hmac-sha256:hex:all",
        "hmac-sha256:hex:body+",
        "hmac-sha256:hex:'open",
        "hmac-sha256:hex:header()",
        "md5:hex:'secret'+body",
    ):
        cases.append(
            base
            | {
                "about": "not a scheme, or none that authenticates",
                "scheme": wrong,
                "signature": good,
                "error": "E6004",
            }
        )
    return cases


def dedupe_key(text: str) -> str:
    canonical = json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def webhook_cases() -> list[dict[str, object]]:
    call = (HERE / "examples/call.finished.event.json").read_text()
    chat = (HERE / "examples/channel.message.sent.event.json").read_text()
    signed = {"secrets": [SECRET]}
    unsigned: dict[str, object] = {"require_signature": False}
    cases: list[dict[str, object]] = []

    def headers_of(body: str, secret: str = SECRET) -> list[list[str]]:
        return [
            ["Content-Type", "application/json"],
            ["x-airudder-sign", sign("hmac-sha256", "hex", body.encode(), secret)],
        ]

    def reads(
        about: str,
        config: dict[str, object],
        headers: list[list[str]],
        body: str,
        name: str,
        text: str | None = None,
        *,
        known: bool = True,
        verified: bool = False,
        kind: str | None = None,
    ) -> None:
        text = body if text is None else text
        event = {"type": name, "known": known, "verified": verified, "text": text, "dedupe_key": dedupe_key(text)}
        cases.append({"about": about, "config": config, "headers": headers, "body": body, "kind": kind, "event": event})

    def fails(
        about: str, config: dict[str, object], headers: list[list[str]], body: str, error: str, kind: str | None = None
    ) -> None:
        cases.append({"about": about, "config": config, "headers": headers, "body": body, "kind": kind, "error": error})

    def hex_fails(about: str, config: dict[str, object], body: bytes, error: str) -> None:
        cases.append(
            {"about": about, "config": config, "headers": [], "body_hex": body.hex(), "kind": None, "error": error}
        )

    reads("the documented example, signed", signed, headers_of(call), call, "call.finished", verified=True)
    reads("the documented example, signed", signed, headers_of(chat), chat, "channel.message.sent", verified=True)
    reads("without a signature, where none is required", unsigned, [], call, "call.finished")
    workflow = '{"task_id":"t","workflow_id":"w","nodetask_id":"n","details":[{"callee":"+6212345678"}]}'
    reads("a workflow's call", unsigned, [], workflow, "workflow.call.finished")
    inside = '{"task_id":"t","details":[{"workflow_id":"w","nodetask_id":"n","callee":"+6212345678"}]}'
    reads("a workflow's call, the fields inside", unsigned, [], inside, "workflow.call.finished")
    reads(
        "the event field counts, not the shape",
        unsigned,
        [],
        '{"event":"later","task_id":"t","details":[]}',
        "later",
        known=False,
    )
    reads("nothing known", unsigned, [], '{"a":1}', "unknown", known=False)
    reads("empty", unsigned, [], "{}", "unknown", known=False)
    reads("an event field that is no text", unsigned, [], '{"event":7}', "unknown", known=False)
    reads("named by the receiver", unsigned, [], '{"a":1}', "call.finished", kind="call.finished")
    reads("the same in another order", unsigned, [], '{ "b" : [1, 2],\n "a":"\\u6d4b" }', "unknown", known=False)
    reads("the same in one order", unsigned, [], '{"a":"测","b":[1,2]}', "unknown", known=False)
    reads(
        "unknown values stay",
        unsigned,
        [],
        '{"task_id":"t","details":[{"ring_type":"new","x":{"y":null}}],"z":1e400}'.replace(
            "1e400", "12345678901234567890123"
        ),
        "call.finished",
    )
    reads(
        "keys that are prototypes elsewhere",
        unsigned,
        [],
        '{"__proto__":{"a":1},"constructor":2}',
        "unknown",
        known=False,
    )
    rotated = {"secrets": [SECRET, OTHER_SECRET]}
    reads("signed with the old secret", rotated, headers_of(call, OTHER_SECRET), call, "call.finished", verified=True)
    reads("a signature that nothing is known about", unsigned, headers_of(call), call, "call.finished")
    keyed = signed | {"scheme": "sha1:base64:key+body+secret"}
    key_headers = [
        ["X-AIRudder-Sign-Key", "k"],
        ["X-AIRudder-Sign", sign("sha1", "base64", b"k{}" + SECRET.encode(), "")],
    ]
    reads("the delivery names the key", keyed, key_headers, "{}", "unknown", known=False, verified=True)
    for cipher in ("aes-ecb:zero:base64", "aes-cbc:pkcs7:base64:iv=prefix", "aes-cbc:zero:hex:iv=key"):
        for key in KEYS.values():
            config = signed | {"encryption_key": key, "cipher": cipher}
            sealed = encrypt(cipher, workflow.encode(), key)
            reads("encrypted", config, headers_of(sealed), sealed, "workflow.call.finished", workflow, verified=True)
    # The reference shows these, too.
    flow = {"workflow_id": "wf-1", "workflow_name": "july"}
    node_of = {"nodetask_id": "node-1", "nodetask_name": "first call"}
    node = node_of | {"node_type": "call"}
    called = {"id": 1, "callee": "+6212345678", "result": "finished", "result_label": "A", "duration": 12}
    said = {"sender_type": "robot", "timestamp": 1720159500, "content": {"type": "text", "text": "hi"}}
    talk = {"company": "lender", "channel_id": "channel-1", "call_id": "call-1", "messages": [{"msg_id": "m-1"} | said]}
    ended = flow | {
        "waba_task_id": "task-1",
        "callee": "+6212345678",
        "call_id": "call-1",
        "status": "closed",
        "session_end_time": "2023-09-11T06:19:27Z",
        "session_end_reason": "robot",
        "messages": [{"msg_id": "m-1"} | said],
    }
    for name, fields in (
        (
            "workflow.call.finished",
            flow | node_of | {"case_id": "c-1", "task_id": "task-1", "status": "finished", "details": [called]},
        ),
        ("workflow.list.finished", flow | {"case_id": "c-1", "callee_number": "+6212345678", "rows": [node]}),
        ("workflow.status.changed", flow | {"status": "finished", "actions": [node | {"task_status": "finished"}]}),
        ("workflow.chatbot.session.ended", ended),
        (
            "workflow.api_node.push",
            flow
            | {"node_id": "node-1", "node_name": "push"}
            | {
                "callee": {
                    "case_id": "",
                    "callee_name": "Ana",
                    "callee_gender": "female",
                    "callee_number": "+6212345678",
                    "platform_name": "TEMP1",
                    "extra_a": "x",
                    "extra_b": "y",
                }
            },
        ),
        (
            "channel.message.sent",
            {"event": "channel.message.sent", "channel": "WhatsApp", "user": {"id": "6212345678"}} | talk,
        ),
        (
            "message.send",
            {"event": "message.send", "channel": "chatbot", "user": {"id": "user-1", "name": "Ana"}} | talk,
        ),
    ):
        body = json.dumps(fields)
        reads("told by its fields", signed, headers_of(body), body, name, verified=True)
    for name in ("pds.task.status", "pds.agent.status", "pds.contact.status"):
        reads("named by the receiver", unsigned, [], '{"any":{"thing":1}}', name, kind=name)

    # Of what tells an event apart, one field may be missing.
    called_from = flow | node_of | {"case_id": "c-1", "task_id": "task-1", "details": [called]}
    pushed = flow | {"node_id": "node-1", "node_name": "push"}
    contact = {"case_id": "c-1", "callee_number": "+6212345678", "callee_name": "Ana", "extra_a": "x"}
    for name, fields, telling in (
        ("call.finished", {"task_id": "task-1", "status": "finished", "details": [called]}, ("task_id",)),
        ("workflow.call.finished", called_from, ("task_id", "workflow_id", "nodetask_id")),
        (
            "workflow.list.finished",
            flow | {"case_id": "c-1", "callee_number": "+6212345678", "rows": [node]},
            ("workflow_id", "callee_number"),
        ),
        (
            "workflow.status.changed",
            flow | {"status": "finished", "actions": [node | {"task_status": "finished"}]},
            ("workflow_id", "status"),
        ),
        (
            "workflow.chatbot.session.ended",
            ended | {"session_start_time": "2023-09-11T06:10:00Z"},
            ("waba_task_id", "session_end_time", "workflow_id"),
        ),
        ("workflow.api_node.push", pushed | {"callee": contact}, ("node_id", "workflow_id")),
        ("workflow.api_node.push", pushed | contact, ("callee", "workflow_id")),
    ):
        for missing in telling:
            body = compact({field: value for field, value in fields.items() if field != missing})
            reads(f"without its {missing}", unsigned, [], body, name)
    for body in (
        {"details": [called | {"callee": "+6212345678"}], "event": "later"},
        {"details": [], "status": "finished"},
        {"task_id": "task-1", "task_name": "july", "status": "finished"},
        flow | {"status": "finished"},
        flow | {"case_id": "c-1", "callee_number": "+6212345678"},
        {"waba_task_id": "task-1", "status": "read"},
        {"session_end_time": "2023-09-11T06:19:27Z", "call_id": "call-1"},
        pushed,
        talk,
    ):
        name = str(body.get("event", "unknown"))
        reads("too little to tell it by", unsigned, [], compact(body), name, known=False)

    sealing = unsigned | {"encryption_key": KEYS[16]}
    plain_too = sealing | {"require_encryption": False}
    sealed = encrypt("aes-ecb:zero:base64", workflow.encode(), KEYS[16])
    reads("plain, which the settings allow", plain_too, [], workflow, "workflow.call.finished")
    fails("plain and unsigned, where a key is configured", sealing, [], workflow, "E5008")
    signing = signed | {"encryption_key": KEYS[16]}
    reads("plain and signed", signing, headers_of(workflow), workflow, "workflow.call.finished", verified=True)
    strictly = signing | {"require_encryption": True}
    fails("plain and signed, where encryption is required", strictly, headers_of(workflow), workflow, "E5008")
    reads("signed, encrypted", strictly, headers_of(sealed), sealed, "workflow.call.finished", workflow, verified=True)
    for about, body in (
        ("in lines of 76", "\r\n".join(sealed[at : at + 76] for at in range(0, len(sealed), 76))),
        ("in the alphabet for URLs", sealed.replace("+", "-").replace("/", "_").rstrip("=")),
        ("in quotes", json.dumps(sealed)),
        ("in quotes, with its slashes escaped", json.dumps(sealed).replace("/", "\\/")),
        ("with white space around it", f"\n{sealed}\n"),
    ):
        reads(f"encrypted, {about}", sealing, [], body, "workflow.call.finished", workflow)
    marked = encrypt("aes-ecb:zero:base64", ("\ufeff" + workflow).encode(), KEYS[16])
    reads("encrypted, behind a byte order mark", sealing, [], marked, "workflow.call.finished", workflow)
    reads("behind a byte order mark", unsigned, [], "\ufeff" + workflow, "workflow.call.finished", workflow)
    digest_of = [["Is-Encrypted", "1"], ["Signed", digest(workflow).upper()]]
    reads("with its digest", sealing, digest_of, sealed, "workflow.call.finished", workflow)
    twice = [["Signed", f"{digest(workflow)}, {digest(workflow)}"]]
    reads("with its digest, joined by a proxy", sealing, twice, sealed, "workflow.call.finished", workflow)
    fails("with the digest of another text", sealing, [["Signed", digest("{}")]], sealed, "E5005")
    fails("plain, with the digest of another text", unsigned, [["Signed", digest("{}")]], workflow, "E5005")
    doubled = [*headers_of(call), *headers_of(call)[1:]]
    reads("a signature that came twice", signed, doubled, call, "call.finished", verified=True)
    fails("two signatures that differ", signed, [*headers_of(call), ["X-AIRudder-Sign", "00" * 32]], call, "E5002")
    fails("Base64 of JSON", unsigned, [], base64.b64encode(call.encode()).decode(), "E5005")
    fails("JSON within a JSON string", unsigned, [], json.dumps(call), "E5005")
    fails("Base64 whose + became spaces", sealing, [], sealed.replace("+", " "), "E6002")
    hex_fails("gzip", unsigned, bytes.fromhex("1f8b0800000000000003abae0500"), "E5005")
    fails("a control character in a name", unsigned, [], '{"event":"x","a\u0001":1}', "E5005")
    fails("a control character in a name further down", unsigned, [], '{"event":"x","b":{"a\u0001":1}}', "E5005")
    reads("at the nesting limit", unsigned | {"max_depth": 3}, [], '{"a":[[]]}', "unknown", known=False)
    reads(
        "brackets in a text are no nesting", unsigned | {"max_depth": 1}, [], '{"a":"[[[\\"[["}', "unknown", known=False
    )

    fails("no signature", signed, [], call, "E5001")
    fails("a changed body", signed, headers_of(call), call.replace("+8612345678", "+8612345679"), "E5002")
    fails("a wrong secret", {"secrets": [OTHER_SECRET]}, headers_of(call), call, "E5002")
    fails("wrong, though none is required", signed | unsigned, headers_of(call), call + " ", "E5002")
    fails("an empty signature", signed, [["X-AIRudder-Sign", ""]], call, "E5002")
    fails("too large", unsigned | {"max_body_bytes": 10}, [], '{"a":12345}', "E5003")
    fails("the size counts before the signature", signed | {"max_body_bytes": 10}, [], '{"a":12345}', "E5003")
    fails("nested too deeply", unsigned | {"max_depth": 3}, [], '{"a":[[[]]]}', "E5004")
    fails("10 000 arrays", unsigned, [], '{"a":' + "[" * 10_000 + "]" * 10_000 + "}", "E5004")
    fails("the signature counts before the nesting", signed, [], "[" * 200, "E5001")
    fails("an array", unsigned, [], "[1]", "E5005")
    fails("a text", unsigned, [], '"a"', "E5005")
    fails("empty", unsigned, [], "", "E5005")
    fails("truncated", unsigned, [], '{"a":[1,', "E5005")
    fails("something behind it", unsigned, [], "{}{}", "E5005")
    fails("encrypted, and no key is configured", unsigned, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[16]), "E5005")
    fails("encrypted with another key", sealing, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[32]), "E5005")
    fails("truncated Base64", sealing, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[16])[:-3], "E6002")
    fails("the receiver names no known event", unsigned, [], "{}", "E1001", kind="call.finnished")
    hex_fails("not UTF-8", unsigned, b'{"a":"\xff"}', "E5005")
    hex_fails("UTF-16", unsigned, "{}".encode("utf-16-le"), "E5005")
    hex_fails("zero bytes", unsigned, bytes(32), "E5005")
    for about, config, error in (
        ("a signature is required, and no secret given", {}, "E1001"),
        *((f"no secret: {wrong!r}", {"secrets": [wrong]}, "E1001") for wrong in ("", " ", "\n", SECRET + "\n")),
        ("one secret of two is blank", {"secrets": [SECRET, " "]}, "E1001"),
        ("an invisible character in a secret", {"secrets": ["fake\u202asecret"]}, "E1001"),
        ("encryption is required, and no key given", signed | {"require_encryption": True}, "E1001"),
        ("a scheme that does not sign the body", signed | {"scheme": "hmac-sha256:hex:key"}, "E6004"),
        ("a scheme that everybody could compute", signed | {"scheme": "sha256:hex:body"}, "E6004"),
        ("a wrong cipher", unsigned | {"cipher": "rot13"}, "E6005"),
        ("a wrong key", unsigned | {"encryption_key": "fake-short"}, "E6001"),
        ("a blank key", unsigned | {"encryption_key": " " * 16}, "E6001"),
        ("no nesting at all", unsigned | {"max_depth": 0}, "E1001"),
        ("nesting beyond what readers take", unsigned | {"max_depth": 101}, "E1001"),
    ):
        fails(about, config, [], "{}", error)
    return cases


TOKEN = "fake-token"
SIGN_KEY = "0123456789abcdef0123456789abcdef"
BASE_URL = "https://api.example.test"
QUERY_WINDOW = {"start_time": "2023-09-01 00:00:00+08:00", "end_time": "2023-09-30 23:59:59+08:00"}
HUAWEI = {"call_id": "call-1", "channel": "HuaWei", "channel_id": "channel-1", "user": {"id": "user-1", "name": "Ana"}}

# Name, method and path, how it is authorised, envelope, parameters, and the `data` of the response.
OPERATIONS: list[tuple[str, str, str, str, dict[str, Any], Any]] = [
    (
        "auth.token",
        "POST /service/cloud/auth",
        "none",
        "cloud",
        {"APPKey": "fake-app-key", "APPSecret": "fake-app-secret"},
        {"token": "t"},
    ),
    (
        "workflow.create_instance",
        "POST /service/cloud/workflow/createinstance",
        "token",
        "cloud",
        {"workflow_template_id": 7, "name": "july", "end_time": "2099-12-01 18:00:00+08:00", "auto_finish": 2},
        {"workflow_id": "wf-1", "newer": [1]},
    ),
    (
        "workflow.upload_details",
        "POST /service/cloud/workflow/uploaddetails",
        "token",
        "cloud",
        {
            "workflow_id": "wf-1",
            "details": [
                {"callee": "+6212345678", "platform": "TEMP1", "caseid": "c-1", "variables": {"customer_name": "测试"}}
            ],
        },
        {"workflow_id": "wf-1"},
    ),
    (
        "workflow.detail_instances",
        "POST /service/cloud/workflow/detailinstances",
        "token",
        "cloud",
        {"case_id": "c-1"} | QUERY_WINDOW,
        {"rows": [{"workflow_id": "wf-1", "status": "finished"}, {"status": "newer"}]},
    ),
    (
        "workflow.verify_api_node_push",
        "POST /service/cloud/workflow/apinoticeinfo",
        "token",
        "cloud",
        {"workflow_id": "wf-1", "node_id": "node-1", "callee": "+6212345678"},
        {"whatever": True},
    ),
    (
        "workflow.task_detail",
        "POST /service/cloud/workflow/taskdetail",
        "token",
        "cloud",
        {"workflow_id": "wf-1", "of_your_own": {"page": 1}},
        [],
    ),
    (
        "tasks.create",
        "POST /service/cloud/task",
        "token",
        "cloud",
        {
            "TaskName": "july",
            "ScheduleStartTime": "2020-09-15 11:14:37",
            "ScheduleEndTime": "2020-09-15 12:14:37",
            "RobotID": "robot-1",
            "SIPLine": "line-1",
            "RepeatInterval": 1,
            "RepeatNumber": 2,
            "Type": "normal",
            "Details": [
                {
                    "Mobile": "+6212345678",
                    "Platform": "TEMP1",
                    "Debtor": "Ana",
                    "Arrears": 12.5,
                    "borrowed_date": "2020-09-01",
                }
            ],
        },
        {"TaskID": "task-1"},
    ),
    (
        "tasks.list",
        "GET /service/cloud/list",
        "token",
        "cloud",
        {"Number": 10, "Page": 1, "Type": "normal"},
        {"Tasks": []},
    ),
    ("tasks.stop", "POST /service/cloud/operation", "token", "cloud", {"TaskID": "task-1", "Action": "Stop"}, {}),
    (
        "tasks.cancel_call",
        "POST /service/cloud/cancelphonecall",
        "token",
        "cloud",
        {"TaskID": "task-1", "CalleeNumber": "+6212345678"},
        {},
    ),
    ("tasks.detail", "GET /service/cloud/detail", "token", "cloud", {"TaskID": "69f531a01a9df58aa6de2487be610abb"}, []),
    (
        "tasks.recording",
        "GET /service/cloud/case",
        "token",
        "cloud",
        {"TaskID": "task-1", "Callee": "+6212345678"},
        {"Url": "https://example.test/1.wav"},
    ),
    (
        "tasks.recordings",
        "GET /service/cloud/recording",
        "token",
        "cloud",
        {"TaskID": "task-1"},
        {"Url": "https://example.test/task-1.zip"},
    ),
    ("tasks.recordings", "GET /service/cloud/recording", "token", "cloud", {"TaskID": "a b&c=é+%"}, {}),
    ("robots.list", "GET /service/cloud/robot", "token", "cloud", {}, [{"RobotID": "r"}]),
    (
        "chat.session_messages",
        "POST /api/v1/session/messages",
        "sign",
        "chat",
        {"call_id": "call-1", "last_msg_id": "", "size": 20, "type": "single"},
        [{"msg_id": "m", "content": {"type": "text", "text": "hi"}}],
    ),
    (
        "chat.huawei_message",
        "POST /api/v1/channel/huawei/message",
        "sign",
        "chat",
        HUAWEI
        | {
            "messages": [
                {"type": "text", "text": "hi"},
                {"type": "file", "media": {"origin_url": "https://example.test/bill.pdf", "name": "bill.pdf"}},
                {
                    "type": "interactive",
                    "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Pay now"}},
                },
            ]
        },
        {},
    ),
    (
        "sms.send",
        "POST /service/sms/message/v2/send",
        "token",
        "sms",
        {"to": ["+6212345678"], "message": "hi", "from": "Lender", "callbackUrl": "https://example.test/sms"},
        {"messageId": "m"},
    ),
    (
        "process.query_task_qian",
        "POST /api/v1/process/queryTaskQian",
        "headers",
        "process",
        {
            "header": {"payloadVersion": 0, "traceId": "trace-1"},
            "payload": {"procInstId": "process-1", "taskKey": "key-1"},
        },
        {"read": ["a"], "unRead": []},
    ),
]

# What must be refused before anything is sent: operation, change of the parameters above (None removes), code, pointer.
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("auth.token", {"APPSecret": None}, "E1005", "/APPSecret"),
    ("workflow.create_instance", {"end_time": "2026-12-01"}, "E1007", "/end_time"),
    ("workflow.create_instance", {"workflow_template_id": "7"}, "E1006", "/workflow_template_id"),
    (
        "workflow.upload_details",
        {"details": [{"callee": "+62", "platform": "P" * 41, "variables": {}}]},
        "E1007",
        "/details/0/platform",
    ),
    (
        "workflow.upload_details",
        {"details": [{"callee": "62", "platform": "P", "variables": {}}]},
        "E1007",
        "/details/0/callee",
    ),
    ("workflow.upload_details", {"detials": []}, "E1004", "/detials"),
    ("workflow.detail_instances", {"case_id": None}, "E1005", ""),
    *(
        ("workflow.upload_details", {"details": [{"callee": callee, "platform": "P", "variables": {}}]}, "E1007", at)
        for at in ("/details/0/callee",)
        for callee in ("+62081234567", "'+6281234567", "6.28E+11", "0812345", "\u202a+6281234567", "+62\uff1881234567")
    ),
    *(
        (
            "workflow.upload_details",
            {"details": [{"callee": "+6212345678", "caseid": caseid, "platform": "P", "variables": {}}]},
            "E1007",
            "/details/0/caseid",
        )
        for caseid in (" c-1", "c-1 ", "c\u00a01", "c-1\u200b", "c\n1")
    ),
    ("workflow.verify_api_node_push", {"callee": "62 123"}, "E1007", "/callee"),
    ("workflow.verify_api_node_push", {"node_id": "n\u200b"}, "E1007", "/node_id"),
    ("tasks.create", {"ScheduleStartTime": "2020-09-15T11:14:37Z"}, "E1007", "/ScheduleStartTime"),
    ("tasks.create", {"Details": None}, "E1005", "/Details"),
    ("tasks.create", {"Details": [{"Mobile": "1", "Platform": "P"}]}, "E1007", "/Details/0/Mobile"),
    ("tasks.list", {"Number": "10"}, "E1006", "/Number"),
    ("tasks.stop", {"TaskId": "t"}, "E1004", "/TaskId"),
    ("tasks.cancel_call", {"CalleeNumber": "12"}, "E1007", "/CalleeNumber"),
    ("tasks.detail", {"TaskID": 1}, "E1006", "/TaskID"),
    ("tasks.detail", {"TaskID": "\ufefft"}, "E1007", "/TaskID"),
    ("tasks.create", {"Details": [{"Mobile": "+62081234567", "Platform": "P"}]}, "E1007", "/Details/0/Mobile"),
    ("tasks.recording", {"Callee": None}, "E1005", "/Callee"),
    ("tasks.recordings", {"TaskID": None}, "E1005", "/TaskID"),
    ("robots.list", {"Page": 1}, "E1004", "/Page"),
    ("chat.session_messages", {"size": "20"}, "E1006", "/size"),
    ("chat.huawei_message", {"messages": [{"text": "hi"}]}, "E1005", "/messages/0/type"),
    ("sms.send", {"to": "+6212345678"}, "E1006", "/to"),
    ("process.query_task_qian", {"header": {"payloadVersion": 0}}, "E1005", "/header/traceId"),
]


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def wrap(envelope: str, data: object) -> str:
    return compact(
        {
            "cloud": {"data": data, "status": "OK", "code": 200},
            "chat": {"request_id": "r-1", "code": 200, "message": "Success", "data": data},
            "sms": {"code": 0, "body": data},
            "process": {"data": data, "msg": "", "retcode": 0, "traceId": "t"},
        }[envelope]
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def operation_cases() -> list[dict[str, object]]:
    cases: list[dict[str, object]] = []
    key = KEYS[16]
    json_type = ["Content-Type", "application/json"]
    for name, line, auth, envelope, params, data in OPERATIONS:
        method, path = line.split()
        plain = urlencode(params, quote_via=quote, safe="") if method == "GET" else compact(params)
        for encrypted in (False, True):
            sealed = encrypt("aes-ecb:zero:base64", plain.encode(), key) if encrypted else plain
            headers = [json_type, ["User-Agent", "Airudder"]]
            headers += [["Is-Encrypted", "1"], ["Signed", digest(plain)]] if encrypted else []
            body = "" if method == "GET" else sealed
            headers += {
                "token": [["Authorization", f"Token {TOKEN}"]],
                "sign": [
                    ["X-AIRudder-Sign", sign("hmac-sha256", "hex", body.encode(), SECRET)],
                    ["X-AIRudder-Sign-Key", SIGN_KEY],
                ],
            }.get(auth, [])
            url = BASE_URL + path + (f"?{sealed}" if method == "GET" and sealed else "")
            answer = wrap(envelope, data)
            response_headers = [json_type] + ([["Is-Encrypted", "1"], ["Signed", digest(answer)]] if encrypted else [])
            response_body = encrypt("aes-ecb:zero:base64", answer.encode(), key) if encrypted else answer
            cases.append(
                {
                    "operation": name,
                    "params": params,
                    "encryption_key": key if encrypted else None,
                    "request": {"method": method, "url": url, "headers": headers, "body": body},
                    "response": {"status": 200, "headers": response_headers, "body": response_body},
                    "result": data,
                }
            )
    for name in ("tasks.recording", "tasks.recordings"):
        case = next(case for case in cases if case["operation"] == name)
        response = {"status": 200, "headers": [["Content-Type", "audio/x-wav"]], "body": "RIFF"}
        cases.append(case | {"response": response, "result": None, "file": "audio/x-wav"})
    for name, change, error, pointer in REFUSED:
        params = next(params for operation, *_, params, _ in OPERATIONS if operation == name) | change
        params = {field: value for field, value in params.items() if value is not None}
        cases.append({"operation": name, "params": params, "encryption_key": None, "error": error, "pointer": pointer})
    return cases


def main() -> int:
    stale = []
    for name, cases in (
        ("cipher", cipher_cases()),
        ("signature", signature_cases()),
        ("webhook", webhook_cases()),
        ("operation", operation_cases()),
    ):
        about = "Generated by generate.py; do not edit. What the fields mean is said in README.md."
        numbered = [{"id": f"{name}-{number}"} | case for number, case in enumerate(cases, 1)]
        lines = ",\n".join(compact(case) for case in numbered)
        text = f'{{"about": {json.dumps(about)}, "count": {len(cases)}, "cases": [\n{lines}\n]}}\n'
        path = HERE / f"{name}.json"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        print(f"not as generate.py writes them: {', '.join(stale)}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
