"""The URL that a sender asked for, from what servers tell."""

import io

import pytest

from airudder import ValidationError, Webhooks
from airudder.integrations import asgi, requested_url, wsgi

SCOPE = {
    "type": "http",
    "scheme": "http",
    "path": "/events/a b",
    "raw_path": b"/events/a%20b",
    "query_string": b"x=1&y=%2F",
    "headers": [(b"accept", b"*/*"), (b"host", b"example.test:8000"), (b"x-forwarded-host", b"other.test")],
}
ENVIRON = {
    "REQUEST_METHOD": "POST",
    "wsgi.url_scheme": "http",
    "HTTP_HOST": "example.test:8000",
    "HTTP_X_FORWARDED_HOST": "other.test",
    "SCRIPT_NAME": "/events",
    "PATH_INFO": "/a b",
    "QUERY_STRING": "x=1&y=%2F",
}
RAW = {"RAW_URI": "/events/a%20b?x=1&y=%2F"}
ASKED = "http://example.test:8000/events/a%20b?x=1&y=%2F"


@pytest.mark.parametrize(
    "request_",
    [SCOPE, SCOPE | {"raw_path": None}, ENVIRON, ENVIRON | RAW, ENVIRON | {"REQUEST_URI": RAW["RAW_URI"]}],
    ids=["asgi", "asgi without raw_path", "wsgi", "gunicorn", "uwsgi"],
)
def test_it_is_what_was_asked_for(request_):
    assert requested_url(request_) == ASKED
    assert requested_url(request_, "https://hooks.test") == "https://hooks.test/events/a%20b?x=1&y=%2F"
    assert requested_url(request_, "https://hooks.test/in") == "https://hooks.test/in?x=1&y=%2F"


def test_odd_requests_are_no_errors():
    """Anybody can send them."""
    assert requested_url({"type": "http", "headers": []}) == "http://"
    assert requested_url(SCOPE | {"raw_path": b"", "path": "/%\udcff?", "query_string": b""}).endswith("/%25%3F%3F")
    absolute = ENVIRON | {"RAW_URI": "http://other.test/x", "QUERY_STRING": ""}
    assert requested_url(absolute) == "http://example.test:8000/events/a%20b"
    bare = {"REQUEST_METHOD": "POST", "PATH_INFO": "/\xc3\xa4", "SERVER_NAME": "example.test", "SERVER_PORT": "81"}
    assert requested_url(bare) == "http://example.test:81/%C3%A4"
    assert requested_url(SCOPE | {"headers": [(b"host", b"[")], "query_string": b"\xff"})


@pytest.mark.parametrize("url", ["", "hooks.test", "ftp://hooks.test", "https://hooks.test/?x=1", "https:///in", "/in"])
def test_what_is_no_address_is_refused_at_once(url):
    hooks = Webhooks(require_signature=False)
    for make in (
        lambda: requested_url(SCOPE, url),
        lambda: asgi(hooks, print, url=url),
        lambda: wsgi(hooks, print, url=url),
    ):
        with pytest.raises(ValidationError, match="from https:// on, without its query") as raised:
            make()
        assert (raised.value.code, raised.value.pointer) == ("E1001", "/url")


def test_a_request_as_wsgiref_has_it():
    from wsgiref.util import setup_testing_defaults

    environ = {"wsgi.input": io.BytesIO()}
    setup_testing_defaults(environ)
    assert requested_url(environ) == "http://127.0.0.1/"
