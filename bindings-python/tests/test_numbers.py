"""Numbers as people of a country write them."""

import sys

import pytest
from conftest import CAMPAIGN, CONTACT
from test_campaign import arrived

from airudder import ValidationError


def contacts(*numbers):
    return [CONTACT | {"callee": number, "caseid": f"c-{place}"} for place, number in enumerate(numbers)]


WRITTEN = [
    "0812 3456 7890",
    "(0812) 3456-7891",
    "+62 812-3456-7892",
    "812 3456 7893",
    "62 812 3456 7894",
    "+65 6123 4567",
]
WRONG = [
    ("0812", "too short for a number of ID"),
    ("+628123", "too short for a number of ID"),
    ("0812345678901234567", "of an impossible length|too long|no phone number"),
    ("+62 0812 3456 789", "trunk prefix after its country code"),
    ("62 812 345 678", "may begin with its country code or not"),
    ("Ana", "no phone number"),
]


def test_numbers_of_a_country_are_sent_as_the_api_takes_them(client, sandbox, tmp_path):
    checked = client.campaigns.check(contacts(*WRITTEN))
    assert checked.accepted < len(WRITTEN)  # nothing is guessed without the setting
    settings = {"journal": tmp_path / "j", "default_country": "ID"}
    report = client.campaigns.run(**CAMPAIGN, contacts=contacts(*WRITTEN), suppress=["0812 3456 7891"], **settings)
    assert (report.accepted, arrived(sandbox)) == (5, (5, 0))
    assert [(one.contact, one.code) for one in report.rejected] == [(1, "E1021")]
    # The same number, written in two ways.
    bare = {name: value for name, value in CONTACT.items() if name != "caseid"}
    twice = [{**bare, "callee": number} for number in ("0812 3456 7890", "+6281234567890")]
    checked = client.campaigns.check(twice, default_country="ID")
    assert [one.code for one in checked.rejected] == ["E1013"]
    # Run again it is the same campaign; without the setting its contacts are others.
    assert client.campaigns.run(**CAMPAIGN, contacts=contacts(*WRITTEN), **settings).accepted == 6
    with pytest.raises(ValidationError, match="not the one that was sent"):
        client.campaigns.run(**CAMPAIGN, contacts=contacts(*WRITTEN), journal=tmp_path / "j")


def test_what_cannot_be_called_is_named_and_not_shown(client):
    numbers = [number for number, _ in WRONG]
    report = client.campaigns.check(
        [*contacts(*numbers), *contacts("0812 3456 7890"), {"callee": 7}, "+62"], default_country="ID"
    )
    assert report.accepted == 1
    assert len(report.rejected) == len(WRONG) + 2
    for place, (number, why) in enumerate(WRONG):
        one = report.rejected[place]
        assert (one.contact, one.code, one.pointer, one.case_id) == (place, "E1007", "/callee", f"c-{place}")
        assert number not in one.message
        with pytest.raises(AssertionError, match=why):
            raise AssertionError(one.message)


def test_a_case_id_that_is_no_text_does_not_stop_the_others(client):
    odd = contacts("0812", "0812 3456 7890", "0812")
    odd[0]["caseid"], odd[2]["caseid"] = "\ud800", 7
    report = client.campaigns.check(odd, default_country="ID")
    assert [(one.contact, one.code, one.case_id) for one in report.rejected] == [(0, "E1007", None), (2, "E1007", None)]
    assert report.accepted == 1


def test_a_country_that_is_none_and_a_library_that_is_not_there(client, monkeypatch):
    for country in ("Indonesia", "id", "", 62, ["ID"]):
        with pytest.raises(ValidationError, match="two letters") as caught:
            client.campaigns.check([], default_country=country)
        assert caught.value.pointer == "/default_country"
    with pytest.raises(ValidationError, match="cannot be read") as caught:
        client.campaigns.check([], default_country="ID", suppress=["0812"])
    assert caught.value.pointer == "/suppress"
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(ValidationError, match=r"pip install airudder\[numbers\]"):
        client.campaigns.check([], default_country="ID")
