"""The RPM packages: what they say of themselves, and programs that are built with what is in them."""

import re
import subprocess

import pytest
from conftest import ROOT, VERSION, run

PACKAGES = ROOT / "target/rpm"


def asked(name, what):
    (package,) = PACKAGES.glob(f"{name}-{VERSION}-*.rpm")
    return run("rpm", "-qp", f"--{what}", package).splitlines()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A folder with what both packages have in them."""
    root = tmp_path_factory.mktemp("root")
    packages = sorted(PACKAGES.glob("*.rpm"))
    assert len(packages) == 2
    for package in packages:
        archive = subprocess.run(["rpm2cpio", package], capture_output=True, check=True).stdout
        subprocess.run(["cpio", "-idm", "--quiet"], input=archive, cwd=root, check=True)
    return root


def test_the_library_provides_its_soname_and_needs_its_glibc(unpacked):
    assert "libairudder.so.0()(64bit)" in asked("libairudder0", "provides")
    needed = run("objdump", "-T", unpacked / "usr/lib64/libairudder.so.0")
    versions = set(re.findall(r"\((GLIBC_[0-9.]+)\)", needed))
    named = {
        version for line in asked("libairudder0", "requires") for version in re.findall(r"\((GLIBC_[0-9.]+)\)", line)
    }
    assert versions
    assert versions <= named


def test_the_cache_of_the_loader_is_renewed():
    assert asked("libairudder0", "scripts") == [
        "postinstall program: /sbin/ldconfig",
        "postuninstall program: /sbin/ldconfig",
    ]


def test_the_development_files_need_the_library_of_the_same_build():
    requires = asked("libairudder-devel", "requires")
    assert [line for line in requires if re.fullmatch(rf"libairudder0\(.*\) = {re.escape(VERSION)}-1", line)]
    provides = asked("libairudder-devel", "provides")
    assert {f"pkgconfig(airudder) = {VERSION}", f"cmake(airudder) = {VERSION}"} <= set(provides)


def test_licenses_and_manual_pages_are_there(unpacked):
    for name in ("libairudder0", "libairudder-devel"):
        (folder,) = (unpacked / "usr/share/licenses").glob(f"{name}*")
        assert {file.name for file in folder.iterdir()} == {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"}
    assert list((unpacked / "usr/share/man/man3").glob("airudder_call_begin.3*"))


def test_nothing_tells_who_built_it_and_where():
    for package in PACKAGES.glob("*.rpm"):
        assert run("rpm", "-qp", "--queryformat", "%{BUILDHOST} %{PACKAGER}", package) == "localhost (none)"


def test_programs_are_built_and_run(unpacked, tmp_path):
    # CMake looks into lib64 by itself where a system has it, which Debian has not.
    found = unpacked / "usr/lib64/cmake/airudder"
    run("cmake", "-S", ROOT / "bindings-c/tests/cmake", "-B", tmp_path, f"-Dairudder_DIR={found}")
    run("cmake", "--build", tmp_path)
    for program in ("shared", "static", "whole"):
        assert run(tmp_path / program).strip() == VERSION


def test_it_is_installed_where_there_is_nothing(tmp_path):
    """Files, links and the database of packages; the scripts need a system around them."""
    root = tmp_path / "root"
    root.mkdir()
    run("rpm", "--root", root, "--initdb")
    run("rpm", "--root", root, "--install", "--nodeps", "--noscripts", *PACKAGES.glob("*.rpm"))
    assert run("rpm", "--root", root, "--query", "--all").count("airudder") == 2
    run("rpm", "--root", root, "--verify", "--nodeps", "libairudder0", "libairudder-devel")
    run("rpm", "--root", root, "--erase", "--nodeps", "--noscripts", "libairudder-devel", "libairudder0")
    assert not list(root.rglob("*airudder*"))
