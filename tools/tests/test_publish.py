"""The release: where the version stands, what the changelog must say, what is refused, and what packages must hold."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))

import archives
import changelog
import packages
import release
import versions

ROOT = versions.ROOT
# A version of ours, as manifests, lock files, links and names of files have it. What the prose tells of an earlier
# version is no such place, and lock files have versions of others, which Cargo and npm look after.
OURS = r'airudder[a-z0-9/_-]*("?[ :=@~^"-]+|"[,:] *)"?[~^]?@|version"? ?[:=] ?"@"'
OTHERS = [":!*.lock", ":!*package-lock.json", ":!CHANGELOG.md"]

NOBODY = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]


def git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode <= 1, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the repository as it is now, with one commit."""
    root = tmp_path_factory.mktemp("copied")
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name, follow_symlinks=False)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("(not yet released)", "(2026-01-31)")
    new = changes.replace("\n## ", "\n## Unreleased\n\n- Something new.\n\n## ", 1)
    (root / "CHANGELOG.md").write_text(new, encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, *NOBODY, "commit", "--quiet", "--message", "all")
    return root


@pytest.fixture
def tree(copied, tmp_path):
    """A clone of the copy."""
    git(tmp_path, "clone", "--quiet", copied, "tree")
    for name, value in [setting.split("=") for setting in NOBODY[1::2]]:
        git(tmp_path / "tree", "config", name, value)
    return tmp_path / "tree"


def missed(root, version):
    return git(root, "grep", "-nE", OURS.replace("@", version.replace(".", r"\.")), "--", ".", *OTHERS).splitlines()


def higher(root):
    """The next version that may be released."""
    major, minor, _ = versions.current(root).split(".")
    return f"{major}.{int(minor) + 1}.0"


def test_the_version_is_the_same_everywhere():
    assert versions.VERSION_ALONE.fullmatch(versions.current())


def test_no_place_of_the_version_is_missed(tree):
    earlier = versions.current(tree)
    # The expression finds those that are known.
    assert {line.split(":")[0] for line in missed(tree, earlier)} >= {"Cargo.toml", "sandbox/npm/package.json"}
    versions.write("98.76.54", tree)
    assert missed(tree, earlier) == []
    assert versions.current(tree) == "98.76.54"
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    told = json.loads(subprocess.run(command, cwd=tree, check=True, capture_output=True).stdout)
    own = {package["version"] for package in told["packages"] if package["source"] is None}
    assert own == {"98.76.54"}
    for lock in git(tree, "ls-files", "*package-lock.json").splitlines():
        entries = json.loads((tree / lock).read_text(encoding="utf-8"))["packages"].values()
        assert {entry["version"] for entry in entries if entry.get("name") == "airudder"} <= {"98.76.54"}, lock


@pytest.mark.parametrize(
    "line", ['"airudder": "^@"', 'airudder-core = { version = "@" }', 'version: "@"', "airudder-@.tgz", "airudder==@"]
)
def test_a_missed_place_is_found(tree, line):
    version = versions.current(tree)
    (tree / "tools/other").write_text(line.replace("@", version) + "\n", encoding="utf-8")
    git(tree, "add", "tools/other")
    versions.write("98.76.54", tree)
    assert [found.split(":")[0] for found in missed(tree, version)] == ["tools/other"]


