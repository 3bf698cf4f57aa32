"""Other languages, through the C interface."""

import os
import re
import shutil

import pytest
from conftest import EXAMPLES, ROOT, SECRETS, run

PROGRAMS = ROOT / "examples/ffi"


@pytest.mark.parametrize(
    "program", [*sorted(PROGRAMS.iterdir()), *sorted(EXAMPLES.glob("*.c*"))], ids=lambda path: path.name
)
def test_every_environment_variable_is_named_where_a_program_begins(program):
    source = program.read_text()
    head = re.match(r"(?s)<\?php\n(?://.*\n)+|(?://.*\n|\*>.*\n)+|/\*.*?\*/|\"\"\".*?\"\"\"|", source)[0]
    header = program.with_suffix(".h")
    if header.exists():
        head += header.read_text()
    assert set(re.findall(r"[\"'](AIRUDDER_[A-Z_]+)[\"']", source)) <= set(re.findall(r"AIRUDDER_[A-Z_]+", head))


@pytest.mark.parametrize("key", [None, "fake-key-16bytes"])
@pytest.mark.parametrize(("command", "program"), [(["php"], "upload.php"), ([shutil.which("python3")], "upload.py")])
def test_upload(prefix, start_sandbox, command, program, key):
    sandbox = start_sandbox(*(["--encryption-key", key] if key else []))
    environment = os.environ | SECRETS | ({"AIRUDDER_ENCRYPTION_KEY": key} if key else {})
    said = run(*command, PROGRAMS / program, prefix, sandbox.url, 7, "TEMP1", env=environment)
    assert said.startswith("1 contact is in workflow ")
    assert sandbox.contacts() == 1


def test_go(prefix, start_sandbox, tmp_path):
    sandbox = start_sandbox("--encryption-key", "fake-key-16bytes")
    offline = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOCACHE": f"{tmp_path}/cache"}
    paths = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig", "LD_LIBRARY_PATH": f"{prefix}/lib"}
    environment = os.environ | offline | paths | SECRETS | {"AIRUDDER_ENCRYPTION_KEY": "fake-key-16bytes"}
    assert run("gofmt", "-l", PROGRAMS) == ""
    run("go", "build", "-o", tmp_path / "lookup", PROGRAMS / "lookup.go", env=environment)
    run("python3", PROGRAMS / "upload.py", prefix, sandbox.url, 7, "TEMP1", env=environment)
    assert run(tmp_path / "lookup", sandbox.url, "c-1", env=environment) == '{"rows":[]}\n'


@pytest.mark.parametrize("key", [None, "fake-key-16bytes"])
def test_cobol(prefix, pkg_config, start_sandbox, tmp_path, key):
    """COBOL fills in fixed fields, and leaves HTTP to a C function."""
    sandbox = start_sandbox(*(["--encryption-key", key] if key else []))
    program = tmp_path / "upload"
    helpers = [ROOT / "examples/c/socket_http.c", ROOT / "examples/c/clock.c"]
    flags = [*pkg_config("--cflags", "--libs", "airudder"), "-Q", f"-Wl,-rpath,{prefix}/lib"]
    run("cobc", "-x", "-free", "-Wall", "-o", program, PROGRAMS / "upload.cob", *helpers, *flags, cwd=tmp_path)
    environment = os.environ | SECRETS | ({"AIRUDDER_ENCRYPTION_KEY": key} if key else {})
    said = run(program, sandbox.url, env=environment)
    assert said.strip() == "1 contact is in the workflow"
    assert sandbox.contacts() == 1
