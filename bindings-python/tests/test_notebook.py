"""The notebook of the examples is run as a person would, cell by cell; and the demo's page is drawn."""

import json
import sys

import nbformat
import pytest
from conftest import ROOT, binary
from nbclient import NotebookClient
from test_report_page import call, report

EXAMPLES = ROOT / "examples/python"
NOTEBOOK = EXAMPLES / "campaign.ipynb"


def test_the_notebook_is_kept_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(codes) > 8
    assert [cell.id for cell in codes if cell.outputs or cell.execution_count is not None] == []


# ipykernel's and nbclient's own clean-up, in which warnings are none of ours.
@pytest.mark.filterwarnings("default")
def test_the_notebook_runs(monkeypatch):
    monkeypatch.setenv("AIRUDDER_SANDBOX", binary())
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    shown = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "stream" or output.name != "stderr", output.text
            shown.setdefault(cell.source.splitlines()[-1], []).append(output.get("data", {}))
    assert shown["report.accepted, len(report.rejected), len(report.doubtful)"][0]["text/plain"] == "(498, 2, 0)"
    assert shown['checked.to_frame("pandas")'][0]["text/plain"].count("/callee") == 2
    charts = [data["image/svg+xml"] for outputs in shown.values() for data in outputs if "image/svg+xml" in data]
    assert ["seconds of conversation" in chart for chart in charts] == [False, True]
    page = next(outputs[0]["text/html"] for line, outputs in shown.items() if line.startswith("HTML("))
    assert "<b>498</b>" in page
    assert "+62000" not in page


@pytest.fixture
def demo(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(EXAMPLES)
    import demo
    from store import Store

    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    store = Store(tmp_path / "demo.sqlite")
    yield demo, store
    store.close()
    for name in ("campaign", "demo", "receiver", "store"):
        monkeypatch.delitem(sys.modules, name)


def test_the_demo_ends_with_its_page_or_says_what_that_needs(demo, monkeypatch, tmp_path):
    demo, store = demo
    event = {"event": "", **call(1)}
    hooks = demo.Webhooks(require_signature=False)
    store.add(hooks.unwrap(json.dumps(event).encode(), {}))
    assert demo.draw(report(1), store) == f"see it in a browser: {tmp_path / 'report.html'}"
    assert "<b>1</b>" in (tmp_path / "report.html").read_text()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert "pip install airudder[report]" in demo.draw(report(1), store)