def test_files_that_disagree_are_named(tree):
    file = tree / "docs/openapi.json"
    file.write_text(file.read_text(encoding="utf-8").replace(versions.current(tree), "3.2.1", 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"openapi\.json': \{'3\.2\.1'\}"):
        versions.current(tree)


def test_a_place_that_is_gone_is_named(tree):
    (tree / "docs/linking.md").write_text("no version\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"docs/linking\.md has no version"):
        versions.current(tree)


def test_a_good_beginning_is_not_refused(tree):
    assert release.refusals(higher(tree), tree) == []


def test_a_tree_that_is_not_clean_is_refused(tree):
    (tree / "README.md").write_text("changed\n", encoding="utf-8")
    assert "not clean" in release.refusals(higher(tree), tree)[0]


@pytest.mark.parametrize("version", ["0.0.1", "same", "1.2", "v1.2.3", "1.2.3-rc.1", "01.2.3", "latest", ""])
def test_a_version_that_is_none_or_not_higher_is_refused(tree, version):
    version = versions.current(tree) if version == "same" else version
    refused = release.refusals(version, tree)
    assert len(refused) == 1
    assert re.search(r"is not higher than|is no version: give three numbers", refused[0])


def test_a_version_that_has_a_tag_is_refused(tree):
    git(tree, "tag", "v40.0.0")
    assert "not higher than 40.0.0" in release.refusals("39.0.0", tree)[0]
    assert "not higher than 40.0.0" in release.refusals("40.0.0", tree)[0]
    assert release.refusals("40.0.1", tree) == []


def test_the_first_version_is_released_as_it_stands(tree):
    """It stands in all packages before, and in the changelog without a date."""
    version = versions.current(tree)
    (tree / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version} (not yet released)\n\n- All.\n", encoding="utf-8")
    git(tree, "commit", "--quiet", "--all", "--message", "first")
    assert release.refusals(version, tree) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# Changelog\n\n## 0.1.0 (2026-01-31)\n\n- All.\n", "has no section '## Unreleased'"),
        ("# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-01-31)\n\n- All.\n", "says nothing"),
        ("# Changelog\n\n## Unreleased\n\nSoon.\n", "says nothing"),
    ],
)
def test_a_changelog_that_says_nothing_is_refused(tree, text, why):
    (tree / "CHANGELOG.md").write_text(text, encoding="utf-8")
    git(tree, "commit", "--quiet", "--all", "--message", "changelog")
    assert why in release.refusals(higher(tree), tree)[0]


def test_the_unreleased_section_gets_version_and_date():
    text = (
        "# Changelog\n\nWords.\n\n## Unreleased\n\n- New.\n\n### More\n\n- Newer.\n\n## 0.1.0 (2026-01-31)\n\n- Old.\n"
    )
    dated = changelog.dated(text, "0.2.0", "2026-02-28")
    assert dated == text.replace("## Unreleased", "## 0.2.0 (2026-02-28)")
    assert changelog.section(dated, "0.2.0") == "- New.\n\n### More\n\n- Newer."
    assert changelog.released(dated) == ["0.2.0", "0.1.0"]


