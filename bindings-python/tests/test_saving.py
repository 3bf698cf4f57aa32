"""Where a file that is saved goes, whatever lies there."""

import os

import pytest
from conftest import APP

from airudder import Client, Response

CALL = {"TaskID": "t-1", "Callee": "+620001234567"}


class Recording:
    """An API with one recording."""

    def send(self, request):
        if request.url.endswith("/auth"):
            return Response(200, [], b'{"code":200,"data":{"token":"fake-token"}}')
        return Response(200, [("Content-Type", "audio/x-wav")], b"RIFF")


@pytest.mark.parametrize("plant", [os.symlink, os.link], ids=["symlink", "hard link"])
def test_a_planted_link_is_not_followed(tmp_path, plant):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    plant(victim, tmp_path / "call.wav.part")
    Client(transport=Recording(), **APP).tasks.recording(**CALL, options={"save_to": tmp_path / "call.wav"})
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "call.wav").read_bytes() == b"RIFF"
    assert not (tmp_path / "call.wav").is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["call.wav", "victim"]


def test_what_cannot_be_removed_is_an_error(tmp_path):
    (tmp_path / "call.wav.part").mkdir()
    with pytest.raises(OSError, match=r"call\.wav\.part"):
        Client(transport=Recording(), **APP).tasks.recording(**CALL, options={"save_to": tmp_path / "call.wav"})
