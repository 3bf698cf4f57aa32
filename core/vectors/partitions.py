"""Which partition a contact is in."""

import hashlib
from typing import Any

# The contact as JSON text, what is hashed of it, and whether that is its case id; None where it cannot be read.
CONTACTS: list[tuple[str, tuple[str, str] | None]] = [
    ('{"callee":"+6212345678","platform":"TEMP1"}', ("phone number", "+6212345678")),
    ('{"platform":"TEMP1","callee":"+6212345678","caseid":""}', ("phone number", "+6212345678")),
    ('{"callee":"+6212345678","caseid":null}', ("phone number", "+6212345678")),
    ('{"callee":"+6212345678","caseid":"c-1"}', ("case id", "c-1")),
    ('{"callee":"+6587654321","caseid":"c-1"}', ("case id", "c-1")),
    ('{"callee":"+6212345678","caseid":" C-1 "}', ("case id", "c-1")),
    ('{"callee":"+6212345678","caseid":"\\uff23\\uff0d\\uff11"}', ("case id", "c-1")),
    ('{"callee":"+6212345678","caseid":"cafe\\u0301-9"}', ("case id", "caf-9")),
    ('{"callee":"+6212345678","caseid":"caf\\u00e9-9"}', ("case id", "caf-9")),
    ('{"callee":"+6212345678","caseid":"\\u5ba2\\u6237"}', ("case id", "")),
    ('{"callee":"0812-3456"}', ("phone number", "0812-3456")),
    ('{"platform":"TEMP1"}', ("phone number", "")),
    ('{"callee":6212345678}', None),
    ('{"callee":"+6212345678","caseid":7}', None),
    ("7", None),
    ("null", None),
]
COUNTS = (1, 2, 7, 8, 1000, 4294967295)


def partition_cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = []
    for contact, identity in CONTACTS:
        for count in COUNTS:
            cases.append({"contact": contact, "count": count, "partition": partition_of(identity, count)})
    cases.append({"contact": CONTACTS[0][0], "count": 0, "error": "E1001"})
    return cases


def partition_of(identity: tuple[str, str] | None, count: int) -> int:
    if identity is None:
        return 0
    kind, value = identity
    digest = hashlib.sha256(kind.encode() + b"\0" + value.encode()).digest()
    return int.from_bytes(digest[:8], "big") % count
