"""Schemes that sign more than the body: a time, the URL, the method; and what a receiver says of weak ones."""

import time
import warnings
from datetime import UTC, datetime, timedelta, timezone

import freezegun
import pytest

import airudder
from airudder import CryptoError, ValidationError, WeakSchemeWarning, WebhookError, Webhooks, crypto

SECRET = "fake-webhook-secret"
BODY = b'{"task_id":"t","details":[]}'
URL = "https://hooks.test/events?id=7"
THEN = datetime(2024, 7, 5, 6, 5, tzinfo=UTC)  # long ago: nothing signed then passes for signed now
TIMED = "hmac-sha256:hex:time(header(X-Time))+'.'+body"


def refused(hooks, headers, code, body=BODY, **circumstances):
    with pytest.raises(WebhookError, match=code) as raised:
        hooks.unwrap(body, headers, **circumstances)
    return raised.value


@pytest.mark.parametrize("scheme", [TIMED, "slack", "stripe", "zoom", "standard-webhooks"])
def test_a_time_that_is_signed_is_compared_with_now(scheme):
    secret = "whsec_ZmFrZS1zZWNyZXQtb2YtMzItYnl0ZXMtMDEyMzQ1Njc=" if scheme == "standard-webhooks" else SECRET
    hooks = Webhooks(secret=secret, scheme=scheme)
    more = {"webhook-id": "fake-id"} if scheme == "standard-webhooks" else {}
    with freezegun.freeze_time(THEN):
        headers = hooks.sign(BODY, more)
        assert hooks.unwrap(BODY, headers).verified
    for seconds in (-899, 0, 899):
        with freezegun.freeze_time(THEN + timedelta(seconds=seconds)):
            event = hooks.unwrap(BODY, headers)
        assert (event.verified, event.received_at) == (True, None)
    for seconds in (-902, 902, 86_400):
        with freezegun.freeze_time(THEN + timedelta(seconds=seconds)):
            error = refused(hooks, headers, "E5007")
        assert "900 s are tolerated" in error.message
        assert (error.number, "received" in error.remedy or "came" in error.remedy) == (5007, True)
    with freezegun.freeze_time(THEN):
        refused(hooks, headers, "E5002", BODY + b" ")
        fields = [name for name, value in headers.items() if str(int(THEN.timestamp())) in value]
        later = {name: value.replace(str(int(THEN.timestamp())), "1800000000") for name, value in headers.items()}
        assert fields
        assert refused(hooks, later, "E5002"), "who writes another time has no signature for it"


def test_a_time_of_now_is_that_of_the_host(monkeypatch):
    hooks = Webhooks(secret=SECRET, scheme=TIMED)
    headers = hooks.sign(BODY)
    assert abs(int(headers["X-Time"]) - time.time()) < 60
    assert hooks.unwrap(BODY, headers).verified
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.5)
    refused(hooks, headers, "E5007")
    assert hooks.sign(BODY)["X-Time"] == "2000000000"


def test_what_was_kept_is_compared_with_when_it_came():
    hooks = Webhooks(secret=SECRET, scheme=TIMED)
    headers, body = hooks.seal(BODY.decode(), signed_at=THEN)
    assert headers["X-Time"] == str(int(THEN.timestamp()))
    came = THEN + timedelta(seconds=5)
    event = hooks.unwrap(body, headers, received_at=came.astimezone(timezone(timedelta(hours=8))))
    assert (event.verified, event.received_at) == (True, came)
    refused(hooks, headers, "E5007", received_at=THEN + timedelta(hours=1))
    refused(hooks, headers, "E5007", received_at=datetime(1960, 1, 1, tzinfo=UTC))
    refused(hooks, headers, "E5007")
    with pytest.raises(ValidationError, match="received_at needs its time zone") as raised:
        hooks.unwrap(body, headers, received_at=THEN.replace(tzinfo=None))
    assert raised.value.pointer == "/received_at"
    with pytest.raises(ValidationError, match="signed_at needs its time zone"):
        hooks.sign(body, signed_at=THEN.replace(tzinfo=None))


def test_a_time_in_milliseconds_and_in_words():
    scheme = "hmac-sha256:hex:time(header(X-Time))+body"
    hooks = Webhooks(secret=SECRET, scheme=scheme)
    for text in (str(int(THEN.timestamp() * 1000)), "2024-07-05T06:05:00Z", "2024-07-05T14:05:00+08:00"):
        headers = hooks.sign(BODY, {"X-Time": text})
        assert hooks.unwrap(BODY, headers, received_at=THEN).verified, text
        refused(hooks, headers, "E5007", received_at=THEN + timedelta(seconds=1000))
    refused(hooks, hooks.sign(BODY, {"X-Time": "yesterday"}), "E5007")


@pytest.mark.parametrize(
    ("tolerance", "passing", "failing"),
    [(None, [10**6], []), (5, [4], [7]), (0.5, [0], [2]), (0, [0], [1]), (86_400, [86_000], [87_000])],
)
def test_tolerance(tolerance, passing, failing):
    hooks = Webhooks(secret=SECRET, scheme=TIMED, tolerance=tolerance)
    headers = hooks.sign(BODY, signed_at=THEN)
    for seconds in passing:
        assert hooks.unwrap(BODY, headers, received_at=THEN + timedelta(seconds=seconds)).verified
    for seconds in failing:
        refused(hooks, headers, "E5007", received_at=THEN + timedelta(seconds=seconds))


@pytest.mark.parametrize("tolerance", [-1, "900", True, float("nan"), float("inf"), 1e12])
def test_a_tolerance_that_is_none(tolerance):
    with pytest.raises(ValidationError, match="tolerance is a number of seconds") as raised:
        Webhooks(secret=SECRET, tolerance=tolerance)
    assert raised.value.pointer == "/tolerance"


def test_a_scheme_without_a_time_is_as_it_was():
    hooks = Webhooks(secret=SECRET, tolerance=0)
    assert hooks.unwrap(BODY, hooks.sign(BODY), received_at=datetime(2001, 1, 1, tzinfo=UTC)).verified


@pytest.mark.parametrize(
    ("scheme", "changed"),
    [
        ("hmac-sha256:hex:url+body", {"url": "https://hooks.test/events?id=8"}),
        ("hmac-sha256:hex:path+body", {"url": "https://hooks.test/other?id=7"}),
        ("hmac-sha256:hex:query(id)+body", {"url": "https://hooks.test/events?id=8"}),
        ("hmac-sha256:hex:method+body", {"method": "PUT"}),
        ("square", {"url": "http://hooks.test/events?id=7"}),
        ("hubspot-v3", {"method": "PUT"}),
    ],
)
def test_what_else_is_signed(scheme, changed):
    hooks = Webhooks(secret=SECRET, scheme=scheme)
    headers = hooks.sign(BODY, url=URL)
    assert hooks.unwrap(BODY, headers, url=URL).verified
    assert hooks.unwrap(BODY, headers, None, method="POST", url=URL).verified
    refused(hooks, headers, "E5002", **({"url": URL} | changed))
    sealed, body = hooks.seal(BODY.decode(), url=URL)
    assert hooks.unwrap(body, sealed, "call.finished", url=URL).verified


def test_odd_circumstances_are_no_other_errors():
    hooks = Webhooks(secret=SECRET, scheme="hmac-sha256:hex:url+body")
    headers = hooks.sign(BODY, url=URL)
    for url in ("", "\udcff", "not a url", "https://[", "x" * 100_000):
        refused(hooks, headers, "E5002", url=url)
    for wrong in ({"url": None}, {"url": b"https://hooks.test"}, {"method": 7}):
        with pytest.raises(ValidationError, match="is a str") as raised:
            hooks.unwrap(BODY, headers, **wrong)
        assert raised.value.pointer == f"/{next(iter(wrong))}"


def test_the_building_blocks_sign_them_too():
    signature = crypto.sign(BODY, SECRET, scheme="hmac-sha256:hex:method+url+body", method="PUT", url=URL)
    crypto.verify(signature, BODY, SECRET, scheme="hmac-sha256:hex:method+url+body", method="PUT", url=URL)
    for wrong in ({"method": "PUT"}, {"url": URL}, {"method": "PUT", "url": URL + "&"}):
        with pytest.raises(WebhookError, match="E5002"):
            crypto.verify(signature, BODY, SECRET, scheme="hmac-sha256:hex:method+url+body", **wrong)
    of_plain = crypto.sign(b"cipher text", SECRET, scheme="hmac-sha256:hex:plain", plain=BODY)
    assert of_plain == crypto.sign(BODY, SECRET)
    crypto.verify(of_plain, b"cipher text", SECRET, scheme="hmac-sha256:hex:plain", plain=BODY.decode())
    with pytest.raises(ValidationError, match="E1001 at /url"):
        crypto.sign(BODY, SECRET, url=7)


