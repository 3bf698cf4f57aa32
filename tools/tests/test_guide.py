"""The documentation: links, pages, programs, spelling, the tests that it promises, and the site that is made of it."""

from __future__ import annotations

import ast
import functools
import html
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "guide"))

import build as guide

ROOT = guide.ROOT
LISTED = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
PAGES = sorted(
    page
    for page in map(Path, subprocess.run(LISTED, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())
    if (ROOT / page).exists() and page.name != "THIRD-PARTY.md"
)
CODE = re.compile(r"^ *```(\S*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# What runs the programs of a page: a test file that names the page. In other fences of the same language (`py`,
# `javascript`) stand parts of programs, which need what their page describes.
RUN_BY = {
    "python": "bindings-python/tests",
    "js": "bindings-wasm/tests",
    "c": "bindings-c/tests",
    "rust": "examples/rust/tests",
}


def read(page: Path | str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(text: str) -> str:
    return CODE.sub("", text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    texts = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", html.unescape(text).lower()).replace(" ", "-") for text in texts}


def nav(entries: list) -> list[str]:
    """The pages of a navigation, in their order."""
    found = []
    for entry in entries:
        values = entry.values() if isinstance(entry, dict) else [entry]
        for value in values:
            found += nav(value) if isinstance(value, list) else [value]
    return found


def test_there_are_pages():
    assert len(PAGES) > 40


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(read(page)))):
        name, _, anchor = link.partition("#")
        if re.match(r"(https?|mailto):", link):
            continue
        target = ROOT / page.parent / name if name else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_navigation_once():
    listed = nav(tomllib.loads(guide.SETTINGS.read_text(encoding="utf-8"))["project"]["nav"])
    assert sorted(listed) == sorted(guide.pages().values())


def test_every_page_is_in_the_guide():
    """But for those that are the same as another one."""
    missing = {str(page) for page in PAGES} - set(guide.pages()) - set(guide.SAME)
    assert {page for page in missing if "/tests/" not in page} == set()  # those tell how data of tests were made


@pytest.mark.parametrize("language", RUN_BY)
def test_programs_of_the_guide_are_run(language):
    """A page with a program is named by a test of its language; the Chinese one has the same programs as the others."""
    pages = [page for page in guide.pages() if page.startswith("docs/") and not page.startswith("docs/reference/")]
    translated = {"docs/start/zh-CN.md"}
    with_programs = {page for page in pages if any(code[0] == language for code in CODE.findall(read(page)))}
    tests = [file for file in (ROOT / RUN_BY[language]).iterdir() if file.suffix in {".py", ".mjs", ".rs"}]
    texts = "".join(file.read_text(encoding="utf-8") for file in tests)
    assert {page for page in with_programs - translated if page.removeprefix("docs/") not in texts} == set()


def test_the_chinese_start_has_the_programs_of_the_english_ones():
    languages = ("python", "javascript", "c", "rust")
    english = [code for name in languages for code in CODE.findall(read(f"docs/start/{name}.md"))]
    assert CODE.findall(read("docs/start/zh-CN.md")) == english


def test_the_chinese_readme_has_the_programs_of_the_english_one():
    assert CODE.findall(read("README.zh-CN.md")) == CODE.findall(read("README.md"))


@pytest.mark.parametrize("name", ["python", "javascript", "c", "rust"])
def test_commands_of_a_start_name_what_is_there(name):
    """Each program that is started was saved before, or comes from the repository."""
    text = read(f"docs/start/{name}.md")
    for file in re.findall(r"(?:python|node|cc -o \S+) (\w+\.(?:py|mjs|c))\b", text):
        assert f"`{file}`" in text
    for file in re.findall(r"\b\w+\.c\b", " ".join(re.findall(r"^cc .*$", text, re.MULTILINE))):
        assert file == "send.c" or (ROOT / "examples/c" / file).exists()
    for target in re.findall(r"^make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE)


NAMED = re.compile(r"`([\w./-]+\.(?:rs|py|mjs))` `([^`]+)`")
PROMISED = sorted({named for page in ("docs/promises.md", "SECURITY.md") for named in NAMED.findall(read(page))})


@pytest.mark.parametrize(("file", "name"), PROMISED, ids=[name for _, name in PROMISED])
def test_a_promised_test_is_there(file, name):
    text = read(file)
    if file.endswith(".py"):
        names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        assert name in names
    elif file.endswith(".rs"):
        # In a proptest the attribute stands before the function, too.
        assert re.search(rf"#\[(?:tokio::)?test(?:\(.*\))?\]\n(?:\s*#\[.*\]\n)*\s*(?:async )?fn {name}\(", text)
    else:
        assert f'test("{name}"' in text


def test_spelling():
    """By codespell, which knows misspellings and no words, so that names and terms are no matter."""
    # A state of the API and its verb, what a call is to this library, a field of a package, and a vendor's name.
    words = "cancelled,cancelling,dialogue,dialogues,licences,didi"
    command = [sys.executable, "-m", "codespell_lib", "--builtin", "clear,rare,en-GB_to_en-US", "-L", words, *PAGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The guide, built strictly: what the generator warns of is an error."""
    subprocess.run([ROOT / "tools/venv", ".cache/guide", "tools/guide/requirements.txt"], cwd=ROOT, check=True)
    folder = tmp_path_factory.mktemp("guide")
    program = ROOT / ".cache/guide/bin/python"
    done = subprocess.run([program, ROOT / "tools/guide/build.py", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / guide.version()


def test_the_site_has_every_page(site):
    for place in guide.pages().values():
        assert site.joinpath(place).with_suffix(".html").exists(), place


def test_the_site_loads_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(
            r"<(?:script|img|iframe)[^>]* src=\"https?:|<link[^>]* rel=\"stylesheet\"[^>]*https?:", text
        )


def test_the_site_links_to_what_is_there(site):
    """Pages and files, those in the navigation, too."""
    broken = set()
    for page in site.rglob("*.html"):
        if page.name == "404.html":
            continue
        for link in re.findall(r"(?:href|src)=\"([^\"#?]+)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:|//", link) and not (page.parent / html.unescape(link)).exists():
                broken.add(f"{page.relative_to(site)}: {link}")
    assert broken == set()


@pytest.fixture(scope="module")
def address(site):
    """The site, served on this machine."""
    handler = functools.partial(Quiet, directory=site)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_the_search_finds_a_page(address, chromium):
    page = chromium.new_page()
    page.goto(f"{address}/index.html")
    page.wait_for_load_state("load")
    page.keyboard.press("/")
    page.get_by_role("combobox").or_(page.get_by_placeholder("Search")).first.wait_for()
    page.keyboard.type("doubtful", delay=20)
    page.get_by_text("What is a doubtful contact?").first.wait_for()
    page.close()


@pytest.mark.parametrize("name", ["index", "campaigns", "webhooks", "promises", "start/zh-CN", "packages/python"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_fits_a_telephone_and_a_screen(address, chromium, name, width):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_tabs_are_drawn(site):
    webhooks = (site / "webhooks.html").read_text(encoding="utf-8")
    assert [name in webhooks for name in (">Python</label>", ">JavaScript</label>", ">C</label>")] == [True] * 3
    assert "<!-- tabs -->" not in webhooks


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawings_are_seen(address, chromium, scheme):
    """Each text stands inside its drawing, in another color than the page."""
    page = chromium.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page.goto(f"{address}/campaigns.html")
    drawings = page.locator("svg.drawing")
    assert drawings.count() == 2
    for drawing in drawings.all():
        frame = drawing.bounding_box()
        texts = drawing.locator("text").all()
        assert len(texts) > 10
        for text in texts:
            box = text.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        colors = {
            page.evaluate("element => getComputedStyle(element).fill", texts[0].element_handle()),
            page.evaluate("getComputedStyle(document.body).backgroundColor"),
        }
        assert len(colors) == 2
    page.close()
