"""Deliveries of events: what a receiver reads, and what it refuses."""

import base64
import json

from ciphers import FEISHU, FIELDS, FORMS, IN_HEADERS, PAY, PRESETS, WECHAT, WECHAT_KEY
from primitives import HERE, KEYS, OTHER_SECRET, SECRET, compact, dedupe_key, digest, encrypt, encrypt_bytes, sign

CALL = (HERE / "examples/call.finished.event.json").read_text()
CHAT = (HERE / "examples/channel.message.sent.event.json").read_text()
SIGNED = {"secrets": [SECRET]}
UNSIGNED: dict[str, object] = {"require_signature": False}
WORKFLOW = '{"task_id":"t","workflow_id":"w","nodetask_id":"n","details":[{"callee":"+6212345678"}]}'
FLOW = {"workflow_id": "wf-1", "workflow_name": "july"}
NODE_OF = {"nodetask_id": "node-1", "nodetask_name": "first call"}
NODE = NODE_OF | {"node_type": "call"}
CALLED = {"id": 1, "callee": "+6212345678", "result": "finished", "result_label": "A", "duration": 12}
SAID = {"sender_type": "robot", "timestamp": 1720159500, "content": {"type": "text", "text": "hi"}}
TALK = {"company": "lender", "channel_id": "channel-1", "call_id": "call-1", "messages": [{"msg_id": "m-1"} | SAID]}
ENDED = FLOW | {
    "waba_task_id": "task-1",
    "callee": "+6212345678",
    "call_id": "call-1",
    "status": "closed",
    "session_end_time": "2023-09-11T06:19:27Z",
    "session_end_reason": "robot",
    "messages": [{"msg_id": "m-1"} | SAID],
}
CALLED_FROM = FLOW | NODE_OF | {"case_id": "c-1", "task_id": "task-1", "details": [CALLED]}
PUSHED = FLOW | {"node_id": "node-1", "node_name": "push"}
CONTACT = {"case_id": "c-1", "callee_number": "+6212345678", "callee_name": "Ana", "extra_a": "x"}
SEALING = UNSIGNED | {"encryption_key": KEYS[16]}
SEALED = encrypt("aes-ecb:zero:base64", WORKFLOW.encode(), KEYS[16])


def headers_of(body: str, secret: str = SECRET) -> list[list[str]]:
    return [
        ["Content-Type", "application/json"],
        ["x-airudder-sign", sign("hmac-sha256", "hex", body.encode(), secret)],
    ]


