"""The examples of the generated reference run against the sandbox."""

import re

import pytest
from conftest import APP, ROOT

from airudder import ApiError, Client

PAGE = (ROOT / "docs/reference.md").read_text()
EXAMPLES = re.findall(r"```python\n(client\.(\S+?)\(.*?)\n```", PAGE, re.DOTALL)
SIGNING = {"sign_key": "0123456789abcdef0123456789abcdef", "sign_secret": "fake-sign-secret"}


def test_every_operation_has_an_example():
    assert len(EXAMPLES) == PAGE.split("## Events")[0].count("\n### ")


@pytest.mark.parametrize(("code", "operation"), EXAMPLES, ids=[operation for _, operation in EXAMPLES])
def test_example(code, operation, sandbox):
    """It reaches the API, which may say that there is no such workflow or task."""
    refusal = ""
    with Client(base_url=sandbox.url, **APP, **SIGNING) as client:
        try:
            eval(code, {"client": client})
        except ApiError as error:
            refusal = error.message
    assert refusal == "" or re.search("no workflow|this task|no task", refusal)
    assert sandbox.requests(operation) > 0
