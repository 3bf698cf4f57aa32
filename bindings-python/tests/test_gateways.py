"""Either kind of client behind gateways that do what they should not, in each cell of `tools/gateway/matrix.json`."""

import pytest
from gateway.matrix import IS_WHOLE, MATRIX, Cell
from gateway.server import NAMES
from gateways import TRANSPORTS, World


@pytest.fixture(scope="module", params=TRANSPORTS if IS_WHOLE else ["sync", "async, TLS"])
def wrong(request):
    """The whole matrix: what is wrong with each cell."""
    world = World(request.param)
    try:
        yield world.host, world.run_all()
    finally:
        world.stop()


@pytest.mark.parametrize("behavior", MATRIX["behaviors"])
def test_whatever_a_gateway_does_nobody_is_sent_twice_and_what_was_sent_is_not_denied(wrong, behavior):
    host, found = wrong
    assert found[behavior] == {name: [] for name in MATRIX["operations"] if Cell(behavior, name, host).allowed}


def test_the_matrix_has_a_row_for_each_behavior_of_the_gateway():
    assert sorted(MATRIX["behaviors"]) == NAMES
