"""The interface of the C library against the committed one, docs/abi.md being the policy.

The library itself carries no C types for a debugger, so a library of empty functions is compiled from the header, which
has the same functions (bindings-c/tests/test_install.py). After an addition, and only then, write the new one:
`python tools/packages/tests/test_abi.py`.
"""

import re
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEADER = ROOT / "bindings-c/include/airudder.h"
BASELINE = ROOT / "bindings-c/packaging/libairudder.abi"
PROTOTYPE = re.compile(r"^((?:int|const char \*) ?airudder_\w+\([^;{]*\));", re.MULTILINE)
# The bits of abidiff's exit status: a change of the interface, and one that breaks programs.
CHANGED, BREAKS = 4, 8


def library(header, folder):
    """Compile empty functions for a header; give the shared library."""
    code, count = PROTOTYPE.subn(r"\1 { return 0; }", header)
    assert count > 80
    (folder / "airudder.c").write_text(code)
    shared = folder / "libairudder.so"
    flags = ["-g", "-w", "-shared", "-fPIC", "-fno-eliminate-unused-debug-types"]
    command = ["gcc", *flags, "-Wl,-soname,libairudder.so.0", "airudder.c", "-o", shared]
    subprocess.run(command, check=True, cwd=folder)
    return shared


def difference(header, folder):
    """Compare with the committed interface: the bits of abidiff's status, and what it says."""
    done = subprocess.run(
        ["abidiff", BASELINE, library(header, folder)], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode & 3 == 0, done.stderr
    return done.returncode, done.stdout


def write(folder):
    """Write the committed interface."""
    options = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--load-all-types"]
    subprocess.run(["abidw", *options, "--out-file", BASELINE, library(HEADER.read_text(), folder)], check=True)


def test_the_interface_is_the_committed_one(tmp_path):
    assert difference(HEADER.read_text(), tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (re.compile(r"^int airudder_call_free\([^;{]*\);", re.MULTILINE), ""),
        (re.compile(r"^int airudder_call_free\([^;{]*\);", re.MULTILINE), "int airudder_call_free(const char *text);"),
        (re.compile(r"uint64_t wait_until_ms;"), "uint32_t wait_until_ms;"),
    ],
    ids=["function removed", "parameter changed", "field changed"],
)
def test_a_break_is_found(old, new, tmp_path):
    header, count = old.subn(new, HEADER.read_text())
    assert count
    status, _ = difference(header, tmp_path)
    assert status & CHANGED


def test_an_addition_breaks_nothing(tmp_path):
    header = HEADER.read_text()
    added = header.replace(
        "int airudder_call_free(", "int airudder_call_of_tomorrow(uint64_t call);\nint airudder_call_free(", 1
    )
    status, said = difference(added, tmp_path)
    assert status & CHANGED
    assert not status & BREAKS, said


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        write(Path(temporary))