class Deliveries(list[dict[str, object]]):
    """The cases so far."""

    def reads(
        self,
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
        self.append({"about": about, "config": config, "headers": headers, "body": body, "kind": kind, "event": event})

    def fails(
        self,
        about: str,
        config: dict[str, object],
        headers: list[list[str]],
        body: str,
        error: str,
        kind: str | None = None,
    ) -> None:
        self.append({"about": about, "config": config, "headers": headers, "body": body, "kind": kind, "error": error})

    def hex_reads(self, about: str, config: dict[str, object], body: bytes, text: str) -> None:
        """An event of a workflow's call in a body that is no text."""
        self.reads(about, config, [], "", "workflow.call.finished", text)
        del self[-1]["body"]
        self[-1]["body_hex"] = body.hex()

    def hex_fails(self, about: str, config: dict[str, object], body: bytes, error: str) -> None:
        self.append(
            {"about": about, "config": config, "headers": [], "body_hex": body.hex(), "kind": None, "error": error}
        )


def names(cases: Deliveries) -> None:
    cases.reads("the documented example, signed", SIGNED, headers_of(CALL), CALL, "call.finished", verified=True)
    cases.reads("the documented example, signed", SIGNED, headers_of(CHAT), CHAT, "channel.message.sent", verified=True)
    cases.reads("without a signature, where none is required", UNSIGNED, [], CALL, "call.finished")
    cases.reads("a workflow's call", UNSIGNED, [], WORKFLOW, "workflow.call.finished")
    inside = '{"task_id":"t","details":[{"workflow_id":"w","nodetask_id":"n","callee":"+6212345678"}]}'
    cases.reads("a workflow's call, the fields inside", UNSIGNED, [], inside, "workflow.call.finished")
    cases.reads(
        "the event field counts, not the shape",
        UNSIGNED,
        [],
        '{"event":"later","task_id":"t","details":[]}',
        "later",
        known=False,
    )
    cases.reads("nothing known", UNSIGNED, [], '{"a":1}', "unknown", known=False)
    cases.reads("empty", UNSIGNED, [], "{}", "unknown", known=False)
    cases.reads("an event field that is no text", UNSIGNED, [], '{"event":7}', "unknown", known=False)
    cases.reads("named by the receiver", UNSIGNED, [], '{"a":1}', "call.finished", kind="call.finished")
    cases.reads("the same in another order", UNSIGNED, [], '{ "b" : [1, 2],\n "a":"\\u6d4b" }', "unknown", known=False)
    cases.reads("the same in one order", UNSIGNED, [], '{"a":"测","b":[1,2]}', "unknown", known=False)
    cases.reads(
        "unknown values stay",
        UNSIGNED,
        [],
        '{"task_id":"t","details":[{"ring_type":"new","x":{"y":null}}],"z":1e400}'.replace(
            "1e400", "12345678901234567890123"
        ),
        "call.finished",
    )
    cases.reads(
        "keys that are prototypes elsewhere",
        UNSIGNED,
        [],
        '{"__proto__":{"a":1},"constructor":2}',
        "unknown",
        known=False,
    )
    rotated = {"secrets": [SECRET, OTHER_SECRET]}
    cases.reads(
        "signed with the old secret", rotated, headers_of(CALL, OTHER_SECRET), CALL, "call.finished", verified=True
    )
    cases.reads("a signature that nothing is known about", UNSIGNED, headers_of(CALL), CALL, "call.finished")
    keyed = SIGNED | {"scheme": "sha1:base64:key+body+secret"}
    key_headers = [
        ["X-AIRudder-Sign-Key", "k"],
        ["X-AIRudder-Sign", sign("sha1", "base64", b"k{}" + SECRET.encode(), "")],
    ]
    cases.reads("the delivery names the key", keyed, key_headers, "{}", "unknown", known=False, verified=True)
    for cipher in ("aes-ecb:zero:base64", "aes-cbc:pkcs7:base64:iv=prefix", "aes-cbc:zero:hex:iv=key"):
        for key in KEYS.values():
            config = SIGNED | {"encryption_key": key, "cipher": cipher}
            sealed = encrypt(cipher, WORKFLOW.encode(), key)
            cases.reads(
                "encrypted", config, headers_of(sealed), sealed, "workflow.call.finished", WORKFLOW, verified=True
            )


def shapes(cases: Deliveries) -> None:
    # The reference shows these, too.
    for name, fields in (
        (
            "workflow.call.finished",
            FLOW | NODE_OF | {"case_id": "c-1", "task_id": "task-1", "status": "finished", "details": [CALLED]},
        ),
        ("workflow.list.finished", FLOW | {"case_id": "c-1", "callee_number": "+6212345678", "rows": [NODE]}),
        ("workflow.status.changed", FLOW | {"status": "finished", "actions": [NODE | {"task_status": "finished"}]}),
        ("workflow.chatbot.session.ended", ENDED),
        (
            "workflow.api_node.push",
            FLOW
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
            {"event": "channel.message.sent", "channel": "WhatsApp", "user": {"id": "6212345678"}} | TALK,
        ),
        (
            "message.send",
            {"event": "message.send", "channel": "chatbot", "user": {"id": "user-1", "name": "Ana"}} | TALK,
        ),
    ):
        body = json.dumps(fields)
        cases.reads("told by its fields", SIGNED, headers_of(body), body, name, verified=True)
    for name in ("pds.task.status", "pds.agent.status", "pds.contact.status"):
        cases.reads("named by the receiver", UNSIGNED, [], '{"any":{"thing":1}}', name, kind=name)


def fields_that_are_missing(cases: Deliveries) -> None:
    # Of what tells an event apart, one field may be missing.
    for name, fields, telling in (
        ("call.finished", {"task_id": "task-1", "status": "finished", "details": [CALLED]}, ("task_id",)),
        ("workflow.call.finished", CALLED_FROM, ("task_id", "workflow_id", "nodetask_id")),
        (
            "workflow.list.finished",
            FLOW | {"case_id": "c-1", "callee_number": "+6212345678", "rows": [NODE]},
            ("workflow_id", "callee_number"),
        ),
        (
            "workflow.status.changed",
            FLOW | {"status": "finished", "actions": [NODE | {"task_status": "finished"}]},
            ("workflow_id", "status"),
        ),
        (
            "workflow.chatbot.session.ended",
            ENDED | {"session_start_time": "2023-09-11T06:10:00Z"},
            ("waba_task_id", "session_end_time", "workflow_id"),
        ),
        ("workflow.api_node.push", PUSHED | {"callee": CONTACT}, ("node_id", "workflow_id")),
        ("workflow.api_node.push", PUSHED | CONTACT, ("callee", "workflow_id")),
    ):
        for missing in telling:
            body = compact({field: value for field, value in fields.items() if field != missing})
            cases.reads(f"without its {missing}", UNSIGNED, [], body, name)
    for body in (
        {"details": [CALLED | {"callee": "+6212345678"}], "event": "later"},
        {"details": [], "status": "finished"},
        {"task_id": "task-1", "task_name": "july", "status": "finished"},
        FLOW | {"status": "finished"},
        FLOW | {"case_id": "c-1", "callee_number": "+6212345678"},
        {"waba_task_id": "task-1", "status": "read"},
        {"session_end_time": "2023-09-11T06:19:27Z", "call_id": "call-1"},
        PUSHED,
        TALK,
    ):
        name = str(body.get("event", "unknown"))
        cases.reads("too little to tell it by", UNSIGNED, [], compact(body), name, known=False)


def encrypted(cases: Deliveries) -> None:
    plain_too = SEALING | {"require_encryption": False}
    cases.reads("plain, which the settings allow", plain_too, [], WORKFLOW, "workflow.call.finished")
    cases.fails("plain and unsigned, where a key is configured", SEALING, [], WORKFLOW, "E5008")
    signing = SIGNED | {"encryption_key": KEYS[16]}
    cases.reads("plain and signed", signing, headers_of(WORKFLOW), WORKFLOW, "workflow.call.finished", verified=True)
    strictly = signing | {"require_encryption": True}
    cases.fails("plain and signed, where encryption is required", strictly, headers_of(WORKFLOW), WORKFLOW, "E5008")
    cases.reads(
        "signed, encrypted", strictly, headers_of(SEALED), SEALED, "workflow.call.finished", WORKFLOW, verified=True
    )
    for about, body in (
        ("in lines of 76", "\r\n".join(SEALED[at : at + 76] for at in range(0, len(SEALED), 76))),
        ("in the alphabet for URLs", SEALED.replace("+", "-").replace("/", "_").rstrip("=")),
        ("in quotes", json.dumps(SEALED)),
        ("in quotes, with its slashes escaped", json.dumps(SEALED).replace("/", "\\/")),
        ("with white space around it", f"\n{SEALED}\n"),
    ):
        cases.reads(f"encrypted, {about}", SEALING, [], body, "workflow.call.finished", WORKFLOW)
    marked = encrypt("aes-ecb:zero:base64", ("\ufeff" + WORKFLOW).encode(), KEYS[16])
    cases.reads("encrypted, behind a byte order mark", SEALING, [], marked, "workflow.call.finished", WORKFLOW)
    cases.reads("behind a byte order mark", UNSIGNED, [], "\ufeff" + WORKFLOW, "workflow.call.finished", WORKFLOW)


def in_other_forms(cases: Deliveries) -> None:
    for cipher, key in (*FORMS, *PRESETS):
        config = UNSIGNED | {"encryption_key": key, "cipher": cipher}
        sealed = encrypt(cipher, WORKFLOW.encode(), key)
        cases.reads("encrypted in another form", config, [], sealed, "workflow.call.finished", WORKFLOW)
    for cipher, key in IN_HEADERS:
        config = UNSIGNED | {"encryption_key": key, "cipher": cipher}
        headers = [[name, value] for name, value in FIELDS.items()]
        sealed = encrypt(cipher, WORKFLOW.encode(), key, FIELDS)
        cases.reads("encrypted, by the header", config, headers, sealed, "workflow.call.finished", WORKFLOW)
    feishu: dict[str, object] = {"encryption_key": "fake-key", "cipher": "feishu"}
    sealed = encrypt(FEISHU, WORKFLOW.encode(), "fake-key")
    signed = SIGNED | feishu
    cases.reads("signed", signed, headers_of(sealed), sealed, "workflow.call.finished", WORKFLOW, verified=True)
    cases.fails("plain, though a wrapper is expected", UNSIGNED | feishu, [], WORKFLOW, "E5008")
    cases.fails("a wrapper that holds no string", UNSIGNED | feishu, [], '{"encrypt":{}}', "E5008")
    plain_too = UNSIGNED | feishu | {"require_encryption": False}
    cases.reads("plain, which the settings allow", plain_too, [], WORKFLOW, "workflow.call.finished")
    cases.fails("a wrapper in bad JSON", UNSIGNED | feishu, [], sealed[:-1], "E5008")
    deep = sealed.replace("{", '{"a":' + "[" * 5000 + "]" * 5000 + ",", 1)
    cases.reads("a wrapper with depths around it", UNSIGNED | feishu, [], deep, "workflow.call.finished", WORKFLOW)
    pay = UNSIGNED | {"encryption_key": KEYS[32], "cipher": "wechat-pay-v3"}
    cases.fails("GCM vouches for the text, which is no JSON", pay, [], encrypt(PAY, b"[1]", KEYS[32]), "E5005")
    for raw in ("aes-ecb:pkcs7:raw", "aes-gcm:none:raw:iv=prefix"):
        for text in (WORKFLOW, WORKFLOW + " "):
            config = UNSIGNED | {"encryption_key": KEYS[16], "cipher": raw}
            cases.hex_reads("raw bytes", config, encrypt_bytes(raw, text.encode(), KEYS[16]), text)
    # Raw bytes that look like JSON at first.
    for number in range(1000):
        text = WORKFLOW[:-1] + f',"a":{number}}}'
        sealed_bytes = encrypt_bytes("aes-cbc:pkcs7:raw:iv=key", text.encode(), f"fake-key-of-{number:04}")
        if sealed_bytes[:1] == b"{":
            config = UNSIGNED | {"encryption_key": f"fake-key-of-{number:04}", "cipher": "aes-cbc:pkcs7:raw:iv=key"}
            cases.hex_reads("raw bytes that begin with a brace", config, sealed_bytes, text)
            break


def not_authenticated(cases: Deliveries) -> None:
    """One error where nothing authenticates, whatever was wrong; else each has its own."""
    text, cipher = WORKFLOW.encode(), "aes-cbc:pkcs7:base64:iv=key"
    data = encrypt_bytes(cipher, text, KEYS[16])
    other = encrypt_bytes(cipher, b"[1]", KEYS[16])
    zeros = encrypt_bytes("aes-cbc:zero:base64:iv=key", text, KEYS[16])
    for about, body, error in (
        ("no Base64", "%%%", "E6002"),
        ("no whole blocks", base64.b64encode(data[:-1]).decode(), "E6002"),
        ("wrong padding", base64.b64encode(zeros).decode(), "E6003"),
        ("no UTF-8", encrypt(cipher, b'{"a":"\xff"}', KEYS[16]), "E5005"),
        ("no object", base64.b64encode(other).decode(), "E5005"),
        ("nested too deeply", encrypt(cipher, b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", KEYS[16]), "E5004"),
    ):
        config = {"encryption_key": KEYS[16], "cipher": cipher}
        cases.fails(f"{about}, and nothing authenticates it", UNSIGNED | config, [], body, "E5009")
        cases.fails(f"{about}, and signed", SIGNED | config, headers_of(body), body, error)
    gcm = "aes-gcm:none:base64:iv=prefix"
    config = {"encryption_key": KEYS[16], "cipher": gcm}
    changed = encrypt(gcm, text, KEYS[32])
    cases.fails("a wrong tag", UNSIGNED | config, [], changed, "E5009")
    cases.fails("a wrong tag, and signed", SIGNED | config, headers_of(changed), changed, "E6008")
    wechat = encrypt(WECHAT.replace("wx-fake-id", "wx-other-id"), text, WECHAT_KEY)
    config = {"encryption_key": WECHAT_KEY, "cipher": WECHAT}
    cases.fails("for another receiver", UNSIGNED | config, [], wechat, "E5009")
    cases.fails("for another receiver, and signed", SIGNED | config, headers_of(wechat), wechat, "E6009")


def as_they_come(cases: Deliveries) -> None:
    digest_of = [["Is-Encrypted", "1"], ["Signed", digest(WORKFLOW).upper()]]
    cases.reads("with its digest", SEALING, digest_of, SEALED, "workflow.call.finished", WORKFLOW)
    twice = [["Signed", f"{digest(WORKFLOW)}, {digest(WORKFLOW)}"]]
    cases.reads("with its digest, joined by a proxy", SEALING, twice, SEALED, "workflow.call.finished", WORKFLOW)
    cases.fails("with the digest of another text", SEALING, [["Signed", digest("{}")]], SEALED, "E5009")
    cases.fails("plain, with the digest of another text", UNSIGNED, [["Signed", digest("{}")]], WORKFLOW, "E5005")
    doubled = [*headers_of(CALL), *headers_of(CALL)[1:]]
    cases.reads("a signature that came twice", SIGNED, doubled, CALL, "call.finished", verified=True)
    cases.fails(
        "two signatures that differ", SIGNED, [*headers_of(CALL), ["X-AIRudder-Sign", "00" * 32]], CALL, "E5002"
    )
    cases.fails("Base64 of JSON", UNSIGNED, [], base64.b64encode(CALL.encode()).decode(), "E5005")
    cases.fails("JSON within a JSON string", UNSIGNED, [], json.dumps(CALL), "E5005")
    cases.fails("Base64 whose + became spaces", SEALING, [], SEALED.replace("+", " "), "E5009")
    cases.hex_fails("gzip", UNSIGNED, bytes.fromhex("1f8b0800000000000003abae0500"), "E5005")
    cases.fails("a control character in a name", UNSIGNED, [], '{"event":"x","a\u0001":1}', "E5005")
    cases.fails("a control character in a name further down", UNSIGNED, [], '{"event":"x","b":{"a\u0001":1}}', "E5005")
    cases.reads("at the nesting limit", UNSIGNED | {"max_depth": 3}, [], '{"a":[[]]}', "unknown", known=False)
    cases.reads(
        "brackets in a text are no nesting", UNSIGNED | {"max_depth": 1}, [], '{"a":"[[[\\"[["}', "unknown", known=False
    )


def refused(cases: Deliveries) -> None:
    cases.fails("no signature", SIGNED, [], CALL, "E5001")
    cases.fails("a changed body", SIGNED, headers_of(CALL), CALL.replace("+8612345678", "+8612345679"), "E5002")
    cases.fails("a wrong secret", {"secrets": [OTHER_SECRET]}, headers_of(CALL), CALL, "E5002")
    cases.fails("wrong, though none is required", SIGNED | UNSIGNED, headers_of(CALL), CALL + " ", "E5002")
    cases.fails("an empty signature", SIGNED, [["X-AIRudder-Sign", ""]], CALL, "E5002")
    cases.fails("too large", UNSIGNED | {"max_body_bytes": 10}, [], '{"a":12345}', "E5003")
    cases.fails("the size counts before the signature", SIGNED | {"max_body_bytes": 10}, [], '{"a":12345}', "E5003")
    cases.fails("nested too deeply", UNSIGNED | {"max_depth": 3}, [], '{"a":[[[]]]}', "E5004")
    cases.fails("10 000 arrays", UNSIGNED, [], '{"a":' + "[" * 10_000 + "]" * 10_000 + "}", "E5004")
    cases.fails("the signature counts before the nesting", SIGNED, [], "[" * 200, "E5001")
    cases.fails("an array", UNSIGNED, [], "[1]", "E5005")
    cases.fails("a text", UNSIGNED, [], '"a"', "E5005")
    cases.fails("empty", UNSIGNED, [], "", "E5005")
    cases.fails("truncated", UNSIGNED, [], '{"a":[1,', "E5005")
    cases.fails("something behind it", UNSIGNED, [], "{}{}", "E5005")
    cases.fails(
        "encrypted, and no key is configured", UNSIGNED, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[16]), "E5005"
    )
    cases.fails("encrypted with another key", SEALING, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[32]), "E5009")
    cases.fails("truncated Base64", SEALING, [], encrypt("aes-ecb:zero:base64", b"{}", KEYS[16])[:-3], "E5009")
    cases.fails("the receiver names no known event", UNSIGNED, [], "{}", "E1001", kind="call.finnished")
    cases.hex_fails("not UTF-8", UNSIGNED, b'{"a":"\xff"}', "E5005")
    cases.hex_fails("UTF-16", UNSIGNED, "{}".encode("utf-16-le"), "E5005")
    cases.hex_fails("zero bytes", UNSIGNED, bytes(32), "E5005")


def wrong_settings(cases: Deliveries) -> None:
    for about, config, error in (
        ("a signature is required, and no secret given", {}, "E1001"),
        *((f"no secret: {wrong!r}", {"secrets": [wrong]}, "E1001") for wrong in ("", " ", "\n", SECRET + "\n")),
        ("one secret of two is blank", {"secrets": [SECRET, " "]}, "E1001"),
        ("an invisible character in a secret", {"secrets": ["fake\u202asecret"]}, "E1001"),
        ("encryption is required, and no key given", SIGNED | {"require_encryption": True}, "E1001"),
        ("a scheme that does not sign the body", SIGNED | {"scheme": "hmac-sha256:hex:key"}, "E6004"),
        ("a scheme that everybody could compute", SIGNED | {"scheme": "sha256:hex:body"}, "E6004"),
        ("a wrong cipher", UNSIGNED | {"cipher": "rot13"}, "E6005"),
        ("a wrong form of key", UNSIGNED | {"encryption_key": KEYS[16], "cipher": "aes-ecb:zero:hex:key=hex"}, "E6001"),
        ("a wrong key", UNSIGNED | {"encryption_key": "fake-short"}, "E6001"),
        ("a blank key", UNSIGNED | {"encryption_key": " " * 16}, "E6001"),
        ("no nesting at all", UNSIGNED | {"max_depth": 0}, "E1001"),
        ("nesting beyond what readers take", UNSIGNED | {"max_depth": 101}, "E1001"),
    ):
        cases.fails(about, config, [], "{}", error)


def webhook_cases() -> list[dict[str, object]]:
    cases = Deliveries()
    for add in (
        names,
        shapes,
        fields_that_are_missing,
        encrypted,
        in_other_forms,
        not_authenticated,
        as_they_come,
        refused,
        wrong_settings,
    ):
        add(cases)
    return cases
