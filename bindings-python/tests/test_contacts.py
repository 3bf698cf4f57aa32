"""What a campaign takes for its contacts, and what it refuses at once."""

import csv
import io
import pathlib

import pytest
from conftest import CAMPAIGN, CONTACT
from test_campaign import arrived, contacts


class Frame:
    """As pandas.DataFrame: iterating over it gives the names of its columns."""

    columns = ("callee", "platform")

    def to_dict(self, orient="dict"):
        return [dict(CONTACT)]

    def __iter__(self):
        return iter(self.columns)


class Table:
    """As pyarrow.Table: iterating over it gives its columns."""

    def to_pylist(self):
        return [dict(CONTACT)]

    def __iter__(self):
        return iter([["+620001234567"]])


class Polars(Frame):
    """As polars.DataFrame."""

    def to_dicts(self):
        return [dict(CONTACT)]


class Array:
    """As numpy.ndarray."""

    def __array__(self):
        raise NotImplementedError

    def __iter__(self):
        return iter([["+620001234567"]])


async def later():
    yield CONTACT


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("contacts.csv", "a `str`: a file is not read by itself"),
        (b"contacts.csv", "a `bytes`: a file is not read by itself"),
        (pathlib.Path("contacts.csv"), "Path`: a file is not read by itself"),
        (io.StringIO("callee\n+620001234567\n"), "a `StringIO`: its lines are no contacts"),
        (CONTACT, r"a `dict`: for one contact, pass a list of it: \[contact\]"),
        (Frame(), r'a `Frame`: pass contacts.to_dict\("records"\)'),
        (Table(), r"a `Table`: pass contacts.to_pylist\(\)"),
        (Polars(), r"a `Polars`: pass contacts.to_dicts\(\)"),
        (Array(), "a `Array`: make a dict of each"),
        (later(), "a `async_generator`: give it to an AsyncClient"),
        (contacts, "a `function`: call it"),
        (None, "a `NoneType`: pass a list or a generator"),
        (7, "a `int`: pass a list or a generator"),
    ],
)
def test_what_is_no_iterable_of_contacts_is_refused_at_once(client, sandbox, tmp_path, wrong, says):
    with pytest.raises(TypeError, match=says):
        client.campaigns.run(**CAMPAIGN, contacts=wrong, journal=tmp_path / "journal")
    assert sandbox.stats()["requests"] == {}
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize(
    "rows",
    [
        ["+620001234567", "+620001234568"],
        csv.reader(["callee,platform", "+620001234567,TEMP1"]),
        CONTACT.items(),
    ],
    ids=["texts", "csv.reader", "items"],
)
def test_contacts_of_which_none_is_a_dict_are_refused_together(client, sandbox, tmp_path, rows):
    with pytest.raises(TypeError, match=r"the first of it is a `(str|list|tuple)`: make a dict of each"):
        client.campaigns.run(**CAMPAIGN, contacts=rows, journal=tmp_path / "journal")
    assert sandbox.requests("workflow.create_instance") == 0
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(2), journal=tmp_path / "journal").accepted == 2


@pytest.mark.parametrize("kind", [list, tuple, iter, lambda rows: dict(enumerate(rows)).values()])
def test_whatever_gives_dicts_is_taken(client, sandbox, tmp_path, kind):
    assert client.campaigns.run(**CAMPAIGN, contacts=kind([*contacts(3)]), journal=tmp_path / "journal").accepted == 3
    assert arrived(sandbox) == (3, 0)


def test_no_contacts_are_no_error(client, tmp_path):
    assert client.campaigns.run(**CAMPAIGN, contacts=[], journal=tmp_path / "journal").accepted == 0
