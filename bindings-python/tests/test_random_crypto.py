"""The building blocks of encryption: what was encrypted is read again, and anything else is a named error."""

import pytest
from chance import tried
from hypothesis import given
from hypothesis import strategies as st

from airudder import CryptoError, WebhookError, crypto

KEYS = {
    "": "fake-key-16bytes",
    ":key=hex": "00" * 24,
    ":key=base64": "A" * 43,
    ":key=sha256": "any key",
    ":key=md5": "\u5bc6",
}
MODES = ["aes-ecb:zero", "aes-ecb:pkcs7", "aes-cbc:pkcs7", "aes-cbc:pkcs7-32", "aes-cbc:zero", "aes-gcm:none"]
CIPHERS = st.builds(
    lambda mode, encoding, vector, key, wrap: (
        mode + encoding + (vector if "ecb" not in mode else "") + key + wrap,
        KEYS[key],
    ),
    st.sampled_from(MODES),
    st.sampled_from([":base64", ":base64url", ":hex"]),
    st.sampled_from([":iv=prefix", ":iv=key"]),
    st.sampled_from(list(KEYS)),
    st.sampled_from(["", ":wrap=/encrypt", ":wrap=/a~1b/0"]),
)


@given(CIPHERS, st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "ignore")))
def test_what_was_encrypted_is_read_again(cipher, plain):
    name, key = cipher
    if "zero" in name and plain.endswith(b"\0"):
        with pytest.raises(CryptoError, match="E6006"):
            crypto.encrypt(plain, key, cipher=name)
        return
    assert crypto.decrypt(crypto.encrypt(plain, key, cipher=name), key, cipher=name) == plain


ANY = st.text(max_size=80) | st.binary(max_size=80)


@given(ANY | st.from_regex(r'(\{"encrypt":")?[A-Za-z0-9+/]{0,64}={0,2}("\})?', fullmatch=True), CIPHERS)
def test_anything_to_decrypt_is_bytes_or_a_named_error(text, cipher):
    name, key = cipher
    plain, error = tried(lambda: crypto.decrypt(text, key, cipher=name))
    assert isinstance(plain, bytes) or isinstance(error, CryptoError) or error.pointer == "/text"


WORDS = [
    "aes-cbc",
    "aes-gcm",
    "pkcs7",
    "none",
    "hex",
    "iv=prefix",
    "iv=",
    "header(X)",
    "field(/a)",
    "key=sha256",
    "wrap=/a",
]
NAMES = st.text(max_size=30) | st.lists(st.sampled_from([*WORDS, "frame=wechat", "aad='x\\n'", "'", "\ud800"])).map(
    ":".join
)


@given(NAMES, st.text(max_size=40), ANY)
def test_any_cipher_and_key_work_or_are_refused_by_name(cipher, key, plain):
    _, error = tried(lambda: crypto.decrypt(crypto.encrypt(plain, key, cipher=cipher), key, cipher=cipher))
    assert error is None or isinstance(error, CryptoError) or error.pointer in ("/cipher", "/key", "/plain", "/text")


PARTS = [
    "hmac-sha256",
    "hex",
    "base64",
    "body",
    "+",
    ":",
    ";",
    "header(X-A)",
    "time(header(T))",
    "'a",
    "in=header(S)",
    "secret",
]
SCHEMES = st.text(max_size=30) | st.lists(
    st.sampled_from([*PARTS, "key", "weak", "url", "sorted(body)", "none", "text"])
).map("".join)


@given(SCHEMES | st.just("hmac-sha256:hex:body+header(X-A)"), ANY, st.text(max_size=10), st.text(max_size=10))
def test_any_scheme_signs_what_it_verifies_or_is_refused_by_name(scheme, body, secret, value):
    more = {"scheme": scheme, "key": "fake", "headers": {"X-A": value}, "url": "https://a.test/?b=1"}
    _, error = tried(lambda: crypto.verify(crypto.sign(body, secret, **more), body, secret, **more))
    assert not isinstance(error, WebhookError), error
    assert error is None or isinstance(error, CryptoError) or error.pointer is not None or error.code == "E1010"
