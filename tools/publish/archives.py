"""What is in the packages, whatever kind of archive they are."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARS = (".tgz", ".tar", ".tar.gz", ".tar.xz", ".crate")


def members(name: str, content: bytes) -> dict[str, bytes]:
    """The files in an archive, and in those that it holds; another file is itself alone."""
    if name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {entry: archive.read(entry) for entry in archive.namelist()}
    elif name.endswith(TARS):
        found = dict(in_tar(content))
    elif name.endswith(".deb"):
        found = dict(in_ar(content))
    else:
        return {name: content}
    inside = [members(f"{name}: {entry}", part) for entry, part in found.items()]
    return {entry: part for parts in inside for entry, part in parts.items()}


def in_tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isfile() else None
            if file is not None:
                yield entry.name, file.read()


def in_ar(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an archive of `ar`, which a Debian package is: headers of 60 bytes, content to an even length."""
    at = len(b"!<arch>\n")
    while at < len(content):
        name, size = content[at : at + 16].decode().strip().rstrip("/"), int(content[at + 48 : at + 58])
        yield name, content[at + 60 : at + 60 + size]
        at += 60 + size + size % 2


def cargo_home() -> Path:
    return Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))


def builders_places() -> list[Path]:
    """The folders of whoever builds, which are no matter of others."""
    return [Path.home(), cargo_home(), ROOT]


def telling(files: dict[str, bytes], places: list[Path]) -> list[str]:
    """The files in which a folder of the builder stands."""
    searched = [f"{place}/" for place in places if place != Path("/")]
    inside = {part: found for name, content in files.items() for part, found in members(name, content).items()}
    return [
        f"{part} names {place}"
        for part, content in sorted(inside.items())
        for place in searched
        if place.encode() in content or place in part
    ]


def lacking_notices(files: dict[str, bytes]) -> list[str]:
    """The packages without the texts of the licenses, or without the notices of those whose compiled code is inside."""
    found = []
    for name, content in files.items():
        inside = members(name, content)
        names = {entry.rsplit("/", 1)[-1] for entry in inside}
        compiled = any(entry.endswith((".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".wasm")) for entry in names)
        compiled = compiled or any(
            part.startswith((b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe")) for part in inside.values()
        )
        # Debian has both licenses in one file, and their texts on every machine.
        licenses = ["copyright"] if name.endswith(".deb") else ["LICENSE-APACHE", "LICENSE-MIT"]
        needed = licenses + ["THIRD-PARTY.md"] * compiled
        found += [f"{name} has no {notice}" for notice in needed if notice not in names]
    return found
