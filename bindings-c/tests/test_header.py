"""The header: clean in every standard, and not in need of anything before it."""

import re

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


def declarations():
    """Comment, name and parameters of every function."""
    header = (ROOT / "bindings-c/include/airudder.h").read_text()
    found = re.findall(r"/\*\*\n((?: \*.*\n)+?) \*/\n(?:int|const char \*)\s?(\w+)\(([^)]*)\);", header)
    assert len(found) > 80
    return found


@pytest.mark.parametrize(("comment", "name", "parameters"), declarations(), ids=lambda text: text[:40])
def test_every_function_says_what_it_takes_and_gives_with_an_example(comment, name, parameters):
    like_another = "else as airudder_" in comment
    names = [parameter.split()[-1].strip("*") for parameter in parameters.split(",") if parameter != "void"]
    missing = [name for name in names if not re.search(rf"@param {name}  +\S", comment)]
    assert like_another or not missing
    assert like_another or "@return" in comment or name in {"airudder_version", "airudder_abi_version"}
    assert "\n *     " in comment or "The loop" in comment or "shows the loop" in comment


REFERENCE = sorted((ROOT / "docs/reference").glob("*.md"))


def test_every_c_example_of_the_reference_compiles(tmp_path):
    blocks = [block for page in REFERENCE for block in re.findall(r"```c\n(.*?)```", page.read_text(), re.DOTALL)]
    assert len(blocks) > 15
    around = "airudder_client client = 0; airudder_call call; airudder_error err = AIRUDDER_ERROR_INIT;"
    bodies = [f"void example{number}(void) {{\n{around}\n{block}}}\n" for number, block in enumerate(blocks)]
    source = tmp_path / "reference.c"
    source.write_text("#include <airudder.h>\n" + "".join(bodies))
    # Long string literals are fine with every compiler there is; only C99 does not promise it.
    flags = [*WARNINGS, "-Wno-overlength-strings", "-fsyntax-only"]
    run("gcc", "-std=c99", *flags, f"-I{ROOT}/bindings-c/include", source)
