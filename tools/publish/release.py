"""Makes a release up to what only a person may do: `make release VERSION=0.2.0`.

It refuses what is no good beginning, writes the version and the date where they stand, commits, builds all packages
into `target/release-VERSION`, checks them, and prints the commands that would publish. It publishes nothing and pushes
nothing. `make artifacts` builds and checks what is committed, without another version.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import changelog
import versions
from packages import PARTS, build, checked

ROOT = Path(__file__).parents[2]


def run(*command: str, root: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def refusals(version: str, root: Path = ROOT) -> list[str]:
    """Why there can be no release of this version now."""
    found = []
    if run("git", "status", "--porcelain", root=root):
        found.append("the tree is not clean: commit or stash what 'git status' shows")
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        versions.current(root)
        changelog.unreleased(text)
    except ValueError as error:
        found.append(str(error))
    if not versions.VERSION_ALONE.fullmatch(version):
        return [*found, f"{version!r} is no version: give three numbers, such as 0.2.0"]
    tags = run("git", "tag", "--list", "v[0-9]*", root=root).split()
    released = {*changelog.released(text), *(tag[1:] for tag in tags if versions.VERSION_ALONE.fullmatch(tag[1:]))}
    known = max(map(numbers, {*released, *map(min, versions.read(root).values())}))
    if numbers(version) < known or version in released:
        newest = ".".join(map(str, known))
        found.append(f"{version} is not higher than {newest}, which stands in the changelog, a tag or a package")
    return found


def tagged(version: str, root: Path = ROOT) -> list[str]:
    """Why a tag of this version is on the wrong commit."""
    found = []
    if version != versions.current(root):
        found.append(f"the tag is of {version}, and the packages are of {versions.current(root)}")
    if version not in changelog.released((root / "CHANGELOG.md").read_text(encoding="utf-8")):
        found.append(f"CHANGELOG.md has no section '## {version} (DATE)'")
    return found


def prepare(version: str, root: Path = ROOT) -> None:
    """Write the version and the date, and commit them."""
    changed = versions.write(version, root)
    file = root / "CHANGELOG.md"
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    file.write_text(changelog.dated(file.read_text(encoding="utf-8"), version, today), encoding="utf-8")
    # The lock file is right where Cargo need not change it.
    run("cargo", "metadata", "--locked", "--offline", "--format-version", "1", root=root)
    run("git", "commit", "--quiet", "--message", f"tools: version {version}", "--", *changed, "CHANGELOG.md", root=root)
    print(f"committed version {version} in {len(changed)} files and the changelog; 'git reset --hard HEAD~' undoes it")


def publishing(version: str, folder: Path) -> str:
    """The commands that would publish, for whoever may."""
    place = os.path.relpath(folder, ROOT)
    return f"""
Nothing is published yet. With the release workflow, which publishes once somebody approves it:
  git tag --sign v{version} --message v{version} && git push origin HEAD v{version}

By hand, from {place}:
  (cd {place} && sha256sum --check SHA256SUMS)
  cargo publish -p airudder-json && cargo publish -p airudder-core
  twine upload {place}/*.whl {place}/airudder-{version}.tar.gz
  for package in {place}/*.tgz; do npm publish "$package" --provenance=false; done     # CI alone can prove it
  gh release create v{version} --draft --verify-tag --title {version} --notes-file {place}/NOTES.md {place}/*
"""


def artifacts(parts: list[str], folder: Path) -> int:
    """Build the parts, put them into the folder, and check them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    version = versions.current()
    for part in parts:
        build(part, version, folder)
    notes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if version in changelog.released(notes):
        (folder / "NOTES.md").write_text(changelog.section(notes, version) + "\n", encoding="utf-8")
    return checked(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("version", nargs="?", help="the version to release; without it, what is committed is built")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="build these only")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    parser.add_argument("--tagged", action="store_true", help="only check that the version is the committed one")
    given = parser.parse_args()
    version = given.version or versions.current()
    folder = ROOT / f"target/release-{version}"
    if given.version:
        why_not = tagged(version) if given.tagged else refusals(version)
        print(*why_not, sep="\n", end="\n" if why_not else "", file=sys.stderr)
        if why_not or given.tagged:
            return int(bool(why_not))
    if given.dry_run:
        print(f"{version} would be written into: {', '.join(versions.PLACES)}, and CHANGELOG.md")
        print(f"these would be built: {', '.join(given.parts)}")
        print(publishing(version, folder))
        return 0
    if given.version:
        prepare(version)
    failed = artifacts(given.parts, folder)
    if not failed:
        print(publishing(version, folder))
    return failed


if __name__ == "__main__":
    sys.exit(main())
