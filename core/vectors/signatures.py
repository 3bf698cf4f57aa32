"""Signature schemes: right signatures, wrong ones, and texts that are no scheme."""

from primitives import OTHER_SECRET, SECRET, sign

BODY = '{"task_id":"t-1","details":[{"callee":"+6212345678","name":"测试"}]}'
KEY = "0123456789abcdef0123456789abcdef"
HEADERS = [["X-Timestamp", "1720159500"], ["X-Nonce", "n-1"]]
GOOD = sign("hmac-sha256", "hex", BODY.encode(), SECRET)
BASE = {"scheme": "hmac-sha256:hex:body", "secret": SECRET, "key": KEY, "headers": HEADERS, "body": BODY}


def schemes() -> list[dict[str, object]]:
    """Every digest, encoding and message."""
    parts = {
        "body": BODY,
        "secret": SECRET,
        "key": KEY,
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
    hashes = ("sha256", "sha1", "md5", "sha384", "sha512")
    for digest in [f"hmac-{name}" for name in hashes] + list(hashes):
        for encoding in ("hex", "HEX", "base64", "base64url", "base64(hex)"):
            for message in messages:
                scheme = f"{digest}:{encoding}:{'+'.join(message)}"
                case: dict[str, object] = {
                    "scheme": scheme,
                    "secret": SECRET,
                    "key": KEY,
                    "headers": HEADERS,
                    "body": BODY,
                }
                is_plain = not digest.startswith("hmac-")
                if is_plain and "secret" not in message:
                    cases.append(case | {"about": "everybody could compute it", "signature": "", "error": "E6004"})
                    continue
                if is_plain and digest != "sha384" and message[-1] != "secret":
                    cases.append(case | {"about": "it could be extended", "signature": "", "error": "E6004"})
                    case["scheme"] = f"{scheme};weak"
                text = "".join(parts[part] for part in message).encode()
                cases.append(case | {"about": "right", "signature": sign(digest, encoding, text, SECRET)})
    return cases


def forms() -> list[dict[str, object]]:
    """Signatures in other forms that count."""
    cases: list[dict[str, object]] = []
    cases.append(BASE | {"about": "upper-case digits are the same bytes", "signature": GOOD.upper(), "accepted": True})
    cases.append(BASE | {"about": "white space around it", "signature": f" {GOOD} ", "accepted": True})
    unpadded = sign("hmac-sha256", "base64", BODY.encode(), SECRET).rstrip("=")
    cases.append(
        BASE
        | {
            "about": "Base64 without padding",
            "scheme": "hmac-sha256:base64:body",
            "signature": unpadded,
            "accepted": True,
        }
    )
    cases.append(BASE | {"about": "joined by a proxy", "signature": f"{GOOD}, {GOOD}", "accepted": True})
    for about, scheme, secret, signature, accepted in (
        ("a secret with a comma is sent", "none:text:secret;weak", "fake,secret", "fake,secret", False),
        ("it has a blank, too", "none:text:secret;weak", "fake, secret", " fake, secret ", True),
        ("two halves alike", "none:text:secret;weak", "fake,fake", "fake,fake", False),
        ("behind a prefix", "none:text:secret;prefix='token=';weak", "fake, secret", "token=fake, secret", False),
        ("a prefix that begins with a comma", "hmac-sha256:hex:body;prefix=',v1='", SECRET, f",v1={GOOD}", False),
    ):
        case = BASE | {"about": about, "scheme": scheme, "secret": secret, "signature": signature}
        cases.append(case | ({"accepted": True} if accepted else {}))
    return cases


def mismatches() -> list[dict[str, object]]:
    """Signatures that do not count."""
    cases: list[dict[str, object]] = []
    for about, change in (
        ("two that differ", {"signature": f"{GOOD}, {'00' * 32}"}),
        ("two that differ, the right one last", {"signature": f"{'00' * 32},{GOOD}"}),
        ("another body", {"body": BODY + " "}),
        ("another secret", {"secret": OTHER_SECRET}),
        ("one bit differs", {"signature": ("0" if GOOD[0] != "0" else "1") + GOOD[1:]}),
        ("truncated", {"signature": GOOD[:-2]}),
        ("empty", {"signature": ""}),
        ("not hex", {"signature": "z" * 64}),
        ("the encoding of another scheme", {"signature": sign("hmac-sha256", "base64", BODY.encode(), SECRET)}),
        ("a header field that is not there", {"scheme": "hmac-sha256:hex:header(X-Other)+body"}),
    ):
        cases.append(BASE | {"signature": GOOD} | change | {"about": about, "error": "E5002"})
    return cases


def wrong_settings() -> list[dict[str, object]]:
    """Secrets and schemes that cannot be used."""
    cases: list[dict[str, object]] = []
    for wrong in ("", " ", "\n", "\u3000", SECRET + "\n", " " + SECRET, "fake\u200bsecret", "fake\u00a0secret"):
        cases.append(BASE | {"about": "no secret", "secret": wrong, "signature": GOOD, "error": "E1001"})
    for wrong in (
        "",
        "hmac-sha256",
        "hmac-sha256:hex",
        "hmac-sha224:hex:body",
        "hmac-sha256:Hex:body",
        "hmac-sha256:hex:all",
        "hmac-sha256:hex:body+",
        "hmac-sha256:hex:'open",
        "hmac-sha256:hex:header()",
        "md5:hex:'secret'+body",
    ):
        cases.append(
            BASE
            | {
                "about": "not a scheme, or none that authenticates",
                "scheme": wrong,
                "signature": GOOD,
                "error": "E6004",
            }
        )
    return cases


def signature_cases() -> list[dict[str, object]]:
    return schemes() + forms() + mismatches() + wrong_settings()
