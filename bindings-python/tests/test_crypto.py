"""The vendor's encryption agrees with others' implementations; detect finds what the vendor does not say."""

import base64
import doctest
import re
import subprocess

import pytest
from conftest import KEY, ROOT
from Crypto.Cipher import AES

from airudder import CryptoError, WebhookError, Webhooks, crypto

KEYS = ["airudderredduria", "fake-key-of-24-bytes-abc", "fake-key-of-32-bytes-abcdefghijk"]


@pytest.mark.parametrize("key", KEYS)
def test_agreement_with_openssl_and_pycryptodome(key):
    for length in range(65):
        plain = bytes(97 + number % 26 for number in range(length))
        padded = plain + bytes(16 - length % 16)
        ours = crypto.encrypt(plain, key)
        command = ["openssl", "enc", f"-aes-{len(key) * 8}-ecb", "-nopad", "-a", "-A", "-K", key.encode().hex()]
        assert ours.encode() == subprocess.run(command, input=padded, capture_output=True, check=True).stdout
        theirs = AES.new(key.encode(), AES.MODE_ECB)
        assert theirs.decrypt(base64.b64decode(ours)) == padded
        assert crypto.decrypt(ours, key) == plain


# The first is the vendor's own.
ANSWERS = [
    (
        "TaskID=69f531a01a9df58aa6de2487be610abb",
        "qbj8cnqKnqR66qDS49ib9ymU1mpMCyp8Dm0gS1VvmnEqTxPGSBzruAU1sapP+cye",
        "6956d7af4c89b89f19f9ae0a8be4bcf12abe7c6ed893691733f3480ad3f3aabc",
    ),
    ("", "CCSY1OCKYQd51cLzzzy5HQ==", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
        "0123456789abcdef",
        "6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0=",
        "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f",
    ),
    (
        '{"name":"测试"}',
        "JC6naNrPzE0SEHxWdiBTM/vaoBQzoL2ff3Z3lQmjpgo=",
        "827361636cbd9dfdb06cb0fc540ee89605f405bfd3e5dd36e2eec7d10908c600",
    ),
]


@pytest.mark.parametrize(("plain", "text", "digest"), ANSWERS)
def test_the_answers_of_the_reference(plain, text, digest):
    assert crypto.encrypt(plain, "airudderredduria") == text
    assert crypto.decrypt(text, "airudderredduria").decode() == plain
    assert crypto.digest(plain) == digest


def test_doctests():
    assert doctest.testmod(crypto).attempted >= 3
    assert doctest.testmod(crypto).failed == 0


@pytest.mark.parametrize("cipher", ["aes-ecb:zero:base64", "aes-cbc:pkcs7:hex:iv=prefix", "aes-cbc:zero:base64:iv=key"])
@pytest.mark.parametrize("scheme", ["hmac-sha256:hex:body", "md5:base64:body+secret", "hmac-sha1:base64:body+secret"])
def test_detect(scheme, cipher):
    hooks = Webhooks(secret="fake-secret", scheme=scheme, encryption_key=KEY, cipher=cipher)
    headers, body = hooks.seal('{"task_id":"t-1","details":[]}')
    found = crypto.detect(headers, body, secret="fake-secret", encryption_key=KEY)
    assert (found.scheme, found.cipher) == (scheme, cipher)
    again = Webhooks(secret="fake-secret", scheme=found.scheme, encryption_key=KEY, cipher=found.cipher)
    assert again.unwrap(body, headers).type == "call.finished"


def test_detect_says_what_to_do_where_nothing_fits():
    headers = Webhooks(secret="fake-secret").sign(b"{}")
    found = crypto.detect(headers, b"{}", secret="fake-other-secret")
    assert (found.scheme, found.cipher) == (None, None)
    assert any("check the secret" in note for note in found.notes)
    checksum = crypto.detect({"X-AIRudder-Sign": crypto.digest("{}")}, b"{}", secret="fake-secret")
    assert checksum.scheme is None
    assert "authenticates nothing" in checksum.notes[0]


CIPHERS = (ROOT / "docs/ciphers.md").read_text()


def test_the_programs_of_the_page_on_ciphers_run():
    exec("\n".join(re.findall(r"```python\n(.*?)```", CIPHERS, re.DOTALL)), {})


def test_the_page_on_ciphers_has_every_preset_as_it_is():
    rows = re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \| `(aes-.*?)` \|$", CIPHERS, re.MULTILINE)
    page = {name: spelling for names, spelling in rows for name in re.findall(r"`(.*?)`", names)}
    with pytest.raises(CryptoError, match="at character 1 of the cipher") as raised:
        crypto.encrypt("a", KEY, cipher="unknown")
    known = re.search(r"a whole preset \((.*?)\)", str(raised.value))[1].split(", ")
    assert set(page) == set(known)
    for name, spelling in page.items():
        key = "fake" * 10 + "fa3" if "key=base64" in spelling else "fake-key-of-32-bytes-abcdefghijk"
        iv = bytes(range(16))
        assert crypto.encrypt("{}", key, cipher=name, iv=iv) == crypto.encrypt("{}", key, cipher=spelling, iv=iv)


def test_what_stands_in_the_header_is_given():
    cipher = "aes-gcm:none:base64:iv=header(X-Nonce):aad=header(X-Tenant)"
    headers = {"x-nonce": "fake-nonce12", "X-Tenant": "fake-tenant"}
    sealed = crypto.encrypt("text", KEY, cipher=cipher, headers=headers)
    gcm = AES.new(KEY.encode(), AES.MODE_GCM, nonce=b"fake-nonce12").update(b"fake-tenant")
    assert base64.b64decode(sealed) == b"".join(gcm.encrypt_and_digest(b"text"))
    assert crypto.decrypt(sealed, KEY, cipher=cipher, headers=headers) == b"text"
    with pytest.raises(CryptoError, match="E6008"):
        crypto.decrypt(sealed, KEY, cipher=cipher, headers=headers | {"X-Tenant": "other"})
    with pytest.raises(CryptoError, match=r"header\(X-Nonce\) is missing"):
        crypto.decrypt(sealed, KEY, cipher=cipher)


def test_a_sealed_delivery_brings_its_nonce():
    cipher = "aes-gcm:none:raw:iv=header(X-Nonce)"
    hooks = Webhooks(require_signature=False, cipher=cipher, encryption_key=KEY)
    headers, body = hooks.seal('{"a":1}')
    assert len(headers["X-Nonce"]) == 24
    assert hooks.seal('{"a":1}')[0]["X-Nonce"] != headers["X-Nonce"]
    assert hooks.unwrap(body, headers).data == {"a": 1}
    with pytest.raises(WebhookError, match="E5009"):
        hooks.unwrap(body, headers | {"X-Nonce": "00" * 12})
