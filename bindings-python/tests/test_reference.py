"""The generated reference: its Python examples run against the sandbox."""

import json
import re

import pytest
from conftest import APP, ROOT

from airudder import ApiError, Client, Webhooks

FOLDER = ROOT / "docs/reference"
EVENTS = FOLDER / "events.md"
PAGES = {page: page.read_text() for page in sorted(FOLDER.glob("*.md"))}
EXAMPLES = re.findall(r"```python\n(client\.(\S+?)\(.*?)\n```", "".join(PAGES.values()), re.DOTALL)
SIGNING = {"sign_key": "0123456789abcdef0123456789abcdef", "sign_secret": "fake-sign-secret"}


def test_every_operation_has_an_example_in_every_language():
    rows = json.loads((ROOT / "docs/operations.json").read_text())["operations"]
    assert [name for _, name in EXAMPLES] == sorted((row["name"] for row in rows), key=[n for _, n in EXAMPLES].index)
    text = "".join(text for page, text in PAGES.items() if page != EVENTS)
    for language in ("python", "js", "c", "rust"):
        assert text.count(f"```{language}\n") == len(rows)


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


def test_events(capsys):
    """Each event whose body is published has an example, and the program that stands above reads it."""
    text = EVENTS.read_text()
    program = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    examples = re.findall(r"^## (\S+)$(?:(?!^## ).)*?```json\n(.*?)\n```", text, re.DOTALL | re.MULTILINE)
    rows = json.loads((ROOT / "docs/operations.json").read_text())["events"]
    assert {name for name, _ in examples} == {row["name"] for row in rows if not row["name"].startswith("pds.")}
    for name, body in examples:
        names = {"hooks": Webhooks(require_signature=False), "body": body.encode(), "headers": {}}
        exec(program, names)
        assert names["event"].type == name
        assert capsys.readouterr().out
