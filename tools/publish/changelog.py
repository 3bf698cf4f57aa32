"""The changelog as a release needs it: the section that is not released yet, and what was released before."""

from __future__ import annotations

import re

UNRELEASED = re.compile(r"^## (?:Unreleased|\d+\.\d+\.\d+ \(not yet released\))\n", re.MULTILINE)
RELEASED = re.compile(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)


def unreleased(text: str) -> str:
    """What the unreleased section says; an error if there is none, or if it has no line that tells a change."""
    heading = UNRELEASED.search(text)
    if heading is None:
        raise ValueError("CHANGELOG.md has no section '## Unreleased': say there what is new")
    body = re.split(r"^## ", text[heading.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not re.search(r"^- \S", body, re.MULTILINE):
        raise ValueError(
            "the unreleased section of CHANGELOG.md says nothing: a change is a line that begins with '- '"
        )
    return body


def released(text: str) -> list[str]:
    return RELEASED.findall(text)


def dated(text: str, version: str, date: str) -> str:
    """The changelog in which the unreleased section is that of a version."""
    unreleased(text)
    return UNRELEASED.sub(f"## {version} ({date})\n", text, count=1)


def section(text: str, version: str) -> str:
    """What a released version's section says."""
    heading = re.search(rf"^## {re.escape(version)} \(.*\)\n", text, re.MULTILINE)
    if heading is None:
        raise ValueError(f"CHANGELOG.md has no section of {version}")
    return re.split(r"^## ", text[heading.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()
