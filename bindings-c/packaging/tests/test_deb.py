"""What Debian's own tools say of the Debian packages."""

import re

from conftest import ROOT, VERSION, run

PACKAGES = ROOT / "target/deb"


def test_lintian_has_nothing_to_say():
    packages = sorted(PACKAGES.glob("*.deb"))
    assert len(packages) == 2
    # Who uploads to Debian closes a bug with it, which says that somebody wants to.
    run(
        "lintian", "--allow-root", "--fail-on", "warning", "--suppress-tags", "initial-upload-closes-no-bugs", *packages
    )


def test_another_package_depends_on_what_it_uses(tmp_path):
    """dpkg-shlibdeps reads the symbols file, as it does when a package that uses the library is built."""
    (library,), (development,) = PACKAGES.glob("libairudder0_*.deb"), PACKAGES.glob("libairudder-dev_*.deb")
    for package in (library, development):
        run("dpkg-deb", "--extract", package, tmp_path / "root")
    run("dpkg-deb", "--control", library, tmp_path / "control")
    triplet = run("gcc", "-print-multiarch").strip()
    libraries = tmp_path / "root/usr/lib" / triplet
    include = f"-I{tmp_path}/root/usr/include"
    program = tmp_path / "program"
    run("gcc", include, ROOT / "bindings-c/tests/cmake/main.c", "-o", program, f"-L{libraries}", "-lairudder")
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/control").write_text("Source: program\n\nPackage: program\nArchitecture: any\n")
    symbols = tmp_path / "debian/libairudder0/DEBIAN"
    symbols.mkdir(parents=True)
    (symbols / "symbols").write_text((tmp_path / "control/symbols").read_text())
    (symbols / "control").write_text((tmp_path / "control/control").read_text())
    depends = run("dpkg-shlibdeps", "-O", f"-l{libraries}", program, cwd=tmp_path)
    assert re.search(rf"\blibairudder0 \(>= {re.escape(VERSION)}\)", depends), depends
