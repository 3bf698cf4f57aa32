"""The vectors that every language runs; see core/vectors/README.md."""

import asyncio
import json
import keyword

import pytest
from conftest import ROOT

from airudder import AirudderError, AsyncClient, Client, File, Response, Webhooks, crypto, partition_of
from airudder._native import operations

NAMES = ("cipher", "published_cipher", "signature", "published_signature", "webhook", "operation", "partition")
FILES = {name: json.loads((ROOT / f"core/vectors/{name}.json").read_text()) for name in NAMES}


def parametrized(*names):
    cases = [case for name in names for case in FILES[name]["cases"]]
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["id"])


@parametrized("cipher", "published_cipher")
def test_cipher(case):
    iv = bytes.fromhex(case["iv"]) if "iv" in case else None
    plain = bytes.fromhex(case.get("plain", ""))
    text = bytes.fromhex(case["text_hex"]) if "text_hex" in case else case.get("text", "")
    options = {"cipher": case["cipher"], "headers": case.get("headers", [])}
    if "error" not in case:
        if case["do"] == "both":
            assert crypto.encrypt(plain, case["key"], iv=iv, **options) == text
        assert crypto.decrypt(text, case["key"], **options) == plain
        return
    no_iv = b"" if case["error"] == "E6007" else iv
    with pytest.raises(AirudderError) as raised:
        if case["do"] == "encrypt":
            crypto.encrypt(plain, case["key"], iv=no_iv, **options)
        else:
            crypto.decrypt(text, case["key"], **options)
    assert raised.value.code == case["error"]


@parametrized("partition")
def test_partition(case):
    contact = json.loads(case["contact"])
    if "error" not in case:
        assert partition_of(contact, case["count"]) == case["partition"]
        return
    with pytest.raises(AirudderError) as raised:
        partition_of(contact, case["count"])
    assert raised.value.code == case["error"]


@parametrized("signature", "published_signature")
def test_signature(case):
    options = {"scheme": case["scheme"], "key": case["key"], "headers": case["headers"]}
    body = case["body"] if "body" in case else bytes.fromhex(case["body_hex"])
    if "error" in case:
        with pytest.raises(AirudderError) as raised:
            crypto.verify(case["signature"], body, case["secret"], **options)
        assert raised.value.code == case["error"]
        return
    crypto.verify(case["signature"], body, case["secret"], **options)
    signature = crypto.sign(body, case["secret"], **options)
    assert (signature == case["signature"]) != case.get("accepted", False)


@parametrized("webhook")
def test_webhook(case):
    config = {"secret" if name == "secrets" else name: value for name, value in case["config"].items()}
    body = case["body"].encode() if "body" in case else bytes.fromhex(case["body_hex"])
    if "error" in case:
        with pytest.raises(AirudderError) as raised:
            Webhooks(**config).unwrap(body, case["headers"], kind=case["kind"])
        assert raised.value.code == case["error"]
        return
    event = Webhooks(**config).unwrap(body, case["headers"], kind=case["kind"])
    expected = case["event"]
    assert (event.type, event.known, event.verified, event.raw, event.dedupe_key) == (
        expected["type"],
        expected["known"],
        expected["verified"],
        expected["text"],
        expected["dedupe_key"],
    )
    assert event.data == json.loads(expected["text"])


class Canned:
    """A transport that answers as the case says, and keeps what was sent."""

    def __init__(self, answers):
        self.answers = answers
        self.sent = []

    def send(self, request):
        self.sent.append(request)
        return self.answers.pop(0)


class AsyncCanned(Canned):
    async def send(self, request):
        return super().send(request)


def by_name(client, case):
    return client.call(case["operation"], case["params"])


def by_method(client, case):
    family, method = case["operation"].split(".")
    arguments = {f"{name}_" if keyword.iskeyword(name) else name: value for name, value in case["params"].items()}
    return getattr(getattr(client, family), method)(**arguments)


@pytest.mark.parametrize("how", [by_name, by_method])
@pytest.mark.parametrize("kind", [Client, AsyncClient])
@parametrized("operation")
def test_operation(case, kind, how):
    given = case.get("response", {"status": 0, "headers": [], "body": ""})
    response = Response(given["status"], [*map(tuple, given["headers"])], given["body"].encode())
    token = Response(200, [], b'{"code":200,"data":{"token":"fake-token"}}')
    with_token = "error" not in case and any(name == "Authorization" for name, _ in case["request"]["headers"])
    transport = (Canned if kind is Client else AsyncCanned)([token, response] if with_token else [response])
    client = kind(
        app_key="fake-app-key",
        app_secret="fake-app-secret",
        base_url="https://api.example.test",
        encryption_key=case["encryption_key"],
        sign_key="0123456789abcdef0123456789abcdef",
        sign_secret="fake-secret-for-tests",
        transport=transport,
    )

    async def act():
        result = how(client, case)
        return result if kind is Client else await result

    if "error" in case:
        with pytest.raises(AirudderError) as raised:
            asyncio.run(act())
        assert (raised.value.code, raised.value.pointer) == (case["error"], case["pointer"])
        assert transport.sent == []
        return
    result = asyncio.run(act())
    sent, expected = transport.sent[-1], case["request"]
    assert (sent.method, sent.url, sent.body.decode()) == (expected["method"], expected["url"], expected["body"])
    assert sorted(sent.headers) == sorted(map(tuple, expected["headers"]))
    if "file" in case:
        assert result == File(case["file"], response.body)
        assert result.content is response.body  # not copied
    else:
        assert result == case["result"]


def test_every_operation_has_its_method():
    names = {name for name, _, _ in operations()}
    assert names == {case["operation"] for case in FILES["operation"]["cases"]}
    assert all(callable(getattr(getattr(Client(), family), method)) for family, method in (n.split(".") for n in names))


def test_every_file_is_run():
    """By this file, or by test_dialogues.py, test_campaign_dialogues.py and test_constructions.py.

    schema.json describes them: see test_vectors_schema.py.
    """
    files = {file.stem for file in (ROOT / "core/vectors").glob("*.json")}
    assert files - {"schema"} == {*NAMES, "dialogue", "campaign", "constructions"}


@pytest.mark.parametrize("name", NAMES)
def test_as_many_cases_as_in_every_language(name):
    assert len(FILES[name]["cases"]) == FILES[name]["count"] > 0
