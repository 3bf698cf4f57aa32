"""Deliveries as frameworks hand them over, and senders who go away."""

import asyncio
import inspect
import io
import json
import types

import pytest
from conftest import APP

from airudder import AsyncClient, Client, Response, ValidationError, WebhookError, Webhooks
from airudder._webhooks import VARIABLES, WebhooksSettings
from airudder.integrations import asgi, wsgi

SECRET = "fake-webhook-secret"
BODY = b'{"task_id":"t","details":[]}'
HOOKS = Webhooks(secret=SECRET)
SIGNATURE = HOOKS.sign(BODY)["X-AIRudder-Sign"]
META = {
    "REQUEST_METHOD": "POST",
    "wsgi.version": (1, 0),
    "wsgi.input": io.BytesIO(),
    "CONTENT_TYPE": "application/json",
    "CONTENT_LENGTH": "28",
    "SERVER_PORT": "80",
    "HTTP_X_AIRUDDER_SIGN": SIGNATURE,
}


class Pairs:
    """As a framework's own multi-dict, with an entry for each value."""

    def items(self):
        return iter([("x-other", "1"), ("x-other", "2"), ("x-airudder-sign", SIGNATURE)])


@pytest.mark.parametrize(
    "headers",
    [
        {"x-airudder-sign": [SIGNATURE]},
        {"X-Airudder-Sign": (SIGNATURE,), "Accept": ["a", "b"], "X-None": None},
        {b"x-airudder-sign": SIGNATURE.encode()},
        {"x-airudder-sign": SIGNATURE.encode()},
        {"x-airudder-sign": [SIGNATURE.encode()]},
        [(b"x-airudder-sign", SIGNATURE.encode()), (b"x-other", b"\xff")],
        [["x-airudder-sign", SIGNATURE]],
        ((name, value) for name, value in [("x-airudder-sign", SIGNATURE)]),
        META,
        {"HTTP_X_AIRUDDER_SIGN": SIGNATURE, "CONTENT_TYPE": "application/json"},
        Pairs(),
        types.MappingProxyType({"X-AIRUDDER-SIGN": SIGNATURE}),
    ],
)
def test_header_fields_in_whatever_form(headers):
    assert HOOKS.unwrap(BODY, headers).verified


@pytest.mark.parametrize(
    "headers",
    [
        "X-AIRudder-Sign: 00",
        b"X-AIRudder-Sign: 00",
        None,
        7,
        [SIGNATURE],
        [("a", "b", "c")],
        {"a": 5},
        {5: "a"},
        {"a": {}},
    ],
)
def test_what_is_no_header_fields_is_named_without_its_value(headers):
    with pytest.raises(TypeError, match="header fields are a mapping, or pairs of name and value") as raised:
        HOOKS.unwrap(BODY, headers)
    assert SIGNATURE not in str(raised.value)
    assert raised.value.__context__ is None or raised.value.__suppress_context__ or not raised.value.__context__.args


def test_a_field_with_an_underscore_is_no_variable_of_cgi():
    """Whoever sends `HTTP_X_...` must not choose which fields count."""
    forged = {"HTTP_X_AIRUDDER_SIGN": SIGNATURE, "Content-Type": "application/json"}
    with pytest.raises(WebhookError, match="E5001"):
        HOOKS.unwrap(BODY, forged)
    with pytest.raises(WebhookError, match="E5002"):
        HOOKS.unwrap(BODY, {"HTTP_X_OTHER": "1", "X-AIRudder-Sign": "00"})


async def read_later():
    return BODY


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (b"", "E5002", "request.get_data() before request.form in Flask"),
        ({"a": 1}, "E5006", "request.get_data() in Flask"),
        ("{}", "E5006", "it was decoded before"),
        (None, "E5006", "not about a `NoneType`"),
        (read_later(), "E5006", "it was not awaited: pass await request.body()"),
    ],
)
def test_a_body_that_was_read_before_names_the_fix(body, code, says):
    with pytest.raises(WebhookError, match=code) as raised:
        HOOKS.unwrap(body, {"X-AIRudder-Sign": SIGNATURE})
    assert says in raised.value.message
    if hasattr(body, "close"):
        body.close()


