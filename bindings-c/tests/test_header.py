"""The header: clean in every standard, and not in need of anything before it."""

import pytest
from conftest import ROOT, WARNINGS, run

PROGRAM = """#include <airudder.h>
int main(void) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_config client = AIRUDDER_CONFIG_INIT;
  airudder_call_options call = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
  airudder_campaign_config campaign = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_webhooks_config webhooks = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  return error.size + client.size + call.size + raw.size + campaign.size + webhooks.size == 0;
}
"""


@pytest.mark.parametrize("standard", ["c99", "c11", "c++11", "c++20"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_compiles(tmp_path, compiler, standard):
    source = tmp_path / ("program.cpp" if "+" in standard else "program.c")
    source.write_text(PROGRAM)
    include = ROOT / "bindings-c/include"
    run(compiler, f"-std={standard}", *WARNINGS, "-Wconversion", f"-I{include}", "-fsyntax-only", source)
