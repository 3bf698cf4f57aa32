"""The tests that are in C."""

import base64
import json
import re

import pytest
from conftest import EXAMPLES, ROOT, WARNINGS, checked, run

TESTS = ROOT / "bindings-c/tests"
# A new file fails until it is run here; the schema describes the others.
NAMES = {file.stem for file in (ROOT / "core/vectors").glob("*.json")} - {"schema"}


@checked
def test_vectors(build, how):
    """As many cases as in every language."""
    vectors = ROOT / "core/vectors"
    said = build(TESTS / "vectors.c", packages=["cmocka", "libcjson"]).run(how, vectors)
    ran = {name: int(count) for name, count in re.findall(r"^(\w+): (\d+) cases$", said, re.MULTILINE)}
    assert ran == {name: json.loads((vectors / f"{name}.json").read_text())["count"] for name in NAMES}


@checked
@pytest.mark.parametrize("name", ["calls", "campaign", "limits", "partitions", "events", "catalog", "threads"])
def test_behaviour(build, name, how):
    build(TESTS / f"{name}.c", standard="gnu99", packages=["cmocka"]).run(how)


@checked
def test_a_verifier_of_your_own(build, tmp_path, how):
    """WeChat Pay v3: RSA over time, nonce and body, and the event in GCM. The `openssl` command signs."""
    program = build(TESTS / "verifier.c", packages=["libcrypto"])
    private, public, message = tmp_path / "private.pem", tmp_path / "public.pem", tmp_path / "message"
    run("openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private)
    run("openssl", "pkey", "-in", private, "-pubout", "-out", public)
    body = (ROOT / "core/tests/fixtures/wechat-pay.json").read_text()

    def answer(sent, timestamp="1720159500"):
        signature = tmp_path / "signature"
        run("openssl", "dgst", "-sha256", "-sign", private, "-out", signature, message)
        base64_text = base64.b64encode(signature.read_bytes()).decode()
        return program.run(how, public, timestamp, "fake-nonce", base64_text, input=sent).strip()

    message.write_text(f"1720159500\nfake-nonce\n{body}\n")
    assert json.loads(answer(body))["task_id"] == "t-1"
    assert answer(body, "1720159501") == "refused"
    assert answer(body.replace("TRANSACTION", "transaction")) == "refused"
    changed = body.replace('"nonce": "fake-nonce12"', '"nonce": "fake-nonce13"')
    message.write_text(f"1720159500\nfake-nonce\n{changed}\n")
    assert answer(changed) == "E6008"


def test_fork(build):
    """Without Valgrind, for which whatever other threads had is a leak of the child's."""
    program = build(TESTS / "fork.c", standard="gnu99", packages=["cmocka"])
    program.run("plain", 200)
    program.run("sanitized", 100)


def test_fork_behind_dlclose(prefix, tmp_path):
    program = tmp_path / "unload"
    run("gcc", "-std=gnu99", *WARNINGS, "-o", program, TESTS / "unload.c", f"-I{prefix}/include", "-ldl")
    run(program, prefix / "lib/libairudder.so")


def test_memory_that_runs_out(build):
    """Without sanitizers and Valgrind, which have memory of their own that no limit must count."""
    build(TESTS / "memory.c", standard="gnu99", packages=["cmocka"]).run("plain")


def test_small_stack(build):
    """Less than the 32 KiB that a function may need at most: reading by recursion took 28."""
    build(TESTS / "stack.c", standard="gnu99", packages=["cmocka"]).run("plain", 24576)


@pytest.mark.parametrize("tool", ["helgrind", "drd"])
def test_races_of_the_caller_alone_are_reported(build, prefix, tool):
    program = build(TESTS / "races.c", standard="gnu99")
    finder = ["valgrind", "--quiet", f"--tool={tool}", "--error-exitcode=99"]
    finder.append(f"--suppressions={prefix}/share/airudder/valgrind.supp")
    plain = program.command("plain")[0]
    run(*finder, plain, env=program.environment())
    with pytest.raises(AssertionError, match=r"main \(races\.c|own_race \(races\.c"):
        run(*finder, plain, "race", env=program.environment())


@checked
def test_wrapper(build, how):
    build(TESTS / "wrapper.cpp", compiler="g++", standard="c++17").run(how)


@checked
def test_journal(build, tmp_path, how):
    sources = [TESTS / "journal.c", EXAMPLES / "journal.c"]
    build(*sources, standard="gnu99", packages=["cmocka"], flags=[f"-I{EXAMPLES}"]).run(how, cwd=tmp_path)


FUNCTION = re.compile(r"^(?:int|const char \*)\s?(airudder_\w+)\(", re.MULTILINE)


@checked
def test_hostile_caller(build, how):
    program = build(TESTS / "hostile.c", packages=["cmocka"])
    said = program.run(how, 40 if how == "valgrind" else 2000)
    calls, refused = map(int, re.search(r"(\d+) calls, (\d+) refused", said).groups())
    assert calls > refused > 10_000


def test_random_caller(build, tmp_path):
    """Without Valgrind, which sees what the sanitizers see. `tools/fuzz 600 c` finds worse calls than chance does."""
    program = build(TESTS / "random.c")
    calls, refused = map(int, re.search(r"(\d+) calls, (\d+) refused", program.run("sanitized")).groups())
    assert calls > 300_000
    assert calls - refused > 50_000
    kept = (ROOT / "core/fuzz/seeds/c").read_text().splitlines()
    files = [tmp_path / str(number) for number in range(len(kept))]
    for file, seed in zip(files, kept, strict=True):
        file.write_bytes(base64.b64decode(seed))
    assert len(files) > 10
    program.run("sanitized", *files)


def test_hostile_caller_uses_every_function():
    functions = FUNCTION.findall((ROOT / "bindings-c/include/airudder.h").read_text())
    used = set(re.findall(r"\w+", (TESTS / "hostile_uses.h").read_text()))
    assert len(functions) > 80
    assert [name for name in functions if name not in used] == []