def test_an_asgi_sender_who_goes_away_is_no_bad_signature(caplog):
    messages = [{"type": "http.request", "body": BODY[:10], "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"x-airudder-sign", SIGNATURE.encode())]}
    with caplog.at_level("INFO", "airudder"):
        asyncio.run(asgi(HOOKS, print)(scope, receive, send))
    assert sent == []
    assert "went away" in caplog.text
    assert "signature" not in caplog.text


class Broken(io.BytesIO):
    def read(self, *_):
        raise ConnectionResetError("gone")


@pytest.mark.parametrize("body", [io.BytesIO(BODY[:10]), Broken()], ids=["short", "reset"])
def test_a_wsgi_sender_who_goes_away_is_no_bad_signature(body, caplog):
    answered = []
    environ = META | {"CONTENT_LENGTH": str(len(BODY)), "wsgi.input": body}
    with caplog.at_level("INFO", "airudder"):
        wsgi(HOOKS, print)(environ, lambda status, _: answered.append(status))
    assert answered == ["400 Bad Request"]
    assert "went away" in caplog.text
    assert "signature" not in caplog.text


PUSH = {
    "workflow_id": "w-1",
    "workflow_name": "july",
    "node_id": "n-1",
    "node_name": "push",
    "callee": {"callee_number": "+620001234567", "case_id": "c-1", "callee_name": "Ana", "extra_b": "x"},
}
FLAT = PUSH | {"callee": {}, "callee_number": "+620001234567", "case_id": ""}


class Genuine:
    """An API that keeps what it is asked."""

    def send(self, request):
        if request.url.endswith("/auth"):
            return Response(200, [], b'{"code":200,"data":{"token":"fake-token"}}')
        self.url, self.asked = request.url, json.loads(request.body)
        return Response(200, [], b'{"code":200,"data":{"genuine":true}}')


class GenuineLater(Genuine):
    async def send(self, request):
        return super().send(request)


@pytest.mark.parametrize(
    ("push", "case"), [(PUSH, {"case_id": "c-1"}), (FLAT, {})], ids=["as an object", "flat, without a case"]
)
def test_a_push_is_verified_in_one_call(push, case):
    hooks = Webhooks(require_signature=False)
    event = hooks.unwrap(json.dumps(push).encode(), {})
    assert event.type == "workflow.api_node.push"
    asked = {"workflow_id": "w-1", "node_id": "n-1", "callee": "+620001234567"} | case
    api = Genuine()
    assert Client(transport=api, **APP).workflow.verify_push(event) == {"genuine": True}
    assert (api.url.rsplit("/", 1)[-1], api.asked) == ("apinoticeinfo", asked)
    api = GenuineLater()
    answer = asyncio.run(AsyncClient(transport=api, **APP).workflow.verify_push(event, options={"timeout": 5.0}))
    assert (answer, api.asked) == ({"genuine": True}, asked)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (BODY, None, "E1008"),
        (b"{}", "workflow.api_node.push", "E1005"),
        (json.dumps(PUSH | {"callee": {}}).encode(), None, "E1005"),
    ],
)
def test_what_is_no_push_is_not_asked_about(body, kind, code):
    event = Webhooks(require_signature=False).unwrap(body, {}, kind=kind)
    with pytest.raises(ValidationError, match=code):
        Client(transport=Genuine(), **APP).workflow.verify_push(event)


@pytest.fixture
def variables(monkeypatch):
    """Set these variables of a receiver, and no others."""

    def set_(**values):
        for name, variable in VARIABLES.items():
            monkeypatch.setenv(variable, values.get(name, ""))

    return set_


def test_from_env(variables):
    settings = {"scheme": "hmac-sha1:base64:body", "cipher": "aes-cbc:pkcs7:base64:iv=key"}
    sender = Webhooks(secret=SECRET, encryption_key="fake-key-16bytes", **settings)
    headers, body = sender.seal(BODY.decode())
    variables(secret=SECRET, encryption_key="fake-key-16bytes", **settings)
    assert Webhooks.from_env().unwrap(body, headers).verified
    with pytest.raises(WebhookError, match="E5003"):
        Webhooks.from_env(max_body_bytes=10).unwrap(body, headers)
    with pytest.raises(WebhookError, match="E5002"):
        Webhooks.from_env(scheme="hmac-sha256:hex:body").unwrap(body, headers)
    variables(secret="fake-other-secret", encryption_key="fake-key-16bytes", **settings)
    assert Webhooks.from_env(secret=[SECRET, "fake-older-secret"]).unwrap(body, headers).verified


def test_from_env_names_the_variable_that_is_missing(variables):
    variables(scheme="hmac-sha1:base64:body")
    for settings in ({}, {"secret": None}, {"require_signature": True}):
        with pytest.raises(ValidationError, match="AIRUDDER_WEBHOOK_SECRET") as raised:
            Webhooks.from_env(**settings)
        assert (raised.value.code, raised.value.pointer) == ("E1001", "/secret")
    unsigned = Webhooks.from_env(require_signature=False)
    assert not unsigned.unwrap(BODY, {}).verified


def test_from_env_takes_what_the_receiver_takes(variables):
    assert set(inspect.signature(Webhooks).parameters) == WebhooksSettings.__optional_keys__
    variables(secret=SECRET)
    with pytest.raises(TypeError, match="max_body"):
        Webhooks.from_env(max_body=10)
