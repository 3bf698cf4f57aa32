"""What is installed, and how programs link with it."""

import os
import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT, VERSION, WARNINGS, run

TESTS = ROOT / "bindings-c/tests"
TRIPLET = run("gcc", "-print-multiarch").strip()


def symbols(*arguments):
    return {line.split()[-1] for line in run("nm", "--defined-only", *arguments).splitlines() if len(line.split()) == 3}


def test_shared_library_has_a_soname_and_exports_nothing_else(prefix):
    library = prefix / "lib/libairudder.so"
    assert os.readlink(library) == "libairudder.so.0"
    assert os.readlink(prefix / "lib/libairudder.so.0") == f"libairudder.so.{VERSION}"
    assert "SONAME" in run("readelf", "-d", library)
    assert re.search(r"SONAME.*\[libairudder\.so\.0\]", run("readelf", "-d", library))
    exported = symbols("-D", library)
    assert len(exported) > 80
    assert {name for name in exported if not name.startswith("airudder_")} == set()


def test_static_library_keeps_its_own_symbols_to_itself(prefix):
    others = {name for name in symbols("-g", prefix / "lib/libairudder.a") if not name.startswith("airudder_")}
    assert {name for name in others if not name.startswith("DW.ref.")} == set()


def test_header_and_library_have_the_same_functions(prefix):
    header = (prefix / "include/airudder.h").read_text()
    declared = set(re.findall(r"^(?:int|const char \*)\s?(airudder_\w+)\(", header, re.MULTILINE))
    assert declared == symbols("-D", prefix / "lib/libairudder.so")


def test_symbols_of_the_debian_package_are_those_of_the_library(prefix):
    """A new function comes to the file with the version that it is first in; none leaves it."""
    listed = (ROOT / "bindings-c/packaging/debian/symbols").read_text()
    assert set(re.findall(r"^ (\w+)@Base \d+\.\d+\.\d+$", listed, re.MULTILINE)) == symbols(
        "-D", prefix / "lib/libairudder.so"
    )


def test_destdir_is_only_for_the_files(tmp_path):
    run("make", "--no-print-directory", "install", "PREFIX=/opt/airudder", f"DESTDIR={tmp_path}", cwd=ROOT)
    installed = tmp_path / "opt/airudder"
    assert "prefix=/opt/airudder" in (installed / "lib/pkgconfig/airudder.pc").read_text()
    assert not any(
        str(tmp_path) in file.read_text() for file in installed.rglob("*") if file.suffix in {".pc", ".cmake"}
    )
    assert (installed / "share/doc/airudder/LICENSE-MIT").is_file()


def test_pkg_config_knows_the_version(pkg_config):
    assert pkg_config("--modversion", "airudder") == [VERSION]


def test_pkg_config_links_a_program_without_any_shared_library(pkg_config, tmp_path):
    program = tmp_path / "whole"
    flags = pkg_config("--static", "--cflags", "--libs", "airudder")
    run("gcc", "-static", "-std=c99", TESTS / "cmake/main.c", "-o", program, *flags)
    assert run(program).strip() == VERSION
    assert "NEEDED" not in run("readelf", "-d", program)


@pytest.mark.parametrize("kind", ["shared", "static", "whole"])
def test_cmake(prefix, tmp_path, kind):
    run("cmake", "-S", TESTS / "cmake", "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path, "--target", kind)
    assert run(tmp_path / kind).strip() == VERSION


def test_cmake_links_all_of_libpthread(prefix, tmp_path):
    """With a part of it, a program without any shared library crashes where glibc is older than 2.34."""
    run("cmake", "-S", TESTS / "cmake", "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    command = shlex.split((tmp_path / "CMakeFiles/whole.dir/link.txt").read_text())
    pthread = [argument for argument in command if "pthread" in argument]
    assert pthread == ["-Wl,--whole-archive,-lpthread,--no-whole-archive"]
    assert command.index(f"{prefix}/lib/libairudder.a") < command.index(*pthread)
    run("cmake", "--build", tmp_path, "--target", "whole")
    assert "NEEDED" not in run("readelf", "-d", tmp_path / "whole")


def test_debian_packages(tmp_path):
    run(ROOT / "bindings-c/deb", tmp_path)
    packages = sorted(tmp_path.glob("*.deb"))
    assert [package.name.split("_")[0] for package in packages] == ["libairudder-dev", "libairudder0"]
    root, build = tmp_path / "root", tmp_path / "build"
    for package in packages:
        run("dpkg-deb", "--extract", package, root)
    run("cmake", "-S", TESTS / "cmake", "-B", build, f"-DCMAKE_PREFIX_PATH={root}/usr")
    run("cmake", "--build", build)
    assert run(build / "shared").strip() == run(build / "static").strip() == VERSION
    needed = run("objdump", "-T", root / "usr/lib" / TRIPLET / "libairudder.so.0")
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"\(GLIBC_([0-9.]+)\)", needed)}
    glibc = ".".join(map(str, max(versions)))
    depends = run("dpkg-deb", "--field", packages[1], "Depends").strip()
    assert re.fullmatch(rf"libc6 \(>= {re.escape(glibc)}\), libgcc-s1 \(>= \d[\d.]*\)", depends), depends
    assert (root / "usr/share/man/man3/airudder_call_begin.3.gz").is_file()
    assert ".symtab" not in run("readelf", "-SW", root / "usr/lib" / TRIPLET / "libairudder.so.0")
    for name in ("libairudder0", "libairudder-dev"):
        documents = {file.name for file in (root / "usr/share/doc" / name).iterdir()}
        assert documents == {"copyright", "changelog.gz", "changelog.Debian.gz", "THIRD-PARTY.md"}


