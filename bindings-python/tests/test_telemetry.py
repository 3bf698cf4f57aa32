"""What is seen of a client from outside: the log, listeners, spans and metrics. None of it is secret or personal."""

import asyncio
import json
import logging
import os
import pickle
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from conftest import APP, CAMPAIGN, KEY
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from test_campaign import FAULTS, contacts
from test_token import QUERY

from airudder import AirudderError, ApiError, AsyncClient, Client, OutcomeUnknown, TransportError, ValidationError
from airudder.telemetry import PhaseEvent, RequestEvent, ResponseEvent, RetryEvent, WaitEvent, instrument

NAMES = ("request", "response", "retry", "wait", "phase")
FAILS_ONCE = [
    {"operation": "workflow.detail_instances", "fault": "status", "status": 503, "retry_after": "0", "times": 1}
]
REFUSES = [{"operation": "*", "fault": "status", "status": 503, "retry_after": "0"}]


def listening(client):
    heard = []
    for name in NAMES:
        client.on(name, heard.append)
    return heard


class Seen:
    """An OpenTelemetry of its own, in memory."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    def instrument(self, client):
        instrument(client, tracer_provider=self.tracers, meter_provider=self.meters)

    def spans(self):
        return self.exporter.get_finished_spans()

    def metrics(self):
        data = json.loads(self.reader.get_metrics_data().to_json())
        scopes = data["resource_metrics"][0]["scope_metrics"]
        return {metric["name"]: metric["data"]["data_points"] for scope in scopes for metric in scope["metrics"]}


@pytest.fixture
def seen():
    return Seen()


def test_a_call_is_heard_from_its_first_request_to_its_last_response(client, sandbox):
    heard = listening(client)
    sandbox.control("faults", FAILS_ONCE)
    client.workflow.detail_instances(**QUERY)
    assert len({event.call_id for event in heard}) == 1
    assert re.fullmatch("[0-9a-f]{16}", heard[0].call_id)
    assert [type(event) for event in heard] == [RequestEvent, ResponseEvent] * 2 + [
        RetryEvent,
        RequestEvent,
        ResponseEvent,
    ]
    token, answer, first, refused, retry, second, done = heard
    assert (token.operation, token.attempt, answer.status, answer.error) == ("auth.token", 1, 200, None)
    assert (first.operation, first.attempt, first.method) == ("workflow.detail_instances", 1, "POST")
    assert first.url.startswith(sandbox.url)
    assert "?" not in first.url
    assert (refused.status, refused.error, refused.attempt) == (503, "E3003", 1)
    assert (retry.attempt, retry.error, retry.seconds > 0) == (2, "E3003", True)
    assert (second.attempt, done.attempt, done.status, done.error, done.api_code) == (2, 2, 200, None, 200)
    assert 0 < done.seconds < 60


def test_an_error_has_the_id_of_its_call(client, sandbox):
    heard = listening(client)
    sandbox.control("faults", [{"operation": "workflow.detail_instances", "fault": "proxy_403"}])
    with pytest.raises(ApiError) as raised:
        client.workflow.detail_instances(**QUERY)
    assert raised.value.call_id == heard[-1].call_id
    assert pickle.loads(pickle.dumps(raised.value)).call_id == heard[-1].call_id
    with pytest.raises(ValidationError) as raised:
        client.workflow.detail_instances()
    assert raised.value.call_id is None


def test_a_result_has_the_id_and_the_attempts_of_its_call_beside_it(client, sandbox):
    heard = listening(client)
    sandbox.control("faults", FAILS_ONCE)
    client.workflow.detail_instances(**QUERY)
    answer = client.last_response
    assert (answer.status, answer.attempts, answer.call_id) == (200, 2, heard[-1].call_id)
    client.workflow.detail_instances(**QUERY)
    assert (client.last_response.attempts, client.last_response.call_id) == (1, heard[-1].call_id)


def test_what_has_no_answer_is_heard_with_its_error():
    client = Client(base_url="http://127.0.0.1:1", **APP, max_retries=0)
    heard = listening(client)
    with pytest.raises(TransportError):
        client.robots.list()
    assert (heard[-1].status, heard[-1].error, heard[-1].api_code) == (None, "E7001", None)


def test_calls_that_wait_for_others_say_so(client, sandbox):
    sandbox.control("faults", [{"operation": "auth.token", "fault": "delay", "delay_ms": 300}])
    heard = listening(client)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: client.workflow.detail_instances(**QUERY), range(3)))
    assert {event.reason for event in heard if isinstance(event, WaitEvent)} == {"token"}
    with Client(base_url=sandbox.url, **APP, requests_per_second=10) as slow:
        heard = listening(slow)
        for _ in range(30):
            slow.workflow.detail_instances(**QUERY)
    assert {event.reason for event in heard if isinstance(event, WaitEvent)} == {"pace"}


def test_a_token_that_is_renewed_is_a_retry_without_a_wait(client, sandbox):
    client.workflow.detail_instances(**QUERY)
    heard = listening(client)
    sandbox.control("expire-tokens", {})
    client.workflow.detail_instances(**QUERY)
    [retry] = [event for event in heard if isinstance(event, RetryEvent)]
    assert (retry.error, retry.seconds, retry.attempt) == ("E4002", 0, 2)


def test_a_listener_that_raises_changes_nothing(client, caplog):
    client.on("response", lambda _: 1 / 0)
    assert client.workflow.detail_instances(**QUERY) == {"rows": []}
    assert "a listener of 'response' failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_listener_that_is_taken_away_hears_nothing_more(client):
    heard = []
    client.on("response", heard.append)
    client.workflow.detail_instances(**QUERY)
    client.off("response", heard.append)
    count = len(heard)
    client.workflow.detail_instances(**QUERY)
    assert (len(heard), count) == (2, 2)


def test_what_is_no_listener_is_refused(client):
    async def awaited(event):
        raise AssertionError(event)

    for name, listener in [("answer", print), ("request", awaited), ("request", None)]:
        with pytest.raises(ValidationError) as raised:
            client.on(name, listener)
        assert raised.value.pointer in {"/name", "/listener"}


def test_the_log_has_a_line_a_request(client, sandbox, caplog):
    sandbox.control("faults", FAILS_ONCE)
    with caplog.at_level(logging.INFO, "airudder"):
        client.workflow.detail_instances(**QUERY)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 4
    assert re.fullmatch(r"auth\.token \(call \w{16}, attempt 1\): status 200, api code 200 after \d+ ms", messages[0])
    assert re.fullmatch(
        r"workflow\.detail_instances \(call \w{16}, attempt 1\): status 503, error E3003.* ms", messages[1]
    )
    assert re.fullmatch(r"workflow\.detail_instances \(call \w{16}\): attempt 2 in 0\.\d+ s, after E3003", messages[2])
    assert caplog.records[3].airudder["operation"] == "workflow.detail_instances"
    assert caplog.records[3].airudder["attempt"] == 2
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "airudder"):
        client.workflow.detail_instances(**QUERY)
    assert [record.levelname for record in caplog.records] == ["DEBUG", "INFO"]
    caplog.clear()
    with caplog.at_level(logging.WARNING, "airudder"):
        client.workflow.detail_instances(**QUERY)
    assert caplog.records == []


LOGGED = """
import airudder
client = airudder.Client.from_env(max_retries=0)
try:
    client.robots.list()
