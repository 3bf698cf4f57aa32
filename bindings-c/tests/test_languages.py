"""Other languages, through the C interface."""

import os
import shutil

import pytest
from conftest import ROOT, SECRETS, run

PROGRAMS = ROOT / "examples/ffi"


@pytest.mark.parametrize(("command", "program"), [(["php"], "upload.php"), ([shutil.which("python3")], "upload.py")])
def test_upload(prefix, sandbox, command, program):
    said = run(*command, PROGRAMS / program, prefix, sandbox.url, 7, "TEMP1", env=os.environ | SECRETS)
    assert said.startswith("1 contact is in workflow ")
    assert sandbox.contacts() == 1


def test_go(prefix, sandbox, tmp_path):
    offline = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOCACHE": f"{tmp_path}/cache"}
    paths = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig", "LD_LIBRARY_PATH": f"{prefix}/lib"}
    environment = os.environ | offline | paths | SECRETS
    assert run("gofmt", "-l", PROGRAMS) == ""
    run("go", "build", "-o", tmp_path / "lookup", PROGRAMS / "lookup.go", env=environment)
    run("python3", PROGRAMS / "upload.py", prefix, sandbox.url, 7, "TEMP1", env=environment)
    assert run(tmp_path / "lookup", sandbox.url, "c-1", env=environment) == '{"rows":[]}\n'


def test_cobol(prefix, pkg_config, sandbox, tmp_path):
    """COBOL fills in fixed fields, and leaves HTTP to a C function."""
    program = tmp_path / "upload"
    helpers = [ROOT / "examples/c/socket_http.c", ROOT / "examples/c/clock.c"]
    flags = [*pkg_config("--cflags", "--libs", "airudder"), "-Q", f"-Wl,-rpath,{prefix}/lib"]
    run("cobc", "-x", "-free", "-Wall", "-o", program, PROGRAMS / "upload.cob", *helpers, *flags, cwd=tmp_path)
    said = run(program, sandbox.url, env=os.environ | SECRETS)
    assert said.strip() == "1 contact is in the workflow"
    assert sandbox.contacts() == 1
