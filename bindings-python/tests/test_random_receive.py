"""Deliveries with anything in them: each one is an event or a named error, and what was signed rightly is an event."""

import asyncio
import functools
import io
import json
import warnings

import pytest
from chance import tried
from hypothesis import given
from hypothesis import strategies as st

from airudder import CryptoError, Event, WebhookError, Webhooks
from airudder._webhooks import WeakSchemeWarning
from airudder.integrations import asgi, wsgi

SECRET = "fake-webhook-secret"
KEY = "fake-key-16bytes"
SETTINGS = [
    {},
    {"encryption_key": KEY},
    {"encryption_key": KEY, "cipher": "aes-cbc:pkcs7:base64:iv=prefix"},
    {"encryption_key": "any key", "cipher": "feishu"},
    {"encryption_key": KEY, "cipher": "aes-gcm:none:hex:iv=prefix:aad=header(X-Odd)"},
    {"scheme": "github"},
    {"scheme": "hmac-sha1:base64:method+url+header(X-Odd)+body"},
    {"scheme": "hmac-sha256:hex:time(header(X-Time))+'.'+body"},
    {"verify": lambda body, headers: len(body) % 2 == 0 and len(headers) >= 0},
    {"require_signature": False},
]


@functools.cache
def receiver(number):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakSchemeWarning)
        return Webhooks(**{"secret": None if "verify" in SETTINGS[number] else SECRET} | SETTINGS[number])


RECEIVERS = st.integers(0, len(SETTINGS) - 1).map(receiver)
SIGNING = st.sampled_from([number for number, one in enumerate(SETTINGS) if "verify" not in one]).map(receiver)

NAMES = st.sampled_from(
    ["X-AIRudder-Sign", "x-airudder-SIGN", "Signed", "Is-Encrypted", "X-Odd", "X-Time", "X-Hub-Signature-256"]
)
TEXTS = st.text(max_size=20) | st.sampled_from(["1", "true", "t=1,v1=00", "sha256=", "\0", "\ud800", "0" * 64])
ONE = TEXTS | st.binary(max_size=20)
FIELDS = st.lists(st.tuples(NAMES | ONE, ONE | st.none() | st.lists(ONE, max_size=3)), max_size=6)
HEADERS = FIELDS | FIELDS.map(dict) | FIELDS.map(iter)
BODIES = (
    st.binary(max_size=200)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.sampled_from(
        [b"", b"{}", b"\xef\xbb\xbf{}", b'{"event":', b"[" * 200, b'{"encrypt":"AAAA"}', b'"AAAA"', b"a=1&b=2"]
    )
)

# JSON as it is written by others: any numbers, escapes, spaces and names that repeat.
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
STRING = st.builds(
    lambda text, escaped: json.dumps(text, ensure_ascii=escaped or not encodes(text)), st.text(), st.booleans()
)
SPACE = st.sampled_from(["", "", "", " ", "\n\t\r "])


def encodes(text):
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def objects(inner):
    pairs = st.tuples(STRING | st.sampled_from(['"event"', '"task_id"', '"__proto__"', '""']), SPACE, inner)
    return st.lists(pairs, max_size=5).map(
        lambda pairs: "{" + ",".join(f"{name}{space}:{one}" for name, space, one in pairs) + "}"
    )


JSON = st.recursive(
    NUMBER | STRING | st.sampled_from(["null", "true", "false"]),
    lambda inner: objects(inner) | st.lists(inner, max_size=4).map(lambda items: "[" + " , ".join(items) + "]"),
    max_leaves=12,
)
DOCUMENTS = st.builds(lambda space, text: space + text + space, SPACE, objects(JSON))


@given(
    RECEIVERS, BODIES | DOCUMENTS.map(str.encode), HEADERS, st.none() | TEXTS | st.just("call.finished"), TEXTS, TEXTS
)
def test_anything_is_an_event_or_a_named_error(hooks, body, headers, kind, method, url):
    event, error = tried(lambda: hooks.unwrap(body, headers, kind, method=method, url=url))
    if error is None:
        assert isinstance(event, Event)
        assert isinstance(event.data, dict)
    else:
        assert isinstance(error, WebhookError | CryptoError) or error.pointer == "/kind"


