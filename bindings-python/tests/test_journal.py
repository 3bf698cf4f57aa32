"""The journal as a file: one campaign has it, and whoever writes to it all the same is found before that counts."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from conftest import APP, CAMPAIGN
from test_campaign import arrived, contacts

from airudder import AirudderError, Client
from airudder._journal import JournalFile

LINE = '{"line":1}\n'


def conflict(match):
    return pytest.raises(AirudderError, match=f"^E1018 at /journal: .*{match}")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


def test_lines_are_appended_where_the_core_says(path):
    with closing(JournalFile(path)) as journal:
        assert journal.read() == b""
        journal.append(LINE, 0)
        journal.append("zwölf\n", len(LINE))
        with conflict("somebody else writes"):
            journal.append(LINE, len(LINE))
        assert journal.read().decode() == f"{LINE}zwölf\n"


def test_a_second_one_is_refused_in_one_process_too(path):
    with closing(JournalFile(path)), conflict("another process runs the campaign"):
        JournalFile(path)
    with closing(JournalFile(path)):
        pass


def test_where_sockets_have_no_names_the_lock_does(path, monkeypatch):
    class Nameless(socket.socket):
        def bind(self, _):
            raise OSError(errno.EACCES, "no names here")

    monkeypatch.setattr(socket, "socket", Nameless)
    with closing(JournalFile(path)), conflict("another process runs the campaign"):
        JournalFile(path)


def test_a_new_file_is_the_owners_alone_and_an_old_one_keeps_its_mode(path, tmp_path):
    old = os.umask(0)
    try:
        JournalFile(path).close()
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    shared = tmp_path / "shared"
    shared.touch()
    shared.chmod(0o640)
    JournalFile(shared).close()
    assert shared.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("what", ["removed", "replaced", "longer", "shorter", "emptied"])
def test_a_file_that_is_another_one_is_noticed_before_anything_is_appended(path, tmp_path, what):
    with closing(JournalFile(path)) as journal:
        journal.append(LINE, 0)
        if what == "removed":
            path.unlink()
        elif what == "replaced":
            (tmp_path / "copy").write_text(LINE)
            (tmp_path / "copy").rename(path)
        else:
            path.write_text({"longer": LINE + "foreign\n", "shorter": LINE[:-1], "emptied": ""}[what])
        left = path.read_bytes() if path.exists() else None
        with conflict("moved, removed or replaced|somebody else writes"):
            journal.append(LINE, len(LINE))
        assert (path.read_bytes() if path.exists() else None) == left


def test_what_another_one_appended_is_never_cut_off(path, monkeypatch):
    path.write_text(LINE + "torn")
    with closing(JournalFile(path)) as journal:
        journal.read()
        with path.open("a") as other:
            other.write("foreign\n")
        with conflict("somebody else writes"):
            journal.cut(len(LINE))
        assert path.read_text() == LINE + "tornforeign\n"

        def full(_):
            with path.open("a") as other:
                other.write("foreign\n")
            raise OSError(errno.ENOSPC, "no space left")

        at = path.stat().st_size
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space left"):
            journal.append(LINE, at)
        assert path.read_text().endswith(f"foreign\n{LINE}foreign\n")


def test_own_lines_do_not_stay_on_a_full_disk(path, monkeypatch):
    with closing(JournalFile(path)) as journal:
        journal.append(LINE, 0)

        def full(_):
            raise OSError(errno.ENOSPC, "no space left")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space left"):
            journal.append(LINE, len(LINE))
        assert path.read_text() == LINE


def test_lines_that_are_written_in_pieces_are_whole(path):
    with closing(JournalFile(path)) as journal:
        write = journal._file.write
        journal._file = Pieces(journal._file, lambda rest: write(rest[:5]))
        journal.append(LINE, 0)
        assert path.read_text() == LINE

        def full(rest):
            if len(rest) < 6:
                raise OSError(errno.ENOSPC, "no space left")
            return write(rest[:5])

        journal._file = Pieces(journal._file, full)
        with pytest.raises(OSError, match="no space left"):
            journal.append(LINE, len(LINE))
        assert path.read_text() == LINE


class Pieces:
    """A file that writes as this function does."""

    def __init__(self, file, write):
        self._file = file
        self.write = write

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("fails", [False, True])
def test_the_name_of_a_new_file_is_made_durable_where_the_file_system_can(path, monkeypatch, fails):
    flushed = []

    def fsync(descriptor):
        flushed.append((descriptor, Path(f"/proc/self/fd/{descriptor}").resolve()))
        if fails:
            raise OSError(errno.EINVAL, "invalid argument")

    monkeypatch.setattr(os, "fsync", fsync)
    with closing(JournalFile(path)):
        ((descriptor, folder),) = flushed
        assert folder == path.parent.resolve()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_torn_tail_is_cut_off(path):
    path.write_text(LINE + "torn")
    with closing(JournalFile(path)) as journal:
        journal.read()
        journal.cut(len(LINE))
        journal.append(LINE, len(LINE))
    assert path.read_text() == LINE * 2


def test_two_writers_whom_no_lock_keeps_apart_send_nothing(sandbox, client, path, monkeypatch):
    """As where the locks do not reach: both write at the same moment, and both find the other one out."""
    client.campaigns.run(**CAMPAIGN, contacts=contacts(5), journal=path)
    monkeypatch.setattr(JournalFile, "_lock", lambda _: None)
    together = threading.Barrier(2, timeout=60)
    check, fsync = JournalFile._check, os.fsync

    def checked(journal, length):
        check(journal, length)
        together.wait()

    def flushed(descriptor):
        fsync(descriptor)
        if Path(f"/proc/self/fd/{descriptor}").resolve() == path:
            together.wait()

    monkeypatch.setattr(JournalFile, "_check", checked)
    monkeypatch.setattr(os, "fsync", flushed)
    codes = []

    def run():
        with Client(base_url=sandbox.url, **APP) as client:
            try:
                client.campaigns.run(**CAMPAIGN, contacts=contacts(10), journal=path)
            except AirudderError as error:
                codes.append(error.code)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["E1018", "E1018"]
    assert arrived(sandbox) == (5, 0)


def test_a_writer_who_comes_later_stops_the_campaign_before_its_next_batch(sandbox, client, path):
    def foreign(progress):
        if progress.accepted == 5:
            with path.open("a") as other:
                other.write(LINE)

    arguments = {"contacts": contacts(20), "journal": path, "batch_size": 5, "progress": foreign}
    with pytest.raises(AirudderError) as raised:
        client.campaigns.run(**CAMPAIGN, **arguments)
    assert (raised.value.code, raised.value.pointer) == ("E1018", "/journal")
    assert raised.value.report.accepted >= 5
    assert arrived(sandbox) == (5, 0)
    assert path.read_text().endswith(LINE)


FORKING = """
import os, sys
sys.path.insert(0, {folder!r})
from conftest import APP, CAMPAIGN
from test_campaign import contacts
from airudder import Client

