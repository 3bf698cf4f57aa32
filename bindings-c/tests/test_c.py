"""The tests that are in C."""

import json
import re

from conftest import ROOT, checked

TESTS = ROOT / "bindings-c/tests"
NAMES = ("cipher", "signature", "webhook", "operation")


@checked
def test_vectors(build, how):
    """As many cases as in every language."""
    vectors = ROOT / "core/vectors"
    said = build(TESTS / "vectors.c", packages=["cmocka", "libcjson"]).run(how, vectors)
    ran = {name: int(count) for name, count in re.findall(r"^(\w+): (\d+) cases$", said, re.MULTILINE)}
    assert ran == {name: json.loads((vectors / f"{name}.json").read_text())["count"] for name in NAMES}
