"""Forking, also while other threads are inside: a child makes connections of its own, and waits for nobody."""

import asyncio
import logging
import threading

import pytest
from conftest import APP, CONTACT
from servers import QUERY, forking, http, status_of_child

from airudder import AsyncClient, Client

ROWS = http({"rows": []})
pytestmark = forking


def test_a_forked_child_makes_connections_of_its_own(serve):
    server = serve(*[ROWS] * 3)
    with Client(base_url=server.url, **APP) as client:
        client.workflow.detail_instances(**QUERY)
        assert status_of_child(lambda: client.workflow.detail_instances(**QUERY) == {"rows": []}) == 0
        client.workflow.detail_instances(**QUERY)
    assert server.connections == 2


def test_an_asynchronous_client_after_a_fork(serve):
    server = serve(*[ROWS] * 3)
    client = AsyncClient(base_url=server.url, **APP)

    async def ask():
        return await client.workflow.detail_instances(**QUERY)

    assert asyncio.run(ask()) == {"rows": []}
    assert status_of_child(lambda: asyncio.run(ask()) == {"rows": []}) == 0
    assert asyncio.run(ask()) == {"rows": []}


@pytest.mark.parametrize("logs", [False, True], ids=["silent", "logging"])
def test_a_fork_while_other_threads_are_inside(sandbox, tmp_path, logs):
    """Four threads are always somewhere in a call: in the session, in a connection, taking one, or in its log."""
    logger = logging.getLogger("airudder")
    handler = logging.FileHandler(tmp_path / "log")
    if logs:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    stop = threading.Event()
    client = Client(base_url=sandbox.url, **APP)
    upload = {"workflow_id": "w", "details": [CONTACT] * 100}

    def work(act):
        while not stop.is_set():
            act()

    def prepare():
        return client.prepare("workflow.upload_details", upload)

    def look_up():
        return client.workflow.detail_instances(**QUERY)

    threads = [threading.Thread(target=work, args=[act]) for act in (prepare, prepare, look_up, look_up)]
    for thread in threads:
        thread.start()
    try:
        statuses = {status_of_child(lambda: prepare() and look_up() == {"rows": []}) for _ in range(60)}
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        handler.close()
    client.close()
    assert statuses == {0}
    assert ((tmp_path / "log").stat().st_size > 0) == logs
