"""First inputs for the fuzzers, out of core/vectors; each module of `core/fuzz/src` says how it reads them."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
# libFuzzer takes the length of the longest input for its limit, and is slow with long ones.
LONGEST = 2048
ALL_EVENTS = 11


def _cases(name: str) -> list[dict]:
    return json.loads((ROOT / f"core/vectors/{name}.json").read_text())["cases"]


def _body(case: dict) -> bytes:
    return bytes.fromhex(case["body_hex"]) if "body_hex" in case else case["body"].encode()


def _input(*lines: object, headers: list | None = None, body: bytes = b"") -> bytes:
    """Give lines, header fields and a body; without `headers`, the body follows on the lines."""
    head = [str(line) for line in lines]
    if headers is not None:
        head += [*(f"{name}: {value}" for name, value in headers), ""]
    return "\n".join(head).encode() + b"\n" + body


def _operations() -> dict[str, int]:
    rows = json.loads((ROOT / "docs/operations.json").read_text())["operations"]
    return {row["name"]: place for place, row in enumerate(rows)}


def _answers() -> Iterable[bytes]:
    places = _operations()
    for case in _cases("operation"):
        if given := case.get("response"):
            is_sealed = int(case["encryption_key"] is not None)
            head = places[case["operation"]], is_sealed, given["status"]
            yield _input(*head, headers=given["headers"], body=given["body"].encode())
    for case in _cases("dialogue"):
        for step in case["steps"]:
            if answer := step.get("answer"):
                place = places.get(case["calls"][step["call"]].get("operation", ""), 0)
                yield _input(place, 0, answer["status"], headers=answer["headers"], body=answer["body"].encode())


def _calls() -> Iterable[bytes]:
    places, failures = _operations(), ["connect_failed", "timeout", "reset", "other"]
    for case in _cases("dialogue"):
        lines = [places.get(case["calls"][0].get("operation", ""), 0), 0, ""]
        now = case["steps"][0]["at"]
        for step in case["steps"]:
            lines.append(f"t {step['at'] - now}")
            now = step["at"]
            if answer := step.get("answer"):
                lines += [f"h {name}: {value}" for name, value in answer["headers"]]
                lines.append(f"a {answer['status']} {answer['body']}")
            elif "fail" in step:
                lines.append(f"f {failures.index(step['fail'])}")
            else:
                lines.append("p")
        yield _input(*lines, "p", "r")


def _bytes() -> Iterable[bytes]:
    choose = random.Random(7)  # noqa: S311
    yield from (choose.randbytes(length) for length in range(50, 1000, 15))


def _campaigns() -> Iterable[bytes]:
    choose = random.Random(7)  # noqa: S311
    events = [
        "o 0",
        "o 1",
        "l 0",
        "m 0 30000",
        "a 0 500 {}",
        'r 0 200 {"code":400}',
        "f 0 0",
        "f 0 1",
        "t 61000",
        "k 20",
        "n 2",
    ]
    for settings in range(48):
        contacts = [f"{choose.choice('cccb')} {choose.randrange(9)}" for _ in range(choose.randrange(1, 8))]
        yield _input(settings * 37, *contacts, "e", *(choose.choice(events) for _ in range(choose.randrange(20))))


def _catalogs() -> Iterable[bytes]:
    vendor = json.loads((ROOT / "core/vectors/examples/vendor.json").read_text())
    about = {"airudder_catalog": 1}
    files = [about | {"operations": [row]} for row in vendor["operations"]]
    files += [about | {"events": [row]} for row in vendor["events"]]
    files += [about | {"operations": [row], "$defs": vendor["$defs"]} for row in vendor["operations"]]
    yield from (_input('{"page":1}', body=json.dumps(file).encode()) for file in files)


def _ciphers() -> Iterable[bytes]:
    for case in _cases("cipher"):
        body = case.get("plain") or case.get("text_hex") or (case.get("text") or "").encode().hex()
        head = case["cipher"], case["key"], "fake-random-iv16"
        yield _input(*head, headers=case.get("headers", []), body=bytes.fromhex(body))


def _constructions() -> Iterable[bytes]:
    for case in _cases("constructions"):
        head = case["secret"], case["key"] or "", "", case["method"], case["url"]
        yield _input(*head, headers=case["headers"], body=_body(case))


def _schemes() -> Iterable[bytes]:
    for case in _cases("signature"):
        head = case["scheme"], case["secret"], case["key"], "POST", "/", case["signature"]
        yield _input(*head, headers=case["headers"], body=_body(case))
    for case in _cases("constructions"):
        head = case["scheme"], case["secret"], case["key"] or "", case["method"], case["url"], ""
        yield _input(*head, headers=case["headers"], body=_body(case))


def _deliveries() -> Iterable[bytes]:
    for case in _cases("webhook"):
        config = case["config"]
        scheme, cipher = config.get("scheme", "hmac-sha256:hex:body"), config.get("cipher", "aes-ecb:zero:base64")
        head = scheme, cipher, config.get("encryption_key", ""), case.get("kind") or "", "POST", "/"
        yield _input(*head, headers=case["headers"], body=_body(case))
        yield _input(*head, headers=[], body=((case.get("event") or {}).get("text") or "{}").encode())


FIRST = {
    "answers": _answers,
    "c": _bytes,
    "call": _calls,
    "campaign": _campaigns,
    "canonical": lambda: (_body(case) for case in _cases("webhook")),
    "catalog": _catalogs,
    "cipher": _ciphers,
    "detect": _constructions,
    "events": lambda: (_input(ALL_EVENTS, body=_body(case)) for case in _cases("webhook")),
    "journal": lambda: (
        _input(length, sealed, f"{length} x", f"{9 * length} 7") for length in range(0, 1200, 40) for sealed in (0, 1)
    ),
    "params": lambda: (
        _input(_operations()[case["operation"]], body=json.dumps(case["params"]).encode())
        for case in _cases("operation")
    ),
    "scheme": _schemes,
    "unwrap": _deliveries,
}


def first_inputs(target: str) -> list[bytes]:
    """Give the first inputs of a target; none of one that has no vectors."""
    return [made for made in FIRST.get(target, list)() if len(made) <= LONGEST]
