"""One token for all: fetched once, renewed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import APP, CAMPAIGN
from test_campaign import arrived, contacts

from airudder import ApiError, Client

QUERY = {"case_id": "c-1", "start_time": "2020-01-01 00:00:00+08:00", "end_time": "2099-12-01 00:00:00+08:00"}


def test_a_hundred_threads_fetch_one_token(client, sandbox):
    together = threading.Barrier(100)

    def look_up(_):
        together.wait()
        return client.workflow.detail_instances(**QUERY)

    with ThreadPoolExecutor(100) as pool:
        assert [*pool.map(look_up, range(100))] == [{"rows": []}] * 100
    assert sandbox.requests("auth.token") == 1


def test_a_token_that_expires_during_a_campaign_is_renewed_once(client, sandbox, tmp_path):
    expired = []

    def expire(progress):
        if progress.accepted >= 500 and not expired:
            sandbox.control("expire-tokens", {})
            expired.append(progress)

    arguments = {
        "contacts": contacts(1000),
        "journal": tmp_path / "journal",
        "batch_size": 100,
        "in_flight": 3,
        "settle": 0.5,
    }
    report = client.campaigns.run(**CAMPAIGN, **arguments, progress=expire)
    assert (report.accepted, report.doubtful, report.rejected) == (1000, [], [])
    assert arrived(sandbox) == (1000, 0)
    assert expired
    assert sandbox.requests("auth.token") == 2


def test_wrong_credentials_stop_at_once_with_the_words_of_the_api(start_sandbox):
    sandbox = start_sandbox("--app-key", "fake-right-key", "--app-secret", "fake-right-secret")
    with Client(base_url=sandbox.url, **APP) as client:
        for _ in range(3):
            with pytest.raises(ApiError) as raised:
                client.workflow.detail_instances(**QUERY)
            assert raised.value.code == "E4001"
            assert raised.value.api_message
            assert raised.value.api_message in str(raised.value)
    assert sandbox.requests("auth.token") == 1
