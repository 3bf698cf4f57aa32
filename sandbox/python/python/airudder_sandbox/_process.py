"""The sandbox's process: finding the program, starting it, and stopping it."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from airudder_sandbox._settings import SECRETS, SandboxError, Settings, arguments, variable, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

READY = "listening on "
# To start takes some hundredths of a second; a program that says nothing for so long is another one.
PATIENCE = 30.0


def find_program() -> str:
    """Find the program: the one that `AIRUDDER_SANDBOX` names, or else the one that was installed with this package."""
    if named := os.environ.get("AIRUDDER_SANDBOX"):
        return named
    name = f"airudder-sandbox{sysconfig.get_config_var('EXE') or ''}"
    places = list(_places())
    for place in places:
        if (place / name).is_file():
            return str(place / name)
    looked = ", ".join(map(str, places))
    raise SandboxError(
        f"there is no {name} in {looked}: install the wheel of airudder-sandbox for this platform, "
        "or name the program in the environment variable AIRUDDER_SANDBOX"
    )


def _places() -> Iterator[Path]:
    """Where installers put programs: of the environment, of the user, and beside a folder given as `--target`."""
    yield Path(sysconfig.get_path("scripts"))
    yield Path(sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user")))
    yield Path(__file__).parents[1] / "bin"


class Process:
    """A running program, which ends with this one: it reads a pipe whose other end nobody else has."""

    def __init__(self, settings: Settings) -> None:
        program = find_program()
        environment = {name: value for name, value in os.environ.items() if name not in map(variable, SECRETS)}
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as the process
        try:
            self._process = subprocess.Popen(  # noqa: S603 - that program is what is to run
                [program, "--exit-with-stdin", *arguments(settings)],
                env=environment | variables(settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
            )
        except OSError as error:
            self._said.close()
            raise SandboxError(f"{program} cannot be started: {error.strerror}") from error
        self._output = cast("IO[bytes]", self._process.stdout)
        self.url: str = self._ready(program)

    def _ready(self, program: str) -> str:
        """Wait until it says where it listens."""
        impatience = threading.Timer(PATIENCE, self._process.kill)
        impatience.start()
        try:
            line = self._output.readline().decode()
        finally:
            impatience.cancel()
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
        self.stop()
        raise SandboxError(f"{program} did not start: {self.said or 'it said nothing'}")

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """What it wrote to its standard error, at the end of which is why it ended."""
        if not self._said.closed:
            self._said.seek(0)
            return self._said.read().decode(errors="replace").strip()[-4000:]
        return self._last

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        cast("IO[bytes]", self._process.stdin).close()
        self._output.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:  # a request that a fault delays holds it up
            self._process.kill()
            self._process.wait()
        self._last = self.said
        self._said.close()