def test_what_is_decrypted_can_be_signed():
    settings = {"secret": SECRET, "encryption_key": "fake-key-16bytes", "scheme": "hmac-sha256:hex:plain"}
    hooks = Webhooks(**settings)
    headers, body = hooks.seal(BODY.decode())
    assert hooks.unwrap(body, headers).verified
    assert headers["X-AIRudder-Sign"] == crypto.sign(BODY, SECRET)
    with pytest.raises((WebhookError, CryptoError)):
        hooks.unwrap(body[:-4], headers)


@pytest.mark.parametrize(
    "make", [Webhooks, Webhooks.from_env, type("Own", (Webhooks,), {})], ids=["itself", "from_env", "a subclass"]
)
def test_a_weak_scheme_is_told_once_where_the_receiver_is_made(make):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        hooks = make(secret=SECRET, scheme="feishu")
        headers = hooks.sign(BODY, {"X-Lark-Request-Nonce": "fake-nonce"})
        assert hooks.unwrap(BODY, headers).verified
    assert [(one.category, one.filename) for one in told] == [(WeakSchemeWarning, __file__)]
    assert str(told[0].message) == hooks.weakness
    assert "extended" in hooks.weakness
    assert issubclass(WeakSchemeWarning, UserWarning)
    assert airudder.WeakSchemeWarning is WeakSchemeWarning


def test_what_is_not_weak_is_not_told():
    assert Webhooks(secret=SECRET).weakness is None
    assert Webhooks(secret=SECRET, scheme="github").weakness is None
    assert Webhooks(verify=lambda *_: True).weakness is None


def test_a_weak_scheme_must_say_that_it_is():
    with pytest.raises(CryptoError, match=r"E6004.*;weak") as raised:
        Webhooks(secret=SECRET, scheme="sha256:hex:secret+body")
    assert raised.value.pointer == "/scheme"
    with pytest.raises(CryptoError, match=r"E6004.*everybody"):
        Webhooks(secret=SECRET, scheme="sha256:hex:body;weak")
    with pytest.raises(CryptoError, match=r"E6004.*at character \d+"):
        Webhooks(secret=SECRET, scheme="hmac-sha256:hex:body+boddy")


def test_settings_of_the_environment(monkeypatch):
    for name, value in {"SECRET": SECRET, "SCHEME": "slack", "TOLERANCE": "60"}.items():
        monkeypatch.setenv(f"AIRUDDER_WEBHOOK_{name}", value)
    headers = Webhooks.from_env().sign(BODY, signed_at=THEN)
    refused(Webhooks.from_env(), headers, "60 s are tolerated", received_at=THEN + timedelta(seconds=100))
    minute = {"received_at": THEN + timedelta(seconds=100)}
    assert Webhooks.from_env(tolerance=120).unwrap(BODY, headers, **minute).verified
    assert Webhooks.from_env(tolerance=None).unwrap(BODY, headers).verified, "None is a setting, too"
    monkeypatch.setenv("AIRUDDER_WEBHOOK_TOLERANCE", "any")
    assert Webhooks.from_env().unwrap(BODY, headers).verified
    monkeypatch.setenv("AIRUDDER_WEBHOOK_TOLERANCE", "")
    refused(Webhooks.from_env(), headers, "900 s are tolerated", received_at=THEN + timedelta(seconds=1000))
    monkeypatch.setenv("AIRUDDER_WEBHOOK_TOLERANCE", "a minute")
    with pytest.raises(ValidationError, match="AIRUDDER_WEBHOOK_TOLERANCE is a number of seconds, or any"):
        Webhooks.from_env()
    assert Webhooks.from_env(tolerance=5).weakness is None, "an argument comes before it"


def test_a_signature_in_the_url_is_read_and_not_written():
    scheme = "hmac-sha256:hex:body;in=query(sign)"
    hooks = Webhooks(secret=SECRET, scheme=scheme)
    signature = crypto.sign(BODY, SECRET, scheme=scheme)
    assert hooks.unwrap(BODY, {}, url=f"{URL}&sign={signature}").verified
    refused(hooks, {}, "E5001", url=URL)
    refused(hooks, {}, "E5002", url=f"{URL}&sign=00")
    with pytest.raises(ValidationError, match="E1010"):
        hooks.sign(BODY, url=URL)
