"""Verifiers that a receiver's owner wrote, such as that of WeChat Pay's version 3, which signs by RSA."""

import asyncio
import base64
import functools
import gc
import io
import time
import types

import numpy as np
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from test_frames import HALF, KEY, SECRET, check

from airudder import CryptoError, ValidationError, WebhookError, Webhooks
from airudder.integrations import asgi, wsgi

BODY = b'{"task_id":"t","details":[]}'
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key()


def message(body, headers):
    return b"".join(part + b"\n" for part in (*(headers[f"Wechatpay-{name}"].encode() for name in NAMES), body))


NAMES = ("Timestamp", "Nonce")


def sign(body, moment=None):
    headers = {"Wechatpay-Timestamp": str(int(moment or time.time())), "Wechatpay-Nonce": "fake-nonce"}
    signature = PRIVATE.sign(message(body, headers), padding.PKCS1v15(), hashes.SHA256())
    return headers | {"Wechatpay-Signature": base64.b64encode(signature).decode()}


def verify(body, headers):
    if abs(time.time() - int(headers.get("Wechatpay-Timestamp", "0"))) > 300:
        return False
    signature = base64.b64decode(headers["wechatpay-signature"])
    try:
        PUBLIC.verify(signature, message(body, headers), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_rsa():
    hooks = Webhooks(verify=verify)
    event = hooks.unwrap(BODY, {name.lower(): value for name, value in sign(BODY).items()})
    assert (event.type, event.verified) == ("call.finished", True)
    for body, headers in (
        (BODY + b" ", sign(BODY)),
        (BODY, sign(BODY) | {"Wechatpay-Nonce": "another"}),
        (BODY, sign(BODY, time.time() - 1000)),
        (BODY, {}),
    ):
        with pytest.raises(WebhookError, match="E5002") as raised:
            hooks.unwrap(body, headers)
        assert f"{len(body)} bytes" in raised.value.message


def test_it_gets_the_bytes_and_all_header_fields():
    asked = []
    hooks = Webhooks(verify=lambda *given: asked.append(given) or True)
    for body in (BODY, bytearray(BODY), memoryview(BODY)):
        fields = [("X-Two", "1"), (b"x-two", b"2"), ("X-One", "a"), ("X-Odd", "\udcff")]
        assert hooks.unwrap(body, fields).verified
    assert [type(body) for body, _ in asked] == [bytes] * 3
    body, headers = asked[0]
    assert body == BODY
    assert headers == {"X-Two": "1, 2", "X-One": "a", "X-Odd": "\ufffd" * 3}
    assert headers["x-TWO"] == headers.get("X-TWO") == "1, 2"
    assert ("x-one" in headers, "x-none" in headers, headers.get("x-none")) == (True, False, None)
    assert "1, 2" not in repr(headers)


def test_nothing_is_decrypted_or_parsed_before_it_agrees():
    asked = []

    def refuse(body, _):
        asked.append(body)
        return False

    hooks = Webhooks(verify=refuse, encryption_key="fake-key-16bytes", max_body_bytes=100)
    for body in (b"no cipher text", b"{", b"", b'{"a":' * 20):
        with pytest.raises(WebhookError, match="E5002"):
            hooks.unwrap(body, {})
    assert len(asked) == 4
    with pytest.raises(WebhookError, match="E5003"):
        hooks.unwrap(b" " * 101, {})
    with pytest.raises(WebhookError, match="E5006"):
        hooks.unwrap("{}", {})
    assert len(asked) == 4, "it is asked about bytes that are not too many"


def test_what_it_agrees_to_is_decrypted_as_ever():
    key = {"encryption_key": "fake-key-16bytes"}
    headers, body = Webhooks(require_signature=False, **key).seal(BODY.decode())
    hooks = Webhooks(verify=lambda *_: True, **key)
    assert hooks.unwrap(body, headers).type == "call.finished"
    assert hooks.unwrap(BODY, {}).verified, "who verifies takes plain deliveries, too"
    with pytest.raises((CryptoError, WebhookError)):
        hooks.unwrap(b"no cipher text", {})


async def later(*_):
    return True


class Odd:
    """What is true without being True."""

    def __bool__(self):
        return True


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(1, "int"), (0, "int"), (None, "NoneType"), (np.True_, "bool"), ("", "str"), (Odd(), "Odd"), ([], "list")],
)
def test_only_true_and_false_are_answers(answer, kind):
    with pytest.raises(TypeError, match=rf"returned a `{kind}`: .*plain function.*True or False.*bool\("):
        Webhooks(verify=lambda *_: answer).unwrap(BODY, {})


def test_a_coroutine_is_no_answer(recwarn):
    with pytest.raises(TypeError, match="returned a `coroutine`: it is a plain function, not an async one"):
        Webhooks(verify=later).unwrap(BODY, {})
    gc.collect()
    assert [str(one.message) for one in recwarn] == [], "it was closed"


