"""A program that is started, killed, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Program:
    """A program with its output in a file: each start appends to it."""

    def __init__(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.output = folder / f"{name}.out"
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. What it writes past a limit to the size of its files fails, and does not end it."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in self._command],
                env=os.environ | self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            )

    @property
    def pid(self) -> int:
        """The process, which runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status of its last run; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self.status is None

    def kill(self) -> None:
        """End it without a warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def said(self) -> list[str]:
        """The lines that it wrote so far."""
        return self.output.read_text(errors="replace").splitlines() if self.output.exists() else []
