"""The header: clean in every standard, and not in need of anything before it."""

import re
import subprocess

import pytest
from conftest import ROOT, VERSION, WARNINGS, campaign_loop, run

PROGRAM = """#include <airudder.h>
int main(void) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_config client = AIRUDDER_CONFIG_INIT;
  airudder_call_options call = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
  airudder_campaign_config campaign = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_webhooks_config webhooks = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
#if AIRUDDER_ABI_VERSION < 0 || AIRUDDER_VERSION_NUMBER != @NUMBER@ || AIRUDDER_VERSION_MAJOR > 99
#error "the preprocessor does not know the version"
#endif
  return error.size + client.size + call.size + raw.size + campaign.size + webhooks.size + delivery.size == 0;
}
"""


INCLUDE = f"-I{ROOT}/bindings-c/include"
MAJOR, MINOR, PATCH = map(int, VERSION.split("."))


def program(folder, standard):
    """Write a program that uses the header."""
    source = folder / ("program.cpp" if "+" in standard else "program.c")
    source.write_text(PROGRAM.replace("@NUMBER@", str(MAJOR * 10_000 + MINOR * 100 + PATCH)))
    return source


@pytest.mark.parametrize("standard", ["c89", "c99", "c11", "c++98", "c++11", "c++20"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_compiles(tmp_path, compiler, standard):
    source = program(tmp_path, standard)
    run(compiler, f"-std={standard}", *WARNINGS, "-Wconversion", INCLUDE, "-fsyntax-only", source)


@pytest.mark.parametrize("standard", ["c89", "c99", "c11", "c++11"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_short_enums_are_refused_by_name(tmp_path, compiler, standard):
    """The library writes an int where such a program has room for a byte."""
    source = program(tmp_path, standard)
    command = [compiler, f"-std={standard}", "-fshort-enums", INCLUDE, "-fsyntax-only", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "airudder_enums_have_the_size_of_int_so_compile_without_fshort_enums" in done.stderr


@pytest.mark.parametrize("flag", ["-fexceptions", "-fno-exceptions"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_wrapper_compiles(tmp_path, compiler, standard, flag):
    source = tmp_path / "program.cpp"
    source.write_text(
        "#include <airudder.hpp>\n"
        "int main() {\n  auto client = airudder::client::make(AIRUDDER_CONFIG_INIT);\n"
        "  return client && client->begin(AIRUDDER_OP_ROBOTS_LIST) ? 0 : 1;\n}\n"
    )
    run(compiler, f"-std={standard}", flag, *WARNINGS, "-Wconversion", INCLUDE, "-fsyntax-only", source)


def declarations():
    """Comment, name and parameters of every function."""
    header = (ROOT / "bindings-c/include/airudder.h").read_text()
    found = re.findall(r"/\*\*\n((?: \*.*\n)+?) \*/\n(?:int|const char \*)\s?(\w+)\(([^)]*)\);", header)
    assert len(found) > 80
    return found


@pytest.mark.parametrize(("comment", "name", "parameters"), declarations(), ids=lambda text: text[:40])
def test_every_function_says_what_it_takes_and_gives_with_an_example(comment, name, parameters):
    like_another = "else as airudder_" in comment
    names = [parameter.split()[-1].strip("*") for parameter in parameters.split(",") if parameter != "void"]
    missing = [name for name in names if not re.search(rf"@param {name}  +\S", comment)]
    assert like_another or not missing
    assert like_another or "@return" in comment or name in {"airudder_version", "airudder_abi_version"}
    assert "\n *     " in comment or "The loop" in comment or "shows the loop" in comment


def test_what_the_header_names_is_there():
    header = (ROOT / "bindings-c/include/airudder.h").read_text()
    functions = {name for _, name, _ in declarations()}
    assert set(re.findall(r"\b(airudder_\w+)\(\)", header)) <= functions
    # The core's names of what C calls otherwise.
    texts = header + (ROOT / "bindings-c/src/strerror.rs").read_text()
    assert not re.search(r"require_signature|`strict`|`detect`", texts)


REFERENCE = sorted((ROOT / "docs/reference").glob("*.md"))


def test_every_c_example_of_the_reference_compiles(tmp_path):
    blocks = [block for page in REFERENCE for block in re.findall(r"```c\n(.*?)```", page.read_text(), re.DOTALL)]
    assert len(blocks) > 15
    around = "airudder_client client = 0; airudder_call call; airudder_error err = AIRUDDER_ERROR_INIT;"
    bodies = [f"void example{number}(void) {{\n{around}\n{block}}}\n" for number, block in enumerate(blocks)]
    source = tmp_path / "reference.c"
    source.write_text("#include <airudder.h>\n" + "".join(bodies))
    # Long string literals are fine with every compiler there is; only C99 does not promise it.
    flags = [*WARNINGS, "-Wno-overlength-strings", "-fsyntax-only"]
    run("gcc", "-std=c99", *flags, INCLUDE, source)


SURROUNDINGS = """#define _DEFAULT_SOURCE
#include <airudder.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct response { int status; airudder_header *headers; size_t header_count; char *body; size_t body_len; };
struct row { const char *phone, *id, *name; };
uint64_t now_ms(void), unix_ms(void), monotonic_ms(void), file_len(int fd);
void sleep_until(uint64_t then_ms);
void sleep_for(uint64_t ms);
void die(const char *why);
void run(airudder_call call);
void save(const char *bytes, size_t len, const char *type);
int send_over_http(const airudder_request *request, struct response *response);
int write_all(int fd, airudder_text lines);
int next_row(struct row *row);
int is_genuine(const airudder_header *headers, size_t header_count, const char *body, size_t len);
airudder_text first_line_of(const char *store, airudder_text line);
const char *next_not_to_call(airudder_text contacts);

int examples(int interrupted, int journal_fd, FILE *file);
int examples(int interrupted, int journal_fd, FILE *file) {
  airudder_client client = 0; airudder_call call = 0; airudder_campaign campaign = 0; airudder_webhooks hooks = 0;
  airudder_event event = 0; airudder_buffer buffer = 0; airudder_error err = AIRUDDER_ERROR_INIT;
  airudder_campaign_config july = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_config cfg = AIRUDDER_CONFIG_INIT; airudder_catalog catalog = 0;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
  airudder_step step; airudder_campaign_step work; airudder_progress progress;
  airudder_detection found; airudder_ack ack;
  airudder_text text = {NULL, 0}, line = {NULL, 0}, head = {NULL, 0};
  airudder_type type; uint32_t partition; airudder_phase phase; uint64_t until_ms, tonight_ms = 0, tomorrow_ms = 0;
  airudder_header header, headers[1] = {{NULL, NULL}};
  const airudder_request *request; struct response response; struct row row;
  const char *body = "", *json = "", *plain = "", *sealed = "", *journal = "", *record = "", *id = "", *key = "";
  const char *secret = "", *signature = "", *store = "";
  size_t body_len = 0, json_len = 0, plain_len = 0, sealed_len = 0, journal_len = 0, header_count = 0;
  size_t count, good_len, i;
  int flag, is_file, operation; int64_t number, contact; double real; uint64_t now;
"""


def test_every_example_in_the_header_compiles(tmp_path):
    """The loops at the top and of the campaigns, and the lines of every function."""
    header = (ROOT / "bindings-c/include/airudder.h").read_text()
    top = re.search(r"drive it in a loop:\n\n((?:     .*\n|\n)+)", header)[1]
    own_names = re.sub(
        r"^ +(airudder_config cfg.*|airudder_\w+ \w+( = AIRUDDER_ERROR_INIT)?;)\n", "", top, flags=re.MULTILINE
    )
    loops = ["airudder_config cfg = AIRUDDER_CONFIG_INIT;\n" + own_names]
    loops.append(campaign_loop())
    for section in ("Limits", "Partitions"):
        lines = re.search(rf"---- {section} -(?:.*\n)+?\n((?:       .*\n)+)", header)[1]
        loops.append(lines.replace(" */", ""))
    examples = loops + [
        "\n".join(re.findall(r"^ \*     (\S.*)$", comment, re.MULTILINE)) for comment, _, _ in declarations()
    ]
    examples = [example for example in examples if example and not example.startswith("{")]
    assert len(examples) > 80
    source = tmp_path / "examples.c"
    source.write_text(SURROUNDINGS + "".join(f"{{\n{example}\n}}\n" for example in examples) + "return 0;\n}\n")
    unused = ["-Wno-unused-but-set-variable", "-Wno-unused-parameter"]
    run("gcc", "-std=gnu99", *WARNINGS, *unused, INCLUDE, "-fsyntax-only", source)