def test_a_release_is_one_commit(tree):
    version = higher(tree)
    release.prepare(version, tree)
    assert git(tree, "status", "--porcelain") == ""
    assert git(tree, "log", "-1", "--format=%s").strip() == f"tools: version {version}"
    changed = git(tree, "show", "--name-only", "--format=").split()
    assert sorted(changed) == sorted([*versions.PLACES, "CHANGELOG.md"])
    assert versions.current(tree) == version
    assert re.search(rf"^## {version} \(\d{{4}}-\d\d-\d\d\)$", (tree / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert "not higher" in release.refusals(version, tree)[-1]


def test_a_tag_is_on_the_commit_of_its_version(tree):
    version = higher(tree)
    assert len(release.tagged(version, tree)) == 2
    release.prepare(version, tree)
    assert release.tagged(version, tree) == []
    assert program(tree, version, "--tagged").returncode == 0
    assert program(tree, "9.9.9", "--tagged").returncode == 1


def program(tree, *arguments):
    command = [sys.executable, "tools/publish/release.py", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_a_dry_run_writes_nothing_and_tells_the_commands(tree):
    version = higher(tree)
    done = program(tree, version, "--dry-run", "--parts", "npm", "crates")
    assert done.returncode == 0, done.stderr
    assert git(tree, "status", "--porcelain") == ""
    assert versions.current(tree) != version
    assert "these would be built: npm, crates\n" in done.stdout
    for command in ["cargo publish -p airudder-core", "twine upload", "npm publish", f"git tag --sign v{version}"]:
        assert command in done.stdout


def test_the_program_says_why_not(tree):
    (tree / "new").touch()
    done = program(tree, "0.0.1")
    assert done.returncode == 1
    assert [line.split()[0:3] for line in done.stderr.splitlines()] == [["the", "tree", "is"], ["0.0.1", "is", "not"]]


def test_each_part_is_built_by_a_target_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for part in packages.PARTS.values():
        targets = [target for command in part.commands for target in re.findall(r"^make (\S+)", command)]
        assert targets
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
        assert all((ROOT / crate / "Cargo.toml").exists() for crate in part.crates)


def test_a_bill_is_of_what_is_inside():
    """The tool also tells what other packages of the workspace ask of a crate."""

    def part(name):
        return {"bom-ref": f"registry#{name}", "name": name, "version": "1.0.0"}

    bill = {
        "metadata": {"component": part("airudder-c")},
        "components": [part("serde"), part("schemars")],
        "dependencies": [
            {"ref": "registry#airudder-c", "dependsOn": ["registry#schemars", "registry#serde"]},
            {"ref": "registry#schemars", "dependsOn": ["registry#serde"]},
            {"ref": "registry#serde"},
        ],
    }
    told = packages.only({"airudder-c 1.0.0", "serde 1.0.0"}, bill)
    assert told["components"] == [part("serde")]
    assert told["dependencies"] == [
        {"ref": "registry#airudder-c", "dependsOn": ["registry#serde"]},
        {"ref": "registry#serde", "dependsOn": []},
    ]


@pytest.mark.parametrize("crate", sorted({crate for part in packages.PARTS.values() for crate in part.crates}))
def test_what_is_inside_is_what_cargo_builds(crate):
    names = packages.inside(crate)
    assert ("jsonschema 0" in " ".join(names)) == (crate != "core/json")
    assert not any(name.startswith(("proptest ", "criterion ")) for name in names)


NOTICES = {"LICENSE-MIT": b"MIT", "LICENSE-APACHE": b"Apache", "THIRD-PARTY.md": b"- serde"}


def tar(files, mode):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def wheel(files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"package/{name}", content)
    return written.getvalue()


def deb(files):
    """As `dpkg-deb` writes it."""
    written = b"!<arch>\n"
    for name, content in {"debian-binary": b"2.0\n", "data.tar.xz": tar(files, "w:xz")}.items():
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        written += header + content + b"\n" * (len(content) % 2)
    return written


KINDS = {
    "a.whl": wheel,
    "a.tgz": lambda files: tar(files, "w:gz"),
    "a.tar.xz": lambda files: tar(files, "w:xz"),
    "a.crate": lambda files: tar(files, "w:gz"),
    "a.deb": deb,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_without_notices_is_found(kind):
    notices = {"copyright": b"MIT or Apache", "THIRD-PARTY.md": b"- serde"} if kind == "a.deb" else NOTICES
    whole = {**notices, "_native.so": b"\x7fELF"}
    assert archives.lacking_notices({kind: KINDS[kind](whole)}) == []
    for notice in notices:
        files = {name: content for name, content in whole.items() if name != notice}
        assert archives.lacking_notices({kind: KINDS[kind](files)}) == [f"{kind} has no {notice}"]


def test_sources_alone_need_no_notices_of_third_parties():
    files = {"LICENSE-MIT": b"", "LICENSE-APACHE": b"", "lib.rs": b"pub fn f() {}"}
    assert archives.lacking_notices({"a.crate": KINDS["a.crate"](files)}) == []
    program = {**files, "bin/airudder-sandbox": b"\x7fELF"}
    assert archives.lacking_notices({"a.tgz": KINDS["a.tgz"](program)}) == ["a.tgz has no THIRD-PARTY.md"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_of_the_builder_is_found(kind):
    files = {**NOTICES, "_native.so": b"\x7fELF /home/somebody/.cargo/registry/x.rs"}
    found = archives.telling({kind: KINDS[kind](files)}, [Path("/home/somebody"), Path("/srv/elsewhere")])
    assert [fault.endswith("_native.so names /home/somebody/") for fault in found] == [True]


def test_checksums_are_those_of_sha256sum(tmp_path, capsys):
    (tmp_path / "a.tgz").write_bytes(KINDS["a.tgz"](NOTICES))
    (tmp_path / "NOTES.md").write_text("- New.\n", encoding="utf-8")
    assert packages.checked(tmp_path) == 0
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, b"NOTES.md: OK\na.tgz: OK\n")
    (tmp_path / "b.tgz").write_bytes(KINDS["a.tgz"]({}))
    assert packages.checked(tmp_path) == 1
    assert capsys.readouterr().err.splitlines() == ["b.tgz has no LICENSE-APACHE", "b.tgz has no LICENSE-MIT"]
