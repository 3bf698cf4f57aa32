"""The package in a process that imports it more than once."""

import subprocess
import sys

AGAIN = """
import sys
import airudder as old
import airudder.integrations
kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "airudder"}
import airudder as new
import airudder.integrations
import airudder.events
assert new.integrations is old.integrations, "the same modules"
for raising in (old, new):
    for catching in (old, new):
        try:
            raising.crypto.encrypt("a", "short")
        except catching.CryptoError as error:
            print(error.code)
        try:
            raising.Client(timeout=-1)
        except catching.ValidationError as error:
            print(error.code)
sys.modules.update(kept)
import airudder
assert airudder is old
"""

SECOND = """
import {interpreters} as interpreters
{first}
other = interpreters.create()
interpreters.run_string(other, '''
try:
    import airudder
except ImportError as error:
    print(error)
else:
    print("imported")
''')
{then}
"""


def run(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_imported_anew_it_is_the_same(tmp_path):
    assert run(AGAIN) == ["E6001", "E1001"] * 4


def test_a_second_interpreter_is_refused_with_a_reason():
    interpreters = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    told = run(SECOND.format(interpreters=interpreters, first="import airudder", then=""))
    assert len(told) == 1
    assert "works in one interpreter of a process" in told[0]
    assert "WSGIApplicationGroup %{GLOBAL}" in told[0]


def test_a_second_interpreter_that_is_the_first_to_import_it_has_it():
    interpreters = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    then = "interpreters.destroy(other)\ntry:\n    import airudder\nexcept ImportError as error:\n    print(error)"
    told = run(SECOND.format(interpreters=interpreters, first="", then=then))
    assert told[0] == "imported"
    assert "works in one interpreter of a process" in told[1]
