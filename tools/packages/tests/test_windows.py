"""The archive for Windows and the wheel: what they need and offer; and the DLL by Wine, in a program made by MinGW.

A CPython for Windows is to be had from nowhere that this machine reaches, so that the wheel is only looked at here.
"""

import os
import re

import pytest
from conftest import built, run
from platforms import CAMPAIGN, CHROOTS, EXAMPLES, TESTS, WINDOWS, campaign, unpacked
from test_c_archives import FUNCTION

MINGW = "x86_64-w64-mingw32"
PORT = TESTS / "windows"
# What each Windows 10 has.
SYSTEM = {"advapi32", "bcryptprimitives", "kernel32", "msvcrt", "ntdll", "userenv", "ws2_32"}


def dlls(said):
    """Give the DLLs that are loaded with it, but for those of the C runtime that Windows 10 has in parts."""
    names = {found.lower().removesuffix(".dll") for found in re.findall(r"DLL Name: (\S+)", said)}
    return {found for found in names if not found.startswith("api-ms-win-")}


def exports(said):
    return re.findall(r"^\s+\[ *\d+\](?: \+base\[ *\d+\])?\s+(?:[0-9a-f]+ )?(\w+)$", said, re.MULTILINE)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return unpacked(WINDOWS, tmp_path_factory.mktemp("windows"))


def test_the_dll_needs_what_windows_has_and_exports_the_functions_of_the_header(prefix):
    said = run(f"{MINGW}-objdump", "-p", prefix / "bin/airudder.dll")
    assert dlls(said) <= SYSTEM, dlls(said)
    header = (prefix / "include/airudder.h").read_text()
    assert sorted(exports(said)) == sorted(FUNCTION.findall(header))


def test_the_import_library_is_of_visual_c_s_form(prefix):
    """The short form, which its linker takes, has no code of its own: each function is one name."""
    said = run("llvm-readobj", "--symbols", prefix / "lib/airudder.lib")
    functions = FUNCTION.findall((prefix / "include/airudder.h").read_text())
    assert said.count("Format: COFF-import-file\n") == len(functions)
    assert set(re.findall(r"Symbol: (airudder_\w+)", said)) == set(functions)


def test_the_wheel_needs_python_and_what_windows_has(tmp_path):
    run("python3", "-m", "zipfile", "-e", built("python", "*abi3-win_amd64.whl"), tmp_path)
    said = run(f"{MINGW}-objdump", "-p", tmp_path / "airudder/_native.pyd")
    assert "python3" in dlls(said)
    assert dlls(said) - {"python3"} <= SYSTEM, dlls(said)
    assert exports(said) == ["PyInit__native"]


def test_a_campaign_by_wine(prefix, sandbox, tmp_path):
    """Compiled by what pkg-config says; examples/c is for POSIX, and windows/port.h stands for that."""
    environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    library = run("pkg-config", "--cflags", "--libs", "airudder", env=environment).split()
    sources = [PORT / "port.c", *(source for source in CAMPAIGN if source.stem != "journal")]
    flags = ["-std=gnu99", "-Wall", "-include", PORT / "port.h", f"-I{PORT}", f"-I{EXAMPLES}", "-static"]
    program = tmp_path / "campaign.exe"
    run(f"{MINGW}-gcc-win32", *flags, *sources, "-o", program, *library, "-lws2_32", "-lpthread")
    random = ["-shared", PORT / "bcryptprimitives.c", "-o", tmp_path / "bcryptprimitives.dll", "-ladvapi32"]
    run(f"{MINGW}-gcc-win32", *random)
    (tmp_path / "airudder.dll").write_bytes((prefix / "bin/airudder.dll").read_bytes())
    wine = {"WINEPREFIX": str(CHROOTS / "wine"), "WINEDEBUG": "-all", "DISPLAY": ""}
    campaign(["wine", program], sandbox, tmp_path, "Z:" + str(tmp_path), wine)
