"""The page of a campaign's report, in a real browser. SCREENSHOTS=<folder> keeps pictures."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest
from conftest import CAMPAIGN
from playwright.sync_api import sync_playwright
from test_campaign import contacts

from airudder import DoubtfulContact, Rejected, Report, Webhooks, Workflow
from airudder._page import page as page_module
from airudder._page.charts import percent
from airudder._page.countries import calling_code, country_of
from airudder._page.results import Results

BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
# No tries of the browser's own to reach anybody, and as it runs in containers, with little of /dev/shm.
OPTIONS = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
OPTIONS += ["--disable-sync", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
HOSTILE = '</title><script>alert(1)</script><img src="http://host.invalid/x" onerror="alert(2)">'
CODES = ["+62", "+62", "+63", "+91", "+234", "+44", "+1"]
ANSWERS = ["normal", "normal", "busy", "switchoff", "a new one"]


def call(number, **more):
    """The data of an event, as a call of a workflow has it."""
    answer = ANSWERS[number % len(ANSWERS)]
    connected = answer == "normal"
    detail = {
        "callee": f"{CODES[number % len(CODES)]}000{number:07}",
        "result": "finished" if connected else "failed",
        "result_label": "ABC"[number % 3] if connected else "F",
        "ring_type": answer,
        "duration": number % 60 if connected else 0,
        "call_end_time": f"2026-07-{1 + number % 3:02} {8 + number % 11:02}:{number % 60:02}:00",
    }
    return {"workflow_id": "w-1", "case_id": f"case-{number}", "details": [detail | more]}


def report(accepted, rejected=(), doubtful=()):
    return Report(accepted, [*rejected], [*doubtful], [Workflow("w-1", "july", accepted)])


@pytest.fixture(scope="module")
def browser():
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    assert found, "install Chromium to run this test: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS, timeout=180_000)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """Open a file, and see that it asks for nothing and complains of nothing."""
    pages, seen = [], []

    def open_file(path, width=1280, scheme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.set_default_timeout(180_000)
        page.on("request", lambda request: seen.append(request.url))
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(error.message))
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        pages.append(page)
        assert seen == [path.as_uri()]
        seen.clear()
        return page

    yield open_file
    assert seen == []
    for page in pages:
        page.close()


def tiles(page):
    """The headline figures by their names."""
    texts = page.eval_on_selector_all(
        ".tile",
        "all => all.map(one => [one.querySelector('dt'), one.querySelector('b')].map(part => part.textContent))",
    )
    return dict(texts)


def table(page, heading):
    """The rows of the table below a heading."""
    card = page.locator("section", has=page.get_by_role("heading", name=re.compile(f"^{heading}")))
    return card.evaluate(
        "card => [...card.querySelectorAll('tbody tr')].map(row => [...row.children].map(one => one.textContent))"
    )


@pytest.fixture(scope="module")
def july(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "july.html"
    rejected = [
        Rejected(1007, "E1007", "/callee", "no to +62 812-3456-789 or 6281234567", "case-1007"),
        Rejected(1009, "E3001", None, f"refused: {HOSTILE}", f"c{HOSTILE}"),
        Rejected(1011, "E1013", "/caseid", "comes twice", "+6281299990000"),
    ]
    events = [call(number) for number in range(900)]
    events += [call(5), {**call(6), "workflow_id": "w-2"}, {"event": "message.send"}]
    events += [call(900, result_label=HOSTILE), call(901, call_end_time="soon"), call(902, callee=None)]
    report(1000, rejected, [DoubtfulContact(1008, "case-1008"), DoubtfulContact(1010, None)]).to_html(
        path, events, title=f"July {HOSTILE}"
    )
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 360])
def test_it_fits_every_screen_and_asks_nobody(opened, july, width, scheme):
    page = opened(july, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    shown = page.eval_on_selector_all(
        ".chart", "all => all.filter(one => one.offsetWidth).map(one => one.getBoundingClientRect().right)"
    )
    assert len(shown) == 5
    assert max(shown) <= width
    # No text of a chart stands out of its picture, whatever the font.
    out = page.evaluate("""() => [...document.querySelectorAll('.chart')].flatMap(chart => {
        const box = chart.querySelector('svg').getBoundingClientRect();
        return [...chart.querySelectorAll('text')].filter(text => {
            const own = text.getBoundingClientRect();
            return own.left < box.left - 1 || own.right > box.right + 1;
        }).map(text => text.textContent);
    })""")
    assert out == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(16, 20, 27)") == (scheme == "dark")
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"report-{scheme}-{width}.png", full_page=True)


def test_it_says_what_the_data_say(opened, july):
    page = opened(july)
    connected = [number for number in range(903) if ANSWERS[number % 5] == "normal"]
    assert tiles(page) == {
        "Accepted": "1,000",
        "Rejected": "3",
        "Doubtful": "2",
        "Results received": "903",
        "Results missing": "97",
        "Connected": percent(len(connected), 903),
    }
    talked = sum(number % 60 > 0 for number in connected)
    assert table(page, "From contact") == [
        ["Contacts", "1,005"],
        ["Accepted", "1,000"],
        ["With a result", "903"],
        ["Called", "903"],
        ["Connected", str(len(connected))],
        ["Conversation", str(talked)],
    ]
    outcomes = table(page, "Outcomes")
    assert outcomes[0] == ["F", str(903 - len(connected)), "0", "0.0%"]
    assert sum(int(row[1]) for row in outcomes) == 903
    countries = {name: int(count) for name, count, *_ in table(page, "Countries")}
    assert countries["+62 ID"] == 2 * 129
    assert (countries["unknown"], countries["+44 GB and 3 more"]) == (1, 129)
    assert {row[0]: int(row[1]) for row in table(page, "The network")}["a new one"] == 180
    hours = table(page, "Results over time")
    assert (hours[0][0], hours[-1][0], len(hours)) == ("2026-07-01 08", "2026-07-03 18", 33)
    assert sum(int(row[1]) for row in hours) == 902
    # What a chart draws is what its table says.
    marks = page.eval_on_selector_all(".wide path title", "all => all.map(one => one.textContent)")
    assert f"2026-07-01 08: {hours[0][1]}, {hours[0][2]} of them connected" in marks
    notes = page.locator("#notes").text_content()
    for note in (
        "other workflows, which are left out: 1.",
        "tell of no call, which are left out: 1.",
        "can be read: 1.",
    ):
        assert note in notes


def test_what_came_with_the_data_is_text(opened, july):
    page = opened(july)
    assert page.locator("h1").text_content() == page.title() == f"July {HOSTILE}"
    assert page.locator("script, img, iframe, object, embed").count() == 0
    rejected = table(page, "Rejected")
    assert rejected[0] == ["case-1007", "1007", "E1007", "/callee", "no to *** or ***"]
    assert rejected[1][4] == f"refused: {HOSTILE}"
    assert table(page, "Doubtful") == [["case-1008", "1008"], ["-", "1010"]]
    assert HOSTILE in [row[0] for row in table(page, "Outcomes")]


def test_there_is_no_phone_number_in_the_file(july):
    text = july.read_text()
    assert "case-1007" in text
    assert re.findall(r"\+ ?\d[\d ().-]{5,}", text) == []
    # Nor any of those that were given, by whatever part of it.
    given = ["6281299990000", "6281234567", "8123456789", "812-3456"]
    given += [f"000{number:07}" for number in range(903)]
    shown = re.sub(r' (d|transform|x2|y2|points)="[^"]*"', "", text)
    assert [number for number in given if number in shown] == []


def test_everybody_can_read_it(opened, july):
    page = opened(july)
    assert page.evaluate("document.documentElement.lang") == "en"
    # A chart is for the eye; the table below it says the same.
    assert page.locator(".chart:not([aria-hidden=true])").count() == 0
    assert page.locator("details table").count() == page.locator("summary").count() == 5
    page.locator("summary").first.press("Enter")
    assert page.locator("details table").first.is_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colors = page.evaluate("""() => {
            const style = getComputedStyle(document.documentElement);
            return Object.fromEntries(['page', 'card', 'ink', 'soft', 'connected', 'other', 'bad', 'unsure']
                .map(name => [name, style.getPropertyValue('--' + name).trim()]));
        }""")
        for ground in ("page", "card"):
            assert min(contrast(colors[name], colors[ground]) for name in ("ink", "soft", "bad", "unsure")) >= 4.5
        # Both parts of a bar stand out of the card; they differ in lightness, and not in hue alone.
        assert min(contrast(colors[name], colors["card"]) for name in ("connected", "other")) >= 3
        assert contrast(colors["connected"], colors["other"]) >= 1.6


def contrast(one, other):
    """As WCAG 2 reckons it."""

    def lightness(color):
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((lightness(one), lightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_can_be_printed(opened, july, tmp_path):
    page = opened(july, 1280, "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(path=tmp_path / "july.pdf", format="A4").startswith(b"%PDF")
    if folder := os.environ.get("SCREENSHOTS"):
        page.set_viewport_size({"width": 794, "height": 1123})
        page.screenshot(path=Path(folder) / "report-print.png", full_page=True)


@pytest.mark.parametrize("name", ["empty", "rejected"])
def test_a_campaign_without_results(opened, tmp_path, name):
    refused = [Rejected(place, "E1007", "/callee", "no", None) for place in range(1200)] if name == "rejected" else []
    path = tmp_path / "page.html"
    report(0, refused).to_html(path)
    page = opened(path, 360)
    assert tiles(page)["Rejected"] == f"{len(refused):,}"
    assert (tiles(page)["Accepted"], tiles(page)["Connected"]) == ("0", "-")
    assert page.locator(".chart svg:visible").count() == 1
    assert "No results yet" in page.locator(".empty").text_content()
    assert len(table(page, "Rejected")) == min(len(refused), page_module.MOST_ROWS)
    assert ("And 700 more." in page.locator("#rejected").text_content()) == bool(refused)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"report-{name}.png", full_page=True)


def test_a_campaign_of_the_sandbox_is_shown(client, opened, tmp_path):
    done = client.campaigns.run(**CAMPAIGN, journal=tmp_path / "j", contacts=contacts(50))
    event = json.dumps({**call(1), "workflow_id": done.workflows[0].workflow_id}).encode()
    hooks = Webhooks(require_signature=False)
    done.to_html(tmp_path / "page.html", (hooks.unwrap(event, {}) for _ in range(3)))
    assert tiles(opened(tmp_path / "page.html"))["Results missing"] == "49"


def test_odd_events_break_nothing():
    odd = [{}, {"details": None}, {"details": [None, 1, []]}, {"details": [{}]}, {"details": [{}]}]
    odd.append(
        {"case_id": 7, "details": [{"callee": ["+62"], "ring_type": {}, "duration": True, "result_label": "\ud800"}]}
    )
    odd.append({"case_id": "\ud800", "details": [{"duration": float("nan"), "call_end_time": "9999-99-99"}]})
    with Results() as results:
        results.add(odd)
        figures = results.figures()
    assert (figures.contacts, figures.other_events, figures.connected, figures.without_time) == (4, 3, 0, 4)


def test_of_several_results_of_a_contact_the_last_counts():
    with Results(["w-1"]) as results:
        results.add([call(1), call(1, result_label="Z")])
        results.add([call(2, result_label="first"), call(2, result_label="Z")])
        figures = results.figures()
        assert [(one.name, one.contacts) for one in figures.labels] == [("Z", 2)]
        assert results.has({"caseid": "case-1"})
        assert not results.has({"caseid": "case-3", "callee": "+62000"})
    assert (figures.calls, figures.contacts) == (4, 2)


def test_the_rarest_are_counted_together():
    with Results() as results:
        results.add(call(number, result_label=f"label {min(number, 30)}") for number in range(40))
        labels = results.figures().labels
    assert (len(labels), labels[0].name, labels[0].contacts) == (13, "label 30", 10)
    assert (labels[-1].name, labels[-1].contacts) == ("others", 19)


@pytest.mark.parametrize(
    ("last", "unit", "name"),
    [
        ("2026-07-01 08:01:00", "second", "2026-07-01 08:01:00"),
        ("2026-07-01 10:00:00", "minute", "2026-07-01 10:00"),
        ("2026-07-03 10:00:00", "hour", "2026-07-03 10"),
        ("2026-08-03 10:00:00", "day", "2026-08-03"),
        ("2028-08-03 10:00:00", "month", "2028-08"),
        ("2046-08-03 10:00:00", "year", "2046"),
    ],
)
def test_the_unit_of_time_fits_its_span(last, unit, name, opened, tmp_path):
    events = [call(1, call_end_time="2026-07-01 08:00:00"), call(2, call_end_time=last)]
    with Results() as results:
        results.add(events)
        figures = results.figures()
    assert (figures.unit, figures.times[-1].name) == (unit, name)
    report(2).to_html(tmp_path / "page.html", events)
    assert table(opened(tmp_path / "page.html"), "Results over time")[-1][0] == name


def test_calling_codes_are_those_of_the_library():
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        assert calling_code(f"+{code}000000") == str(code)
        assert country_of(str(code)).startswith(f"+{code}")
        assert regions[0] == "001" or regions[0] in country_of(str(code))
    assert [calling_code(one) for one in ("6281", "0812", "", None, "+", "+6")] == [""] * 6


def test_shares_are_not_rounded_to_what_they_are_not():
    shown = [percent(*one) for one in [(0, 0), (0, 9), (1, 9999), (9998, 9999), (9, 9), (1, 3)]]
    assert shown == ["-", "0.0%", "<0.1%", ">99.9%", "100.0%", "33.3%"]


LARGE = """
import resource, sys
from airudder._page import results
results.SCHEMA = results.SCHEMA.replace(f"-{results.CACHE_KIB};", "-2048;")
def events(count):
    for number in range(count):
        call = {"callee": f"+62000{number:07}", "ring_type": "normal", "result_label": "A", "duration": 9}
        yield {"case_id": f"case-{number}", "details": [call | {"call_end_time": "2026-07-01 08:00:00"}]}
with results.Results() as found:
    found.add(events(int(sys.argv[1])))
    print(found.figures().contacts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_events():
    def measured(count):
        command = [sys.executable, "-c", LARGE, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
        contacts, kib = map(int, done.stdout.split())
        assert contacts == count
        return kib

    assert measured(200_000) - measured(20_000) < 8 * 1024


def test_without_the_libraries_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ImportError, match=r"pip install airudder\[report\]"):
        report(1).to_html(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