def test_what_it_raises_is_raised():
    error = KeyError("fake")

    def broken(*_):
        raise error

    with pytest.raises(KeyError) as raised:
        Webhooks(verify=broken).unwrap(BODY, {})
    assert raised.value is error
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        Webhooks(verify=lambda _: True).unwrap(BODY, {})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"verify": "fake"}, "a function of body and header fields, and not a `str`"),
        ({"verify": True}, "and not a `bool`"),
        ({"verify": verify, "secret": "fake-secret"}, "either a secret or a verifier"),
        ({"verify": verify, "scheme": "hmac-sha256:hex:body"}, "either a scheme or a verifier"),
    ],
)
def test_settings_that_contradict(settings, says):
    with pytest.raises(ValidationError, match=says) as raised:
        Webhooks(**settings)
    assert (raised.value.code, raised.value.pointer) == ("E1001", "/verify")


def test_it_is_asked_though_no_signature_is_required():
    with pytest.raises(WebhookError, match="E5002"):
        Webhooks(verify=lambda *_: False, require_signature=False).unwrap(BODY, {})


def test_it_comes_before_the_environment(monkeypatch):
    monkeypatch.setenv("AIRUDDER_WEBHOOK_SECRET", "fake-secret")
    monkeypatch.setenv("AIRUDDER_WEBHOOK_SCHEME", "hmac-sha256:hex:body")
    assert Webhooks.from_env(verify=lambda *_: True).unwrap(BODY, {}).verified
    monkeypatch.delenv("AIRUDDER_WEBHOOK_SECRET")
    with pytest.raises(WebhookError, match="E5002"):
        Webhooks.from_env(verify=lambda *_: False).unwrap(BODY, {})


def test_it_can_sign_nothing():
    hooks = Webhooks(verify=verify)
    with pytest.raises(ValidationError, match="give the secret to sign with"):
        hooks.sign(BODY)
    headers, body = hooks.seal(BODY.decode())
    assert (body, "X-AIRudder-Sign" in headers) == (BODY, False)


def fails(*_):
    secret = SECRET  # a frame of the verifier's own, which is not ours to clean
    raise OSError(len(secret))


@pytest.mark.parametrize(
    "made", [fails, lambda *_: False, lambda *_: SECRET, functools.partial(later, SECRET), lambda *_: None]
)
def test_no_frame_holds_a_secret(made, recwarn):
    hooks = Webhooks(verify=made, encryption_key=KEY)
    for body in (f'{{"name":"{SECRET}"}}'.encode(), SECRET):
        assert check(lambda body=body: hooks.unwrap(body, {"X-Token": SECRET}, url=f"https://e.test/?token={SECRET}"))
    assert check(lambda: Webhooks(verify=made, secret=SECRET))
    assert check(lambda: Webhooks(verify=functools.partial(made, SECRET), scheme="nonsense"))
    assert check(lambda: Webhooks(verify=SECRET))
    assert check(lambda: Webhooks(verify=made, encryption_key=HALF))
    gc.collect()
    assert [str(one.message) for one in recwarn] == []


def through_asgi(hooks, sent=BODY):
    found = []

    async def receive():
        return {"type": "http.request", "body": sent}

    async def send(answer):
        found.append(answer)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"x-secret", SECRET.encode())]}
    asyncio.run(asgi(hooks, lambda _: None)(scope, receive, send))
    return found[0]["status"]


def through_wsgi(hooks, sent=BODY):
    found = []
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent)}
    environ |= {"HTTP_X_SECRET": SECRET, "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    wsgi(hooks, lambda _: None)(environ, lambda status, _: found.append(int(status.split()[0])))
    return found[0]


@pytest.mark.parametrize("through", [through_asgi, through_wsgi])
def test_a_verifier_that_fails_makes_it_come_again(through, caplog):
    assert through(Webhooks(verify=lambda *_: True)) == 200
    assert through(Webhooks(verify=lambda *_: False)) == 400
    assert through(Webhooks(verify=fails)) == 500
    assert through(Webhooks(verify=later)) == 500
    assert "a delivery could not be verified" in caplog.text
    assert "OSError" in caplog.text
    assert "plain function" in caplog.text
    assert SECRET not in caplog.text


def test_one_receiver_serves_many_threads():
    from concurrent.futures import ThreadPoolExecutor

    hooks = Webhooks(verify=verify)
    headers = sign(BODY)
    bodies = [BODY, b"forged"] * 100

    def outcome(body):
        try:
            return hooks.unwrap(body, headers).verified
        except WebhookError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, bodies)) == [True, "E5002"] * 100


def test_any_mapping_and_callable_will_do():
    class Verifier:
        def __call__(self, body, headers):
            return headers["x"] == "1" and body == BODY

    assert Webhooks(verify=Verifier()).unwrap(BODY, types.MappingProxyType({"X": "1"})).verified
