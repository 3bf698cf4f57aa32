"""Each archive of the C library has what programs need, and a campaign runs on it where nothing else is installed."""

import os
import re
import shutil
import tarfile

import pytest
from conftest import PACKAGES, ROOT, built, run

EXAMPLES = ROOT / "examples/c"
SOURCES = [ROOT / "tools/packages/tests/campaign.c"]
SOURCES += [EXAMPLES / f"{name}.c" for name in ("job", "journal", "socket_http", "clock")]
COMPILED = ["-std=gnu99", f"-I{EXAMPLES}", *SOURCES]
CHROOTS = ROOT / ".cache/chroots"
ZIG = [ROOT / ".cache/packages/bin/python", "-m", "ziglang", "cc"]
SETTINGS = {
    "AIRUDDER_APP_KEY": "fake-app-key",
    "AIRUDDER_APP_SECRET": "fake-app-secret",
    "AIRUDDER_TEMPLATE_ID": "7",
    "AIRUDDER_PLATFORM": "TEMP1",
    "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
}


def unpacked(target, folder):
    """Unpack the archive for a target; give its folder."""
    with tarfile.open(built("c", f"airudder-*-{target}.tar.xz")) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob(f"airudder-*-{target}"))


def pkg_config(prefix, *arguments):
    environment = os.environ | {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    return run("pkg-config", *arguments, "airudder", env=environment).split()


def campaign(command, sandbox, folder, place=None):
    """Run a program that sends 1000 contacts, which must come once each."""
    lines = [f"c-{number},+62000{number:07},ID,Ana,1,2099-01-01" for number in range(1000)]
    names = "caseid,callee,country,customer_name,borrow_total_money,due_date"
    (folder / "contacts.csv").write_text("\n".join([names, *lines, ""]))
    (folder / "journal.jsonl").unlink(missing_ok=True)
    where = place or folder
    environment = os.environ | SETTINGS | {"AIRUDDER_BASE_URL": sandbox.url}
    run(*command, f"{where}/contacts.csv", f"{where}/journal.jsonl", env=environment)
    assert sandbox.contacts() == 1000


@pytest.mark.parametrize("target", ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"])
def test_glibc_2_17_is_enough(target, tmp_path):
    library = unpacked(target, tmp_path) / "lib/libairudder.so"
    said = run("readelf", "--wide", "--dyn-syms", "--version-info", "--dynamic", library)
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", said)}
    assert max(versions) <= (2, 17)
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", said))
    assert {name.split(".")[0] for name in needed} <= {
        "libc",
        "libm",
        "libdl",
        "libpthread",
        "ld-linux-x86-64",
        "ld-linux-aarch64",
    }
    assert "Shared library: [libgcc_s" not in said
    exported = re.findall(r" GLOBAL +DEFAULT +\d+ (\S+)$", said, re.MULTILINE)
    assert len(exported) > 80
    assert [name for name in exported if not name.startswith("airudder_")] == []


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
    symbols = next(unpacked(f"{target}-debug", tmp_path).iterdir())
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
    for source in [*SOURCES, *EXAMPLES.glob("*.h")]:
        shutil.copy(source, place)
    sources = " ".join(f"/c/{source.name}" for source in SOURCES)
    libraries = {
        "shared": f"$(pkg-config --cflags --libs airudder) -Wl,-rpath,{prefix}/lib",
        "static": f"$(pkg-config --cflags airudder) {prefix}/lib/libairudder.a -lpthread -ldl -lm",
        "whole": "-static $(pkg-config --static --cflags --libs airudder)",
    }[how]
    build = f"export PKG_CONFIG_PATH={prefix}/lib/pkgconfig; gcc -std=gnu99 {sources} -o /c/campaign {libraries}"
    run("chroot", root, "sh", "-c", build)
    campaign(["chroot", root, "/c/campaign"], sandbox, place, "/c")


def test_musl_statically(sandbox, tmp_path):
    """By Zig, which has an unwinder for musl, as GCC has it on Alpine; the program needs no file at run time."""
    prefix = unpacked("x86_64-unknown-linux-musl", tmp_path)
    program = tmp_path / "campaign"
    libraries = [f"-I{prefix}/include", prefix / "lib/libairudder.a"]
    run(*ZIG, "-target", "x86_64-linux-musl", "-static", *COMPILED, "-o", program, *libraries, "-lunwind")
    assert "NEEDED" not in run("readelf", "-d", program)
    campaign([program], sandbox, tmp_path)


def test_musl_shared(sandbox, tmp_path):
    """By musl's dynamic loader, which finds no library of glibc's."""
    prefix = unpacked("x86_64-unknown-linux-musl", tmp_path)
    program = tmp_path / "campaign"
    libraries = [*pkg_config(prefix, "--cflags", "--libs"), f"-Wl,-rpath,{prefix}/lib"]
    run("musl-gcc", *COMPILED, "-o", program, *libraries)
    assert "ld-musl" in run("readelf", "-l", program)
    campaign([program], sandbox, tmp_path)


@pytest.mark.parametrize("how", ["shared", "whole"])
def test_aarch64(how, sandbox, tmp_path):
    """By QEMU, with the libc of Debian 12 for arm64."""
    target = "aarch64-unknown-linux-gnu"
    prefix = unpacked(target, tmp_path)
    program, root = tmp_path / "campaign", CHROOTS / "bookworm-arm64"
    compiler = [*ZIG, "-target", "aarch64-linux-gnu.2.17", *COMPILED, "-o", program, f"-I{prefix}/include"]
    libraries = [prefix / "lib/libairudder.a", "-lunwind"] if how == "whole" else [f"-L{prefix}/lib", "-lairudder"]
    run(*compiler, *libraries, "-lpthread", "-ldl", "-lm")
    command = ["qemu-aarch64-static", "-L", root, "-E", f"LD_LIBRARY_PATH={prefix}/lib", program]
    campaign(command, sandbox, tmp_path)
