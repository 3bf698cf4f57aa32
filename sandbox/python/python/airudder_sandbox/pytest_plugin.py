"""Fixtures of pytest: each test that asks for a sandbox has one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from airudder_sandbox._sandbox import Sandbox, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airudder import Client, Webhooks
    from airudder_sandbox._settings import Settings


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker, for `--strict-markers`."""
    line = "airudder_sandbox(**settings): settings of the test's sandbox, for instance encryption_key"
    config.addinivalue_line("markers", line)


@pytest.fixture
def airudder_sandbox_settings() -> Settings:
    """Settings of the sandboxes, to be replaced by a fixture of your own; a marker comes before it."""
    return {}


@pytest.fixture
def airudder_sandbox(request: pytest.FixtureRequest, airudder_sandbox_settings: Settings) -> Iterator[Sandbox]:
    """A local AI Rudder of this test's own, which stops with it."""
    settings = airudder_sandbox_settings
    for marker in reversed(list(request.node.iter_markers("airudder_sandbox"))):  # the nearest is the last
        settings = cast("Settings", settings | marker.kwargs)
    with start(**settings) as sandbox:
        yield sandbox


@pytest.fixture
def airudder_client(airudder_sandbox: Sandbox) -> Iterator[Client]:
    """A client of the test's sandbox."""
    with airudder_sandbox.client() as client:
        yield client


@pytest.fixture
def airudder_webhooks(airudder_sandbox: Sandbox) -> Webhooks:
    """What verifies and reads the events of the test's sandbox."""
    return airudder_sandbox.webhooks()