def written(fields, form):
    """Header fields as a server may hand them over."""
    if form == "environment":
        return {"REQUEST_METHOD": "POST"} | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in fields}
    if form == "bytes":
        return [(name.lower().encode(), value.encode("latin-1")) for name, value in fields]
    return {"mapping": dict, "pairs": list, "lists": lambda pairs: {name: [value] for name, value in pairs}}[form](
        fields
    )


FORMS = st.sampled_from(["mapping", "pairs", "lists", "bytes", "environment"])
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10).map(str.strip)


@given(SIGNING, DOCUMENTS, FORMS, st.lists(st.tuples(st.just("X-Other"), VALUES), max_size=2), VALUES, st.randoms())
def test_what_was_signed_rightly_is_read(hooks, text, form, others, odd, order):
    url = "https://hooks.example.test/events?a=1"
    headers, body = hooks.seal(text, {"X-Odd": odd}, url=url)
    fields = [*headers.items(), *others]
    order.shuffle(fields)
    event = hooks.unwrap(body, written(fields, form), url=url)
    assert event.verified
    assert event.raw.strip() == text.strip()
    assert json.dumps(event.data) == json.dumps(json.loads(text))


@given(SIGNING, DOCUMENTS, st.data())
def test_what_was_changed_is_not(hooks, text, data):
    url = "https://hooks.example.test/events"
    headers, body = hooks.seal(text, {"X-Odd": "odd"}, url=url)
    place = data.draw(st.integers(0, len(body) - 1), "place")
    changed = body[:place] + bytes([body[place] ^ data.draw(st.integers(1, 255), "flip")]) + body[place + 1 :]
    with pytest.raises((WebhookError, CryptoError)):
        hooks.unwrap(changed, headers, url=url)


CHUNKS = st.lists(st.integers(0, 60), max_size=4)


def split(body, places):
    places = sorted({min(place, len(body)) for place in places})
    return [body[start:end] for start, end in zip([0, *places], [*places, len(body)], strict=True)]


def post(application, headers, chunks, gone):
    """Send a request to an ASGI application; the status, None where nothing was answered."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages[-1]["more_body"] = False
    messages[gone:] = [{"type": "http.disconnect"}] if gone < len(messages) else []
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(application(scope, receive, send))
    return sent[0]["status"] if sent else None


@given(DOCUMENTS | st.binary(max_size=100), CHUNKS, st.integers(0, 20))
def test_an_asgi_application_takes_it_in_pieces(content, places, gone):
    events = []
    is_right = isinstance(content, str)
    headers, body = receiver(0).seal(content) if is_right else ({"X-AIRudder-Sign": "0" * 64}, content)
    chunks = split(body, places)
    application = asgi(receiver(0), events.append)
    status = post(application, written(headers.items(), "bytes"), chunks, gone)
    assert status == (None if gone < len(chunks) else 200 if is_right else 400)
    assert len(events) == (status == 200)


@given(DOCUMENTS | st.binary(max_size=100), st.none() | st.integers(0, 200) | st.text(max_size=5), st.booleans())
def test_a_wsgi_application_takes_it_whatever_length_is_stated(content, length, terminated):
    events, answers = [], []
    is_right = isinstance(content, str)
    headers, body = receiver(0).seal(content) if is_right else ({"X-AIRudder-Sign": "0" * 64}, content)
    environ = written(headers.items(), "environment") | {
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": terminated,
        "wsgi.url_scheme": "https",
        "SERVER_NAME": "hooks.example.test",
        "SERVER_PORT": "443",
    }
    answer = wsgi(receiver(0), events.append)(environ, lambda status, headers: answers.append(status[:3]))
    assert b"".join(answer) == b"{}"
    assert answers == (["200"] if events else ["400"])
    assert [event.raw.encode() for event in events] in ([], [body])
    assert events or not (is_right and length is None)
