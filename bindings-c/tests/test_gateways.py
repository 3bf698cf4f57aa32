"""Programs in C behind gateways that do what they should not, in each cell of `tools/gateway/matrix.json`."""

import pytest
from conftest import EXAMPLES, ROOT
from gateway.matrix import IS_WHOLE, MATRIX, Cell
from gateways import World

CALLS = ROOT / "bindings-c/tests/gateways.c"
CAMPAIGN = [EXAMPLES / name for name in ("campaign_multi.c", "job.c", "journal.c", "exchange.c", "clock.c")]


def programs(how, build):
    flags = [f"-I{EXAMPLES}"]
    if how == "sockets":
        return {
            "call": build(CALLS, EXAMPLES / "socket_http.c", EXAMPLES / "clock.c", flags=[*flags, "-DOVER_SOCKETS"])
        }
    call = build(CALLS, EXAMPLES / "exchange.c", EXAMPLES / "clock.c", packages=["libcurl"], flags=flags)
    return {"call": call, "campaign": build(*CAMPAIGN, packages=["libcurl"])}


@pytest.fixture(scope="module", params=["libcurl", "sockets", *["libcurl, TLS"] * IS_WHOLE])
def wrong(request, build, tmp_path_factory):
    """The whole matrix, over libcurl or over bare sockets, which have no campaign: what is wrong with each cell."""
    how, _, tls = request.param.partition(", ")
    world = World(tmp_path_factory.mktemp("gateways"), programs(how, build), is_secured=bool(tls))
    try:
        yield how, world.run_all()
    finally:
        world.stop()


@pytest.mark.parametrize("behavior", MATRIX["behaviors"])
def test_whatever_a_gateway_does_nobody_is_sent_twice_and_what_was_sent_is_not_denied(wrong, behavior):
    how, found = wrong
    operations = [name for name in MATRIX["operations"] if how == "libcurl" or name != "campaign"]
    assert found[behavior] == {name: [] for name in operations if Cell(behavior, name).allowed}
