"""A PostgreSQL of the tests' own, on a free port of this machine."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from servers import free_port

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))


class Postgres:
    """A running server, which can be killed and started again."""

    def __init__(self) -> None:
        # Its own folder, since the name of its socket must be short; and not root's, whom the server refuses.
        self.folder = Path(tempfile.mkdtemp(prefix="airudder-pg-"))
        self._user = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data = str(self.folder / "data")
        init = [PROGRAMS / "initdb", "--pgdata", data, "--username", "airudder", "--auth", "trust", "--no-locale"]
        subprocess.run([*init, "--encoding", "UTF8"], check=True, capture_output=True, cwd=self.folder, **self._user)
        self.port = free_port()
        self.url = f"postgresql://airudder@127.0.0.1:{self.port}/postgres"
        self.start()

    def clear(self) -> None:
        """Forget all journals."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS airudder_journal, airudder_leases")

    def start(self) -> None:
        options = [
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
            "-k",
            self.folder,
            "-c",
            "listen_addresses=127.0.0.1",
        ]
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [PROGRAMS / "postgres", *options], cwd=self.folder, stdout=log, stderr=log, **self._user
            )
        for _ in range(600):
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text())

    def kill(self) -> None:
        """Kill it without a warning, as a machine does that loses its power."""
        self.process.kill()
        self.process.wait()

    def halt(self) -> None:
        """Stop it as an administrator does; whoever is connected is cut off."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        self.process.terminate()  # it waits for its connections, of which there are none by now
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)