except airudder.TransportError:
    pass
"""


@pytest.mark.parametrize(("level", "lines"), [("debug", 2), ("INFO", 1), ("", 0)])
def test_the_environment_turns_the_log_on(level, lines):
    settings = {
        "APP_KEY": APP["app_key"],
        "APP_SECRET": APP["app_secret"],
        "BASE_URL": "http://127.0.0.1:1",
        "LOG": level,
    }
    environment = os.environ | {f"AIRUDDER_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", LOGGED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert len(done.stderr.splitlines()) == lines


def test_a_level_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("AIRUDDER_LOG", "loud")
    with pytest.raises(ValidationError, match="AIRUDDER_LOG is info or debug"):
        Client.from_env(**APP)


def test_a_campaign_tells_its_phases(client, tmp_path, caplog):
    heard = []
    client.on("phase", heard.append)
    with caplog.at_level(logging.INFO, "airudder"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(250), journal=tmp_path / "journal", batch_size=100)
    phases = [event.progress.phase for event in heard]
    assert (phases[0], phases[-1]) == ("reading", "ended")
    assert "uploading" in phases
    assert all(one != following for one, following in pairwise(phases))
    assert (heard[-1].name, heard[-1].progress.accepted) == ("july", 250)
    assert re.search(r"campaign july \(\w{16}\): uploading; \d+ read", caplog.text)
    assert re.search(r"campaign \w{16} ended: done", caplog.text)


def of(spans, name):
    return [span for span in spans if span.name == name]


def test_attempts_are_spans_in_their_call_in_the_current_span(client, sandbox, seen):
    seen.instrument(client)
    sandbox.control("faults", FAILS_ONCE)
    with seen.tracers.get_tracer("test").start_as_current_span("mine") as mine:
        client.workflow.detail_instances(**QUERY)
        assert trace.get_current_span() is mine
    spans = seen.spans()
    assert [span.name for span in spans] == ["POST", "POST", "POST", "workflow.detail_instances", "mine"]
    token, first, second, call, _ = spans
    assert call.parent.span_id == mine.get_span_context().span_id
    assert {span.parent.span_id for span in (token, first, second)} == {call.context.span_id}
    assert (first.kind, call.kind) == (trace.SpanKind.CLIENT, trace.SpanKind.INTERNAL)
    host, port = sandbox.url.removeprefix("http://").split(":")
    assert (
        first.attributes.items()
        >= {
            "http.request.method": "POST",
            "server.address": host,
            "server.port": int(port),
            "http.response.status_code": 503,
            "error.type": "E3003",
            "airudder.operation": "workflow.detail_instances",
        }.items()
    )
    assert (first.status.status_code, call.status.status_code) == (trace.StatusCode.ERROR, trace.StatusCode.UNSET)
    assert second.attributes["http.request.resend_count"] == 1
    assert second.attributes["airudder.call_id"] == call.attributes["airudder.call_id"]
    assert "?" not in second.attributes["url.full"]
    metrics = seen.metrics()
    assert sum(point["count"] for point in metrics["http.client.request.duration"]) == 3
    assert [point["value"] for point in metrics["airudder.client.retries"]] == [1]
    [calls] = metrics["airudder.client.calls"]
    assert (calls["value"], calls["attributes"]) == (1, {"airudder.operation": "workflow.detail_instances"})


def test_a_call_that_fails_is_a_span_with_an_error(client, sandbox, seen):
    seen.instrument(client)
    sandbox.control("faults", [{"operation": "workflow.detail_instances", "fault": "proxy_403"}])
    with pytest.raises(ApiError):
        client.workflow.detail_instances(**QUERY)
    [call] = of(seen.spans(), "workflow.detail_instances")
    assert (call.status.status_code, call.attributes["error.type"]) == (trace.StatusCode.ERROR, "E4003")
    [calls] = seen.metrics()["airudder.client.calls"]
    assert calls["attributes"]["error.type"] == "E4003"


def ancestors(span, spans):
    by_id = {one.context.span_id: one for one in spans}
    while span.parent is not None:
        span = by_id[span.parent.span_id]
        yield span.name


def check_campaign(seen, mine):
    spans = seen.spans()
    [campaign] = of(spans, "airudder.campaign")
    assert campaign.parent.span_id == mine.get_span_context().span_id
    attempts = [span for span in spans if span.kind is trace.SpanKind.CLIENT]
    assert len(attempts) >= 7
    for attempt in attempts:
        assert [*ancestors(attempt, spans)][1:] == ["airudder.campaign", "mine"]
    assert [event.name for event in campaign.events][-1] == "ended"
    [point] = seen.metrics()["airudder.campaign.contacts"]
    assert (point["value"], point["attributes"]) == (
        500,
        {"airudder.campaign.name": "july", "airudder.contact.state": "accepted"},
    )


SETTINGS = {**CAMPAIGN, "batch_size": 100, "in_flight": 3, "settle": 0.2}


def test_the_spans_of_a_campaign_keep_their_parents_through_its_threads(client, seen, tmp_path):
    seen.instrument(client)
    with seen.tracers.get_tracer("test").start_as_current_span("mine") as mine:
        client.campaigns.run(**SETTINGS, contacts=contacts(500), journal=tmp_path / "journal")
        assert trace.get_current_span() is mine
    check_campaign(seen, mine)


def test_so_do_those_of_a_campaign_in_the_background(client, seen, tmp_path):
    seen.instrument(client)
    with (
        seen.tracers.get_tracer("test").start_as_current_span("mine") as mine,
        client.campaigns.start(**SETTINGS, contacts=contacts(500), journal=tmp_path / "journal"),
    ):
        pass
    check_campaign(seen, mine)


def test_so_do_those_of_a_campaign_on_an_event_loop(sandbox, seen, tmp_path):
    async def run():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            seen.instrument(client)
            with seen.tracers.get_tracer("test").start_as_current_span("mine") as mine:
                await client.campaigns.run(**SETTINGS, contacts=contacts(500), journal=tmp_path / "journal")
                assert trace.get_current_span() is mine
            return mine

    check_campaign(seen, asyncio.run(run()))


def test_a_call_that_is_cancelled_ends_its_spans(sandbox, seen):
    sandbox.control("faults", [{"operation": "workflow.detail_instances", "fault": "delay", "delay_ms": 5000}])

    async def run():
        async with AsyncClient(base_url=sandbox.url, **APP) as client:
            seen.instrument(client)
            heard = listening(client)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await client.workflow.detail_instances(**QUERY)
            return heard

    heard = asyncio.run(run())
    assert (heard[-1].status, heard[-1].error) == (None, "CancelledError")
    assert [span.name for span in seen.spans()] == ["POST", "POST", "workflow.detail_instances"]


def test_nothing_that_is_told_is_secret_or_personal(start_sandbox, seen, tmp_path, caplog):
    """Everything that a client says of its work, at every level, of calls that succeed and fail, is searched."""
    sandbox = start_sandbox(
        "--encryption-key", KEY, "--app-key", "fake-secret-key", "--app-secret", "fake-secret-secret"
    )
    account = {"app_key": "fake-secret-key", "app_secret": "fake-secret-secret", "encryption_key": KEY}
    people = [{**one, "caseid": f"person-{number}"} for number, one in enumerate(contacts(400))]
    own = {"app_key": account["app_key"], "app_secret": account["app_secret"]}
    heard, tokens, errors = [], [], []
    # A query is encrypted where there is a key, and only then.
    with (
        Client(base_url=sandbox.url, **own) as plain,
        Client(base_url=sandbox.url, **account) as client,
        caplog.at_level(logging.DEBUG),
    ):
        for one in (plain, client):
            heard.append(listening(one))
            seen.instrument(one)
            tokens.append(one.auth.token(APPKey=account["app_key"], APPSecret=account["app_secret"])["token"])
            errors.append(raised(lambda one=one: one.request("GET", "/anything", query={"callee": "+620001"})))
        errors.append(raised(lambda: client.workflow.detail_instances(case_id="person-1", start_time="person-2")))
        client.workflow.detail_instances(**QUERY | {"case_id": "person-3"})
        sandbox.control("faults", REFUSES)
        errors.append(raised(lambda: client.workflow.upload_details(workflow_id="w", details=people[:3])))
        sandbox.control("faults", FAULTS)
        report = client.campaigns.run(
            **CAMPAIGN, contacts=people, journal=tmp_path / "journal", batch_size=50, settle=0.3
        )
    assert report.accepted == 400
    told = [
        *(repr(event) for events in heard for event in events),
        *(f"{record.getMessage()} {record.__dict__}" for record in caplog.records),
        *(span.to_json() for span in seen.spans()),
        json.dumps(seen.metrics()),
        *map(str, errors),
        *(repr(error.__dict__) for error in errors),
    ]
    assert len(told) > 200
    # A number stands alone; the end of a time in seconds may have the same digits.
    personal = re.compile(
        "|".join([*map(re.escape, [*account.values(), *tokens, "person-", "Ana"]), r"(?<![\d.])62000\d+"])
    )
    assert personal.search("calls +620000000001")
    assert personal.search(tokens[0])
    assert [text for text in told if personal.search(text)] == []
    # Everything is there in which they might be.
    assert any("july" in text for text in told)
    assert any("workflow.upload_details" in text for text in told)


def raised(call):
    try:
        call()
    except AirudderError as error:
        return error
    raise AssertionError("it did not fail")


def test_who_does_not_trace_imports_no_opentelemetry():
    program = f"""
import sys
import airudder
try:
    airudder.Client(base_url="http://127.0.0.1:1", max_retries=0, **{APP!r}).robots.list()
except airudder.TransportError:
    pass
print("opentelemetry" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"


def test_threads_that_listen_and_call_at_once_lose_nothing(client):
    heard = []
    lock = threading.Lock()

    def hear(event):
        with lock:
            heard.append(event.call_id)

    client.on("response", hear)
    client.workflow.detail_instances(**QUERY)
    heard.clear()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.workflow.detail_instances(**QUERY), range(200)))
    assert len(heard) == len(set(heard)) == 200


def test_an_unknown_outcome_is_a_response_with_its_error(client, sandbox):
    sandbox.control("faults", [{"operation": "workflow.create_instance", "fault": "reset_after"}])
    heard = listening(client)
    with pytest.raises(OutcomeUnknown) as error:
        client.workflow.create_instance(**CAMPAIGN)
    assert (heard[-1].status, heard[-1].error) == (None, "E7003")
    assert error.value.call_id == heard[-1].call_id
    assert not any(isinstance(event, PhaseEvent) for event in heard)
