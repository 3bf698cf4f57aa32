"""Contacts from data frames, and reports as data frames."""

import sys

import pandas
import polars
import pyarrow
import pytest
from conftest import CAMPAIGN
from test_campaign import arrived

COLUMNS = {
    "callee": ["+620000000001", "+620000000002", "+620000000003", "0812"],
    "platform": ["TEMP1"] * 4,
    "caseid": ["c-1", None, "c-3", "c-4"],
    "customer_name": ["Ana", "Budi", None, "Citra"],
    " due ": [100, 200, 300, 400],
}
MADE = [
    pandas.DataFrame(COLUMNS),
    pandas.DataFrame(COLUMNS).convert_dtypes(),
    polars.DataFrame(COLUMNS),
    polars.DataFrame(COLUMNS).lazy(),
    pyarrow.table(COLUMNS),
]


@pytest.mark.parametrize("frame", MADE, ids=["pandas", "pandas-nullable", "polars", "polars-lazy", "arrow"])
def test_contacts_come_from_data_frames(client, sandbox, tmp_path, frame):
    seen = []
    settings = {"journal": tmp_path / "j", "suppress": lambda batch: seen.extend(batch) or []}
    totals = set()
    report = client.campaigns.run(**CAMPAIGN, contacts=frame, progress=lambda now: totals.add(now.total), **settings)
    assert (report.accepted, arrived(sandbox)) == (3, (3, 0))
    assert [(one.contact, one.case_id, one.pointer) for one in report.rejected] == [(3, "c-4", "/callee")]
    assert totals == {4}
    first, second, third = seen
    assert first["variables"] == {"customer_name": "Ana", "due": "100"}
    assert "caseid" not in second
    assert third["variables"] == {"due": "300"}
    assert client.campaigns.check(frame).accepted == 3
    # Whichever library it is of, it is the same campaign.
    assert client.campaigns.run(**CAMPAIGN, contacts=pyarrow.table(COLUMNS), **settings).accepted == 3


def test_a_column_of_variables_is_taken_with_the_others(client):
    rows = [{"callee": "+620000000001", "platform": "P", "variables": {"a": "1"}, "b": "2", "c": 2.5}]
    checked = client.campaigns.check(polars.DataFrame(rows))
    assert [(one.code, one.pointer) for one in checked.rejected] == [("E1006", "/variables/c")]
    assert client.campaigns.check(polars.DataFrame(rows).drop("c")).accepted == 1


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_report_is_a_data_frame(client, backend):
    report = client.campaigns.check(polars.DataFrame(COLUMNS))
    frame = report.to_frame(backend)
    assert type(frame).__module__.startswith(backend)
    assert frame.shape == (1, 6)
    rows = (
        frame.to_pylist()
        if backend == "pyarrow"
        else frame.to_dict("records")
        if backend == "pandas"
        else frame.to_dicts()
    )
    assert (rows[0]["contact"], rows[0]["state"], rows[0]["case_id"], rows[0]["code"]) == (
        3,
        "rejected",
        "c-4",
        "E1007",
    )
    assert client.campaigns.check([]).to_frame(backend).shape == (0, 6)


def test_without_the_library_the_error_says_what_to_do(client, monkeypatch):
    with pytest.raises(ValueError, match="excel"):
        client.campaigns.check([]).to_frame("excel")
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(ImportError, match=r"pip install airudder\[frames\]"):
        client.campaigns.check([]).to_frame("pandas")
    with pytest.raises(TypeError, match=r"to_dicts"):
        client.campaigns.check(polars.DataFrame(COLUMNS))
