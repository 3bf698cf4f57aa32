"""The data of an event is made when it is first asked for, and nobody notices."""

import copy
import dataclasses
import pickle

import pytest

from airudder import Event, Webhooks
from airudder.events import ChannelMessageSentEvent

HOOKS = Webhooks(secret="fake-hook-secret")
TEXT = '{"event":"channel.message.sent","messages":[{"msg_id":"m-1"}],"amount":1.5}'


def receive(text: str = TEXT) -> Event:
    return HOOKS.unwrap(text.encode(), HOOKS.sign(text.encode()))


def test_it_is_made_once():
    event = receive()
    assert "data" not in vars(event)
    assert event.data is event.data
    assert event.data["amount"] == 1.5


def test_events_are_equal_whether_it_was_made_or_not():
    untouched, read = receive(), receive()
    assert read.data
    assert untouched == read
    assert receive() != receive(TEXT.replace("m-1", "m-2"))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda event: pickle.loads(pickle.dumps(event))])
def test_copies_have_it(again):
    assert again(receive()).data == receive().data


def test_it_is_a_field_like_the_others():
    match receive():
        case ChannelMessageSentEvent(data={"messages": [{"msg_id": msg_id}]}):
            assert msg_id == "m-1"
        case _:
            pytest.fail("no match")
    assert dataclasses.asdict(receive())["data"] == receive().data
    assert dataclasses.replace(receive(), data={}).data == {}
    assert repr(receive()) == repr(receive())


def test_no_other_attribute_is_made():
    with pytest.raises(AttributeError, match="datum"):
        receive().datum  # noqa: B018 - it is what raises


def test_a_number_that_python_may_refuse_is_read_at_once():
    assert "data" in vars(receive('{"event":"x","a":12345678901234567890}'))
    assert receive('{"event":"x","a":12345678901234567890}').data["a"] == 12345678901234567890


def test_header_fields_in_any_form():
    body = TEXT.encode()
    fields = HOOKS.sign(body)
    mixed = {name.upper(): value for name, value in fields.items()}
    environment = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in fields.items()}
    as_bytes = [(name.encode(), value.encode()) for name, value in fields.items()]
    as_lists = {name: [value] for name, value in fields.items()}
    for headers in (fields, mixed, environment, as_bytes, as_lists, list(fields.items()), tuple(fields.items())):
        assert HOOKS.unwrap(body, headers).verified
    with pytest.raises(TypeError, match="header fields are a mapping"):
        HOOKS.unwrap(body, fields | {"X-Other": object()})