children = []

def fork(progress):
    if progress.accepted and not children:
        ready, running = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(running, b".")  # what a child does at its start is done
            os.close(1)  # so that the parent's end is seen
            sys.stdin.readline()
            os._exit(0)
        children.append(child)
        os.read(ready, 1)
        print("forked", flush=True)
        {then}

with Client(base_url={url!r}, **APP) as client:
    for count in (3, 6):
        arguments = {{"contacts": contacts(count), "journal": {journal!r}, "batch_size": 1}}
        print(client.campaigns.run(**CAMPAIGN, **arguments, progress=fork).accepted, flush=True)
"""


def forking(sandbox, path, then):
    names = {"folder": str(Path(__file__).parent), "url": sandbox.url, "journal": str(path), "then": then}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING.format(**names)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_forked_child_that_outlives_the_campaign_does_not_keep_the_journal(sandbox, client, path):
    with forking(sandbox, path, "pass") as running:
        assert [running.stdout.readline() for _ in range(3)] == ["forked\n", "3\n", "6\n"]  # the child is still there
        assert client.campaigns.run(**CAMPAIGN, contacts=contacts(9), journal=path).accepted == 9
        running.communicate("\n", timeout=60)
    assert arrived(sandbox) == (9, 0)


def test_nor_one_that_outlives_its_killed_parent(sandbox, client, path):
    with forking(sandbox, path, "import time; time.sleep(600)") as running:
        assert running.stdout.readline() == "forked\n"
        running.send_signal(signal.SIGKILL)
        running.wait(60)
        report = client.campaigns.run(**CAMPAIGN, contacts=contacts(9), journal=path, settle=0.1)
        assert report.accepted == 9
    assert arrived(sandbox) == (9, 0)


def test_closing_unlocks_also_where_a_child_kept_the_file(path):
    """As a child that was forked by something other than Python, which runs none of its handlers."""
    journal = JournalFile(path)
    copy = os.dup(journal._file.fileno())
    try:
        journal.close()
        JournalFile(path).close()
    finally:
        os.close(copy)


def test_a_large_journal_is_in_memory_once(path):
    path.write_bytes(b"x" * (64 << 20))
    script = (
        "import resource, sys; from pathlib import Path; from airudder._journal import JournalFile\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "journal = JournalFile(Path(sys.argv[1])); before = peak(); kept = journal.read(); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100 << 10  # KiB
