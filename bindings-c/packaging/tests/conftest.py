"""The packages that `make deb rpm` made, and what is run with them: `make c-dist-check`."""

import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERSION = re.search(r"^version = \"(.*)\"", (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def run(*command, **options):
    """Run a command that must succeed; give what it printed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout
