"""Each archive of the C library has what programs need, and a campaign runs on it where nothing else is installed."""

import os
import re
import shutil
import tarfile

import pytest
from conftest import PACKAGES, ROOT, run
from platforms import CAMPAIGN, CHROOTS, EXAMPLES, GLIBC, MUSL, PLATFORMS, WINDOWS, campaign, compiled, name, unpacked

FUNCTION = re.compile(r"^(?:int|const char \*)\s?(airudder_\w+)\(", re.MULTILINE)
TARGETS = [*map(name, PLATFORMS), WINDOWS]
COMMON = [
    "include/airudder.h",
    "include/airudder.hpp",
    "lib/cmake/airudder/airudder-config.cmake",
    "lib/cmake/airudder/airudder-config-version.cmake",
    "lib/pkgconfig/airudder.pc",
    "share/doc/airudder/LICENSE-APACHE",
    "share/doc/airudder/LICENSE-MIT",
    "share/doc/airudder/THIRD-PARTY.md",
    "share/man/man3/airudder.3",
]
LINUX = ["lib/libairudder.a", "lib/libairudder.so", "lib/libairudder.so.0"]


def pkg_config(prefix, *arguments):
    environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    return run("pkg-config", *arguments, "airudder", env=environment).split()


@pytest.mark.parametrize("target", TARGETS)
def test_everything_is_in_it(target, tmp_path):
    prefix = unpacked(target, tmp_path)
    expected = [*COMMON, *(["bin/airudder.dll", "lib/airudder.lib"] if target == WINDOWS else LINUX)]
    assert [file for file in expected if not (prefix / file).is_file()] == []
    symbols = {re.sub(r"\.0\.\d+\.\d+", "", file.name) for file in unpacked(f"{target}-debug", tmp_path).iterdir()}
    assert symbols == {
        "airudder.dll.debug" if target == WINDOWS else "libairudder.so.debug",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "THIRD-PARTY.md",
    }


def read(target, folder):
    """Say by readelf what the shared library is."""
    library = unpacked(target, folder) / "lib/libairudder.so"
    return run("readelf", "--wide", "--dyn-syms", "--version-info", "--dynamic", library)


@pytest.mark.parametrize("platform", GLIBC, ids=name)
def test_glibc_2_17_is_enough(platform, tmp_path):
    said = read(platform.target, tmp_path)
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", said)}
    assert (2, 0) <= max(versions) <= (2, 17)
    needed = {found.split(".")[0] for found in re.findall(r"NEEDED.*\[(.*)\]", said)}
    loaders = {"ld-linux-x86-64", "ld-linux-aarch64", "ld-linux", "ld64"}
    assert {"libc"} <= needed <= {"libc", "libm", "libdl", "libpthread", *loaders}


@pytest.mark.parametrize("platform", MUSL, ids=name)
def test_of_musl_its_libc_is_enough(platform, tmp_path):
    said = read(platform.target, tmp_path)
    assert re.findall(r"NEEDED.*\[(.*)\]", said) == ["libc.so"]
    assert "GLIBC" not in said


@pytest.mark.parametrize("platform", PLATFORMS, ids=name)
def test_only_the_functions_of_the_header_are_exported(platform, tmp_path):
    exported = re.findall(r" GLOBAL +DEFAULT +\d+ (\S+)$", read(platform.target, tmp_path), re.MULTILINE)
    assert sorted(exported) == sorted(FUNCTION.findall((ROOT / "bindings-c/include/airudder.h").read_text()))


@pytest.mark.parametrize("archive", sorted(PACKAGES.glob("c/*.tar.xz")), ids=lambda path: path.name)
def test_nothing_tells_where_it_was_built(archive):
    """Neither what programs load, nor the debug symbols."""
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.isfile():
                content = packed.extractfile(member).read()
                assert f"{ROOT}/".encode() not in content, member.name
                assert f"{ROOT.home()}/.cargo".encode() not in content, member.name


def test_debug_symbols_fit_the_library(tmp_path):
    """A debugger finds the lines of a function by the link in the library."""
    target = "x86_64-unknown-linux-gnu"
    library = unpacked(target, tmp_path) / "lib/libairudder.so"
    [symbols] = unpacked(f"{target}-debug", tmp_path).glob("*.debug")
    real = library.resolve()
    shutil.copy(symbols, real.parent)
    said = run("gdb", "-batch", "-ex", "info line airudder_version", real)
    assert re.search(r'Line \d+ of ".*\.rs"', said), said


@pytest.mark.parametrize("how", ["shared", "static", "whole"])
def test_debian_11(how, sandbox, tmp_path):
    """Compiled and run in a root of Debian 11 by what pkg-config says there."""
    root = CHROOTS / "bullseye"
    place = root / "c"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    prefix = f"/c/{unpacked('x86_64-unknown-linux-gnu', place).name}"
    for source in [*CAMPAIGN, *EXAMPLES.glob("*.h")]:
        shutil.copy(source, place)
    sources = " ".join(f"/c/{source.name}" for source in CAMPAIGN)
    libraries = {
        "shared": f"$(pkg-config --cflags --libs airudder) -Wl,-rpath,{prefix}/lib",
        "static": f"$(pkg-config --cflags airudder) {prefix}/lib/libairudder.a -lpthread -ldl -lm",
        "whole": "-static $(pkg-config --static --cflags --libs airudder)",
    }[how]
    build = f"export PKG_CONFIG_PATH={prefix}/lib/pkgconfig; gcc -std=gnu99 {sources} -o /c/campaign {libraries}"
    run("chroot", root, "sh", "-c", build)
    campaign(["chroot", root, "/c/campaign"], sandbox, place, "/c")


@pytest.mark.parametrize("how", ["shared", "static"])
@pytest.mark.parametrize("platform", GLIBC[1:], ids=name)
def test_glibc_elsewhere(platform, how, sandbox, tmp_path):
    """With the libc of Debian 12 for that machine, by QEMU where this one does not run it."""
    prefix = unpacked(platform.target, tmp_path)
    campaign(compiled(platform, how, prefix, tmp_path / "campaign", *CAMPAIGN), sandbox, tmp_path)


@pytest.mark.parametrize("platform", MUSL, ids=name)
def test_musl_statically(platform, sandbox, tmp_path):
    """The program needs no file at run time."""
    prefix = unpacked(platform.target, tmp_path)
    command = compiled(platform, "static", prefix, tmp_path / "campaign", *CAMPAIGN, flags=["-static"])
    assert "NEEDED" not in run("readelf", "-d", tmp_path / "campaign")
    campaign(command, sandbox, tmp_path)


def test_musl_shared(sandbox, tmp_path):
    """By musl's dynamic loader, which finds no library of glibc's."""
    prefix = unpacked("x86_64-unknown-linux-musl", tmp_path)
    program = tmp_path / "campaign"
    libraries = [*pkg_config(prefix, "--cflags", "--libs"), f"-Wl,-rpath,{prefix}/lib"]
    run("musl-gcc", "-std=gnu99", f"-I{EXAMPLES}", *CAMPAIGN, "-o", program, *libraries)
    assert "ld-musl" in run("readelf", "-l", program)
    campaign([program], sandbox, tmp_path)