def test_tools_for_another_machine_are_used(tmp_path):
    """Somebody who builds for another machine has a linker and an archiver of its own."""
    log, environment = tmp_path / "used", dict(os.environ)
    for variable, tool in (("LD", "ld"), ("OBJCOPY", "objcopy"), ("AR", "ar")):
        script = tmp_path / f"other-{tool}"
        script.write_text(f'#!/bin/sh\necho {tool} >>"{log}"\nexec {tool} "$@"\n')
        script.chmod(0o755)
        environment[variable] = str(script)
    run(ROOT / "bindings-c/install", tmp_path / "prefix", env=environment)
    assert log.read_text().split() == ["ld", "objcopy", "ar"]


@pytest.mark.parametrize("name", ["libairudder.so", "libairudder.a"])
def test_nothing_tells_who_built_it_and_where(prefix, name):
    binary = (prefix / "lib" / name).read_bytes()
    cargo = os.environ.get("CARGO_HOME", f"{Path.home()}/.cargo")
    rustup = os.environ.get("RUSTUP_HOME", f"{Path.home()}/.rustup")
    assert [folder for folder in (str(ROOT), str(Path.home()), cargo, rustup) if f"{folder}/".encode() in binary] == []


def test_manual_pages_are_clean_and_lead_to_each_other(prefix):
    pages = {file.stem: file for file in (prefix / "share/man/man3").glob("*.3")}
    written = [page for page in pages.values() if not page.read_text().startswith(".so ")]
    assert len(written) > 15
    run("mandoc", "-T", "lint", "-W", "warning", *written)
    assert not re.search(r"\\$", "".join(page.read_text() for page in written), re.M), "a blank was lost"
    named = {
        name for page in written for name in re.findall(r"^(?:\.It )?\.?Xr (airudder\w*) 3", page.read_text(), re.M)
    }
    assert len(named) > 15
    assert named <= set(pages)


def test_every_function_and_type_has_a_manual_page(prefix):
    header = (prefix / "include/airudder.h").read_text()
    types = set(re.findall(r"^(?:typedef \w+|}) (airudder_\w+);", header, re.MULTILINE))
    assert len(types) > 15
    for name in symbols("-D", prefix / "lib/libairudder.so") | types:
        shown = run("mman", "-M", prefix / "share/man", "3", name, env=os.environ | {"MANPAGER": "cat"})
        assert re.search(rf"^   {name}(\(\))?$", re.sub(".\b", "", shown), re.MULTILINE), name


@pytest.fixture(scope="module")
def panicking(tmp_path_factory):
    """The library with a function that panics, installed."""
    prefix = tmp_path_factory.mktemp("panicking")
    run("cargo", "build", "--quiet", "-p", "airudder-c", "--features", "test-panic", cwd=ROOT)
    run(ROOT / "bindings-c/install", prefix, ROOT / "target/debug")
    return prefix


@pytest.fixture(scope="module")
def second():
    """A static library of somebody else's, in Rust too."""
    target = ROOT / "target/second"
    manifest = TESTS / "second/Cargo.toml"
    run("cargo", "build", "--quiet", "--release", "--manifest-path", manifest, "--target-dir", target)
    return target / "release/libsecond.a"


@pytest.mark.parametrize("first", ["airudder", "second"])
def test_beside_another_rust_library_panics_are_caught(panicking, second, tmp_path, first):
    libraries = [panicking / "lib/libairudder.a", second]
    ordered = libraries if first == "airudder" else libraries[::-1]
    program = tmp_path / "together"
    source = ["gcc", "-std=c99", *WARNINGS, "-g", f"-I{panicking}/include", TESTS / "together.c"]
    run(*source, *ordered, "-lpthread", "-ldl", "-lm", "-o", program)
    run(program)


def test_panics_are_caught_in_the_shared_library(panicking, second, tmp_path):
    program = tmp_path / "together"
    source = ["gcc", "-std=c99", *WARNINGS, "-g", f"-I{panicking}/include", TESTS / "together.c"]
    run(*source, second, f"-L{panicking}/lib", "-lairudder", "-lpthread", "-ldl", "-lm", "-o", program)
    run(program, env=os.environ | {"LD_LIBRARY_PATH": f"{panicking}/lib"})
