"""The tests of the C library that are plain C programs, with the archive of each platform: the vectors of all languages
above all, which a machine with big-endian numbers has to meet as well.

cmocka and cJSON are compiled from Debian's sources, since there are no packages of them for all these platforms.
"""

import json
import re

import pytest
from conftest import ROOT, run
from platforms import EXAMPLES, PLATFORMS, SOURCES, ZIG, compiled, name, unpacked

TESTS = ROOT / "bindings-c/tests"
VECTORS = ROOT / "core/vectors"
KINDS = {file.stem for file in VECTORS.glob("*.json")} - {"schema"}
CMOCKA, CJSON = SOURCES / "cmocka", SOURCES / "cjson"
# <stdint.h> has the type. cmocka would guess it, and for arm64 with musl guesses wrong.
FLAGS = [f"-I{CMOCKA}/include", f"-I{CJSON}", "-D_UINTPTR_T_DEFINED"]


class Built:
    """The archive for a platform, and what the programs are linked with beside it."""

    def __init__(self, platform, folder):
        self.platform, self.folder = platform, folder
        self.prefix = unpacked(platform.target, folder)
        self.objects = [folder / "cmocka.o", folder / "cjson.o"]
        for source, compiled_to in zip((CMOCKA / "src/cmocka.c", CJSON / "cJSON.c"), self.objects, strict=True):
            defined = ["-DHAVE_SIGNAL_H", "-DHAVE_STRSIGNAL"]
            run(*ZIG, "-target", platform.zig, "-w", "-O1", *defined, *FLAGS, "-c", source, "-o", compiled_to)

    def program(self, *sources):
        """Compile a program, with the shared library where there is a loader for it."""
        how = "static" if self.platform.musl else "shared"
        program = self.folder / sources[0].stem
        return compiled(self.platform, how, self.prefix, program, *sources, *self.objects, flags=FLAGS)


@pytest.fixture(scope="module", params=PLATFORMS, ids=name)
def archive(request, tmp_path_factory):
    return Built(request.param, tmp_path_factory.mktemp(request.param.target))


def test_vectors(archive):
    said = run(*archive.program(TESTS / "vectors.c"), VECTORS)
    ran = {kind: int(count) for kind, count in re.findall(r"^(\w+): (\d+) cases$", said, re.MULTILINE)}
    assert ran == {kind: json.loads((VECTORS / f"{kind}.json").read_text())["count"] for kind in KINDS}


@pytest.mark.parametrize("test", ["calls", "campaign", "limits", "partitions", "events", "catalog", "threads"])
def test_behaviour(archive, test):
    run(*archive.program(TESTS / f"{test}.c"))


def test_journal(archive, tmp_path):
    run(*archive.program(TESTS / "journal.c", EXAMPLES / "journal.c"), cwd=tmp_path)


def test_hostile_caller(archive):
    said = run(*archive.program(TESTS / "hostile.c"), 40)
    calls, refused = map(int, re.search(r"(\d+) calls, (\d+) refused", said).groups())
    assert calls > refused > 10_000
