"""Builds the guide, a site from `docs/` and the packages' READMEs: `build.py FOLDER`, by `make guide`.

The pages stay plain Markdown that reads well where it is. Here they are copied, and what a site can do better is
changed in the copy: links between the pages, links to files of the repository (which go along), tabs, drawings in the
theme's colors. A warning of the generator, such as a broken link, is an error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = Path(__file__).with_name("zensical.toml")
# Pages that are elsewhere in the repository, and where they are in the guide.
ELSEWHERE = {
    "bindings-python/README.md": "packages/python.md",
    "bindings-wasm/README.md": "packages/javascript.md",
    "bindings-c/README.md": "packages/c.md",
    "sandbox/README.md": "packages/sandbox.md",
    "sandbox/python/README.md": "packages/sandbox-python.md",
    "sandbox/npm/README.md": "packages/sandbox-npm.md",
    "bindings-wasm/inspector/README.md": "packages/inspector.md",
    "core/vectors/README.md": "project/vectors.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
}
# Copies, and the page that stands for them.
SAME = {
    "README.md": "docs/README.md",
    "README.zh-CN.md": "docs/start/zh-CN.md",
    "bindings-wasm/errors.md": "docs/errors.md",
    "tools/costs.md": "docs/costs.md",
    "core/README.md": "docs/start/rust.md",
    "core/json/README.md": "docs/start/rust.md",
}
FENCED = re.compile(r"^(```.*?^```)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
TABS = re.compile(r"^<!-- tabs -->\n(.*?)^<!-- /tabs -->\n", re.DOTALL | re.MULTILINE)


def pages() -> dict[str, str]:
    """The place of each page in the guide, by its place in the repository."""
    found = {str(file.relative_to(ROOT)): str(file.relative_to(ROOT / "docs")) for file in ROOT.glob("docs/**/*.md")}
    own = {page: re.sub(r"(^|/)README\.md$", r"\1index.md", place) for page, place in found.items()}
    return own | ELSEWHERE


def version() -> str:
    return tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]


class Copy:
    """One page on its way into the guide."""

    def __init__(self, page: str, to: Path) -> None:
        self.page, self.to = page, to
        self.places = pages()
        self.place = self.places[page]

    def write(self) -> None:
        """Write the copy, with what a site can do better."""
        text = (ROOT / self.page).read_text(encoding="utf-8")
        parts = FENCED.split(text)  # every second one is code
        parts[::2] = [LINK.sub(self.link, part) for part in parts[::2]]
        file = self.to / self.place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TABS.sub(tabbed, "".join(parts)), encoding="utf-8")

    def link(self, found: re.Match[str]) -> str:
        """Give a link as it is in the guide; the file that it leads to goes along."""
        picture, words, address = found.groups()
        name, _, anchor = address.partition("#")
        if re.match(r"[a-z]+:", address) or not name:
            return found[0]
        target = os.path.normpath(os.path.join(os.path.dirname(self.page), name))
        target = SAME.get(target, target)
        if (ROOT / target).is_dir():
            target += "/README.md"
        if picture and target.endswith(".svg") and target.startswith("docs/drawings/"):
            return drawing(ROOT / target, words)
        if target in self.places:
            place = self.places[target]
        elif (ROOT / target).is_file():
            place = target.removeprefix("docs/") if target.startswith("docs/") else f"files/{target}"
            (self.to / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / target, self.to / place)
        else:
            return words  # a folder of the repository, which a site does not show
        address = os.path.relpath(place, os.path.dirname(self.place)) + (f"#{anchor}" if anchor else "")
        return f"{picture}[{words}]({address})"


def drawing(file: Path, words: str) -> str:
    """The drawing as a part of the page, so that it follows the page's theme."""
    svg = re.sub(
        r"<style>.*?</style>\n", "", file.read_text(encoding="utf-8"), flags=re.DOTALL
    )  # guide.css has its own
    named = svg.replace("<svg ", f'<svg class="drawing" role="img" aria-label="{escape(words)}" ', 1)
    return f"<div>\n{named}</div>"


def tabbed(found: re.Match[str]) -> str:
    """Tabs of what stands in sequence, each part under its name in bold letters."""
    _, *parts = re.split(r"^\*\*([^*\n]+)\*\*\n", found[1], flags=re.MULTILINE)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return "".join(f"/// tab | {name}\n{body.strip()}\n///\n\n" for name, body in pairs)


def build(to: Path) -> None:
    source = to / ".source"
    shutil.rmtree(to, ignore_errors=True)
    for page in pages():
        Copy(page, source).write()
    shutil.copy(SETTINGS.with_name("guide.css"), source)
    config = to / "zensical.toml"
    place = f'[project]\ndocs_dir = ".source"\nsite_dir = "{version()}"\n'
    config.write_text(SETTINGS.read_text(encoding="utf-8").replace("[project]\n", place, 1), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", config]
    subprocess.run(command, cwd=to, check=True)
    shutil.rmtree(source)
    config.unlink()
    shutil.rmtree(to / ".cache", ignore_errors=True)
    select_version(to)


def select_version(to: Path) -> None:
    """What the selector of versions reads, and the way to this one; a folder of an earlier version is put beside it."""
    entry = {"version": version(), "title": version(), "aliases": ["latest"]}
    (to / "versions.json").write_text(json.dumps([entry]) + "\n", encoding="utf-8")
    refresh = (
        f'<!doctype html><meta http-equiv="refresh" content="0; url={version()}/index.html"><title>airudder</title>\n'
    )
    (to / "index.html").write_text(refresh, encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
