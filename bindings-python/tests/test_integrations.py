"""Events by way of `asgi` and `wsgi`."""

import asyncio
import io
from wsgiref.validate import validator

import pytest

from airudder import WebhookError, Webhooks
from airudder.events import CallFinishedEvent
from airudder.integrations import asgi, wsgi

SECRET = "fake-webhook-secret"
BODY = b'{"task_id":"t","details":[]}'


def call_asgi(handler, body=BODY, method="POST", headers=None, hooks=None, pieces=1):
    """What an ASGI server does; gives the status."""
    hooks = hooks or Webhooks(secret=SECRET)
    fields = Webhooks(secret=SECRET).sign(body) if headers is None else headers
    size = -(-len(body) // pieces)
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    sent = []

    async def receive():
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "headers": [(name.lower().encode(), value.encode()) for name, value in fields.items()],
    }
    asyncio.run(asgi(hooks, handler)(scope, receive, send))
    assert sent[1]["body"] == b"{}"
    return sent[0]["status"]


def call_wsgi(handler, body=BODY, method="POST", headers=None, hooks=None, pieces=1):
    """What a WSGI server does, with the standard library's check of both sides; gives the status."""
    hooks = hooks or Webhooks(secret=SECRET)
    fields = Webhooks(secret=SECRET).sign(body) if headers is None else headers
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in fields.items()},
    }
    found = []

    def start_response(status, headers, exc_info=None):
        found.append(int(status.split()[0]))
        return lambda _: None

    answer = validator(wsgi(hooks, handler))(environ, start_response)
    assert b"".join(answer) == b"{}"
    answer.close()
    return found[0]


@pytest.fixture(params=[call_asgi, call_wsgi])
def call(request):
    return request.param


def test_an_event_reaches_the_handler(call):
    events = []
    assert call(events.append, pieces=3) == 200
    assert [type(event) for event in events] == [CallFinishedEvent]
    assert events[0].verified


def test_an_async_handler_is_awaited():
    events = []

    async def handler(event):
        await asyncio.sleep(0)
        events.append(event.type)

    assert call_asgi(handler) == 200
    assert events == ["call.finished"]


def test_what_wraps_an_async_handler_is_awaited_too(caplog):
    events = []

    async def handler(event):
        await asyncio.sleep(0)
        events.append(event.type)

    class Handler:
        async def __call__(self, event):
            await handler(event)

    assert call_asgi(lambda event: handler(event)) == 200
    assert call_asgi(Handler()) == 200
    assert events == ["call.finished"] * 2
    assert call_wsgi(handler) == 500
    assert "needs a plain function" in caplog.text
    assert len(events) == 2


def test_what_is_refused(call, caplog):
    events = []
    assert call(events.append, headers={"X-AIRudder-Sign": "00"}) == 400
    assert call(events.append, headers={}) == 400
    assert call(events.append, method="GET") == 405
    encrypted = Webhooks(secret=SECRET, encryption_key="fake-key-16bytes")
    assert call(events.append, b"no cipher text", hooks=encrypted) == 400
    small = Webhooks(secret=SECRET, max_body_bytes=8)
    assert call(events.append, hooks=small) == 400
    assert "E5003" in caplog.text
    assert "E5002" in caplog.text
    assert "E6002" in caplog.text
    assert events == []


@pytest.mark.parametrize("length", ["-5", "1e3"])
def test_a_nonsensical_length_is_no_error_of_the_server(length):
    hooks = Webhooks(secret=SECRET)
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(BODY)}
    answered = []
    wsgi(hooks, print)(environ, lambda status, _: answered.append(status))
    assert answered == ["400 Bad Request"]


def test_a_failing_handler_makes_it_come_again(call, caplog):
    def fail(event):
        raise OSError("the disk is full")

    assert call(fail) == 500
    assert "the disk is full" in caplog.text
    assert "call.finished" in caplog.text


def test_only_http_is_spoken():
    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(asgi(Webhooks(secret=SECRET), print)({"type": "websocket"}, None, None))


def test_the_limit_can_be_read():
    assert Webhooks(secret=SECRET).max_body_bytes == 8 * 1024 * 1024
    hooks = Webhooks(secret=SECRET, max_body_bytes=8)
    with pytest.raises(WebhookError, match="8"):
        hooks.unwrap(BODY, hooks.sign(BODY))
