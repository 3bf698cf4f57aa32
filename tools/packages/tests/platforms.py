"""The platforms for which there are archives of the C library, and how programs for each are compiled and run here."""

import os
import tarfile
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT, built, run

CHROOTS = ROOT / ".cache/chroots"
SOURCES = ROOT / ".cache/sources"
ZIG = [ROOT / ".cache/packages/bin/python", "-m", "ziglang", "cc"]
EXAMPLES = ROOT / "examples/c"
TESTS = ROOT / "tools/packages/tests"
CAMPAIGN = [TESTS / "campaign.c", *(EXAMPLES / f"{name}.c" for name in ("job", "journal", "socket_http", "clock"))]


class Platform(NamedTuple):
    """A platform by Rust's name and by Zig's, and what runs its programs where this machine does not."""

    target: str
    zig: str
    emulator: tuple = ()

    @property
    def musl(self):
        return self.target.endswith("-musl")


PLATFORMS = [
    Platform("x86_64-unknown-linux-gnu", "x86_64-linux-gnu.2.17"),
    Platform(
        "aarch64-unknown-linux-gnu",
        "aarch64-linux-gnu.2.17",
        ("qemu-aarch64-static", "-L", CHROOTS / "bookworm-arm64"),
    ),
    Platform("i686-unknown-linux-gnu", "x86-linux-gnu.2.17"),
    Platform("s390x-unknown-linux-gnu", "s390x-linux-gnu.2.17", ("qemu-s390x-static", "-L", "/usr/s390x-linux-gnu")),
    Platform("x86_64-unknown-linux-musl", "x86_64-linux-musl"),
    Platform("aarch64-unknown-linux-musl", "aarch64-linux-musl", ("qemu-aarch64-static",)),
    Platform("i686-unknown-linux-musl", "x86-linux-musl"),
]
GLIBC = [platform for platform in PLATFORMS if not platform.musl]
MUSL = [platform for platform in PLATFORMS if platform.musl]
WINDOWS = "x86_64-pc-windows-gnu"


def name(platform):
    """Give the name of a platform as pytest shows it."""
    return platform.target


def unpacked(target, folder):
    """Unpack the archive for a target; give its folder."""
    with tarfile.open(built("c", f"airudder-*-{target}.tar.xz")) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob(f"airudder-*-{target}"))


def compiled(platform, how, prefix, program, *sources, flags=()):
    """Compile a program with the library of an archive, shared or static; give the command that runs it.

    Zig has an unwinder for each libc, as GCC has it. With musl, Zig links nothing dynamically unless asked to.
    """
    library = {
        "shared": [f"-L{prefix}/lib", "-lairudder", f"-Wl,-rpath,{prefix}/lib"],
        "static": [prefix / "lib/libairudder.a", "-lunwind"],
    }[how]
    source = ["-std=gnu99", "-O1", "-w", f"-I{prefix}/include", f"-I{EXAMPLES}", *flags, *sources]
    run(*ZIG, "-target", platform.zig, *source, "-o", program, *library, "-lpthread", "-ldl", "-lm")
    return [*platform.emulator, program]


SETTINGS = {
    "AIRUDDER_APP_KEY": "fake-app-key",
    "AIRUDDER_APP_SECRET": "fake-app-secret",
    "AIRUDDER_TEMPLATE_ID": "7",
    "AIRUDDER_PLATFORM": "TEMP1",
    "AIRUDDER_END_TIME": "2099-12-01 18:00:00+08:00",
}


def campaign(command, sandbox, folder, place=None, more=None):
    """Run a program that sends 1000 contacts, which must come once each; it sees the folder as `place`."""
    lines = [f"c-{number},+62000{number:07},ID,Ana,1,2099-01-01" for number in range(1000)]
    names = "caseid,callee,country,customer_name,borrow_total_money,due_date"
    (folder / "contacts.csv").write_text("\n".join([names, *lines, ""]))
    (folder / "journal.jsonl").unlink(missing_ok=True)
    where = folder if place is None else place
    environment = os.environ | SETTINGS | {"AIRUDDER_BASE_URL": sandbox.url} | (more or {})
    run(*command, f"{where}/contacts.csv", f"{where}/journal.jsonl", env=environment)
    assert sandbox.contacts() == 1000
    assert Path(folder, "journal.jsonl").stat().st_size > 0
