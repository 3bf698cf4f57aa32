"""Each wheel is what its name says, and sends a campaign from where nothing else is installed."""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import PACKAGES, ROOT, built, run

TOOLS = ROOT / ".cache/packages/bin"
CAMPAIGN = ROOT / "tools/packages/tests/campaign.py"
CHROOTS = ROOT / ".cache/chroots"
GLIBC = ["*manylinux_2_17_x86_64.whl", "*manylinux_2_17_aarch64.whl"]
MUSL = ["*musllinux_1_2_x86_64.whl", "*musllinux_1_2_aarch64.whl"]


@pytest.mark.parametrize("pattern", GLIBC)
def test_policy(pattern):
    wheel = built("python", pattern)
    said = run(TOOLS / "auditwheel", "show", wheel)
    policy = re.search(r"manylinux_2_17_\w+", pattern)[0]
    assert f'consistent with the following platform tag: "{policy}"' in " ".join(said.split()), said


@pytest.mark.parametrize("pattern", [*GLIBC, *MUSL, "*win_amd64.whl"])
def test_only_the_stable_abi_is_used(pattern):
    run(TOOLS / "abi3audit", "--strict", built("python", pattern))


@pytest.mark.parametrize("pattern", MUSL)
def test_on_musl_nothing_but_its_libc_is_needed(pattern, tmp_path):
    """By readelf, since auditwheel on a machine with glibc takes its libc.so, a text, for musl's."""
    run(TOOLS / "python", "-m", "zipfile", "-e", built("python", pattern), tmp_path)
    module = next(tmp_path.glob("airudder/_native*.so"))
    assert re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", module)) == ["libc.so"]


def test_metadata():
    run(TOOLS / "twine", "check", "--strict", *PACKAGES.glob("python/airudder-*"))


def test_everything_is_in_them():
    names = sorted(path.name for path in PACKAGES.glob("python/*"))
    assert len(names) == 6, names
    for wheel in PACKAGES.glob("python/*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            content = archive.namelist()
        for name in ("LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"):
            assert [path for path in content if path.endswith(f".dist-info/licenses/{name}")], (wheel, name)
        assert "airudder/py.typed" in content, wheel


def interpreters():
    """Give the Pythons of this machine that the package is for: one of each version."""
    found = {}
    for python in [
        *Path.home().glob(".pyenv/versions/*/bin/python3"),
        *map(Path, ["/usr/bin/python3", sys.executable]),
    ]:
        version = run(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
        if tuple(map(int, version.split("."))) >= (3, 11):
            found[version] = python
    return sorted(found.items())


@pytest.mark.parametrize(("version", "python"), interpreters())
def test_pip_installs_it_into_an_empty_environment(version, python, sandbox, tmp_path):
    run(python, "-m", "venv", tmp_path / "venv")
    environment = tmp_path / "venv/bin/python"
    run(environment, "-m", "pip", "install", "--quiet", built("python", GLIBC[0]))
    said = run(environment, CAMPAIGN, sandbox.url, tmp_path / "journal.jsonl", cwd=tmp_path)
    assert said.split() == ["1000", *version.split(".")]
    assert sandbox.contacts() == 1000


def test_source_distribution_becomes_a_wheel_of_the_locked_versions(sandbox, tmp_path):
    """From itself alone, in an empty folder; only what crates.io has is kept from one run to the next."""
    source = built("python", "airudder-*.tar.gz")
    environment = {"MATURIN_PEP517_ARGS": "--locked", "CARGO_TARGET_DIR": str(ROOT / "target/packages/sdist")}
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path / "wheel"]
    run(*pip, source, cwd=tmp_path, env=os.environ | environment, timeout=3000)
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    environment = tmp_path / "venv/bin/python"
    run(environment, "-m", "pip", "install", "--quiet", *tmp_path.glob("wheel/*.whl"))
    run(environment, CAMPAIGN, sandbox.url, tmp_path / "journal.jsonl", cwd=tmp_path)
    assert sandbox.contacts() == 1000


def unpacked(folder, pattern):
    """Put a wheel and h11, which it needs, where a Python without pip finds them."""
    run(TOOLS / "python", "-m", "pip", "install", "--quiet", "--target", folder, "h11>=0.16,<1")
    run(TOOLS / "python", "-m", "zipfile", "-e", built("python", pattern), folder)
    shutil.copy(CAMPAIGN, folder)


def test_debian_11(sandbox):
    """In a root of Debian 11, whose glibc is 2.31, with the CPython 3.11 that was built there."""
    root = CHROOTS / "bullseye"
    folder = root / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    unpacked(folder, GLIBC[0])
    python = ["chroot", root, "env", "PYTHONPATH=/wheel", "/usr/local/bin/python3.11"]
    assert run(*python, "/wheel/campaign.py", sandbox.url, "/wheel/journal.jsonl").split() == ["1000", "3", "11"]
    assert sandbox.contacts() == 1000


def test_aarch64(sandbox, tmp_path):
    """In Debian 12's Python for arm64, by QEMU."""
    root = CHROOTS / "bookworm-arm64"
    unpacked(tmp_path / "wheel", GLIBC[1])
    python = ["qemu-aarch64-static", "-L", root, "-E", f"PYTHONPATH={tmp_path}/wheel", "-E", f"PYTHONHOME={root}/usr"]
    python.append(root / "usr/bin/python3.11")
    said = run(*python, tmp_path / "wheel/campaign.py", sandbox.url, tmp_path / "journal.jsonl")
    assert said.split() == ["1000", "3", "11"]
    assert sandbox.contacts() == 1000


def test_musl(sandbox, tmp_path):
    """In a CPython that musl's dynamic loader runs, which finds no library of glibc's."""
    unpacked(tmp_path / "wheel", MUSL[0])
    python = CHROOTS / "musl/usr/bin/python3.11"
    assert "ld-musl" in run("readelf", "-l", python)
    environment = {"PYTHONPATH": str(tmp_path / "wheel")}
    said = run(python, tmp_path / "wheel/campaign.py", sandbox.url, tmp_path / "journal.jsonl", env=environment)
    assert said.split() == ["1000", "3", "11"]
    assert sandbox.contacts() == 1000


def test_musl_aarch64(sandbox, tmp_path):
    """In a CPython for arm64 that musl's dynamic loader runs, by QEMU."""
    root = CHROOTS / "musl-arm64"
    unpacked(tmp_path / "wheel", MUSL[1])
    python = ["qemu-aarch64-static", "-L", root, "-E", f"PYTHONPATH={tmp_path}/wheel", "-E", f"PYTHONHOME={root}/usr"]
    python.append(root / "usr/bin/python3.11")
    assert "ld-musl-aarch64" in run("readelf", "-l", python[-1])
    said = run(*python, tmp_path / "wheel/campaign.py", sandbox.url, tmp_path / "journal.jsonl")
    assert said.split() == ["1000", "3", "11"]
    assert sandbox.contacts() == 1000
