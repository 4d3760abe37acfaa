"""The reports as people meet them: from disk, on a screen or a phone, in light and dark, by keyboard, on paper."""

import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from looking import DESKTOP, PHONE, Look, look_at, pixels
from playwright.sync_api import Browser, Page, expect

# Each page and where it lies.
PAGES = {
    "index": "index.html",
    "run": "run-*/report.html",
    "comparison": "comparison-*/report.html",
    "decomposition": "decomposition-*/report.html",
    "lag": "lag/report.html",
}
REPORTS = [name for name in PAGES if name != "index"]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
SMALLEST_TEXT = 9
# A page of A4 less the browser's margins, in pixels of CSS.
PAPER = (718, 1045)
ALL_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
LIGHT_PAPER = "rgb(254, 254, 254)"
ELSEWHERE = "https://reports.invalid"


@pytest.fixture(scope="module")
def looks(browser: Browser, reports: Path) -> dict[str, Look]:
    """A page of each kind, open."""
    found = {name: sorted(reports.glob(pattern)) for name, pattern in PAGES.items()}
    assert [name for name, files in found.items() if not files] == []
    return {name: look_at(browser, files[0]) for name, files in found.items()}


@pytest.fixture(params=PAGES)
def look(looks: dict[str, Look], request: pytest.FixtureRequest) -> Look:
    return looks[request.param]


@pytest.fixture(params=REPORTS)
def report(looks: dict[str, Look], request: pytest.FixtureRequest) -> Look:
    return looks[request.param]


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of all pages go, to be looked at: RA_SCREENSHOTS, or a folder of the session."""
    named = os.environ.get("RA_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def darkroom(browser: Browser) -> Iterator[Page]:
    """A page that reads pictures."""
    page = browser.new_page()
    yield page
    page.close()


def test_a_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_of(look: Look) -> None:
    assert set(look.requests) == {look.path.as_uri()}
    assert look.said == []


def test_each_link_leads_somewhere(look: Look, looks: dict[str, Look], reports: Path) -> None:
    places = {page.path.as_uri(): page.ids() for page in looks.values()}
    assert all(len(set(ids)) == len(ids) for ids in places.values())
    for link in look.page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)"):
        address, _, place = link.partition("#")
        assert address.startswith(reports.as_uri())
        assert Path(urlsplit(address).path).is_file(), link
        assert not place or place in places[address], link


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_each_chart_is_drawn_once_in_its_colours(
    look: Look, size: str, scheme: str, screenshots: Path, darkroom: Page, request: pytest.FixtureRequest
) -> None:
    look.anew().at(SIZES[size], scheme)
    drawings = look.drawings()
    figures = [drawing["figure"] for drawing in drawings]
    # Two drawings of each, one for this width.
    assert sorted(figures) == sorted(drawing["figure"] for drawing in look.drawings(visible=False))
    assert len(set(figures)) == len(figures)
    assert [drawing["figure"] for drawing in drawings if not drawing["markCount"]] == []

    path = screenshots / f"{request.node.callspec.params['look']}-{size}-{scheme}.png"
    picture = look.page.screenshot(path=path, full_page=True)
    width, height = look.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    regions = [{"box": drawing["marks"], "colours": drawing["colours"]} for drawing in drawings]
    whole, *charts = pixels(darkroom, picture, [{"box": {"x": 0, "y": 0, "width": width, "height": height}}, *regions])
    assert whole["colourCount"] > 20
    assert whole["drawn"] > 0.01
    wrong = {
        figure: chart
        for figure, chart in zip(figures, charts, strict=True)
        if chart["missing"] or chart["colourCount"] < 2 or not chart["drawn"]
    }
    assert wrong == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(look: Look, width: int) -> None:
    look.anew().at((width, 800))
    assert look.ask("sticksOut") == []
    look.ask("openAll", True)
    assert look.ask("sticksOut") == []


@pytest.mark.parametrize("size", SIZES)
def test_text_in_charts_is_large_enough_and_inside(report: Look, size: str) -> None:
    report.anew().at(SIZES[size])
    for drawing in report.drawings():
        left, right = drawing["room"]["x"], drawing["room"]["x"] + drawing["room"]["width"]
        for text in drawing["texts"]:
            assert text["size"] >= SMALLEST_TEXT, (drawing["figure"], text)
            slack = text["size"] if text["isSlanted"] else 1
            assert left - slack <= text["box"]["x"], (drawing["figure"], text)
            assert text["box"]["x"] + text["box"]["width"] <= right + slack, (drawing["figure"], text)


@pytest.mark.parametrize("size", SIZES)
def test_a_mark_under_the_pointer_tells_its_values(report: Look, size: str) -> None:
    page = report.anew().at(SIZES[size]).page
    for mark in report.ask("marksWithTips"):
        page.evaluate("y => scrollTo(0, y - innerHeight / 2)", mark["y"])
        page.mouse.move(mark["x"], mark["y"] - page.evaluate("scrollY"))
        tip = page.locator("#tip")
        assert tip.inner_text() in mark["tips"]
        box = tip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SIZES[size][0]


@pytest.mark.parametrize(
    ("scheme", "details", "rules"),
    [
        ("light", "open", ALL_RULES),
        # What is closed changes the outline of a page, and a dark scheme its colours: all else is looked at already.
        ("light", "closed", {**ALL_RULES, "rules": {"color-contrast": {"enabled": False}}}),
        ("dark", "open", {"runOnly": {"type": "rule", "values": ["color-contrast"]}}),
    ],
    ids=["light-open", "light-closed", "dark-open"],
)
def test_the_rules_of_accessibility_are_kept(look: Look, scheme: str, details: str, rules: dict[str, Any]) -> None:
    look.anew().at(DESKTOP, scheme).ask("openAll", details == "open")
    look.ask("shorten")
    found = Axe().run(look.page, options={**rules, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    assert found.response["passes"]


def test_the_keyboard_reaches_everything_and_is_seen(look: Look) -> None:
    page = look.anew().at(DESKTOP).page
    stops = look.ask("stops")
    look.ask("follow")
    for _ in stops:
        page.keyboard.press("Tab")
    followed = page.evaluate("window.looking.followed")
    assert [one["stop"] for one in followed] == stops
    assert [one for one in followed if not (one["isMarked"] and one["isInside"])] == []


def test_the_first_stop_leads_past_the_navigation(look: Look) -> None:
    page = look.anew().at(DESKTOP).page
    look.ask("follow")
    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    skip, after = (
        page.evaluate("window.looking.followed")[0],
        page.evaluate("document.activeElement.closest('main')?.id"),
    )
    assert skip["stop"] == "a: To the content"
    assert page.url.endswith("#content")
    assert after == "content"


def test_all_that_is_closed_opens_by_keyboard(look: Look) -> None:
    page = look.anew().at(DESKTOP).page
    closed = page.locator("details:not([open]) > summary")
    for _ in range(closed.count()):
        closed.first.press("Enter")
    assert closed.count() == 0


def test_the_list_of_runs_is_filtered_by_keyboard_and_says_how_many_it_shows(looks: dict[str, Look]) -> None:
    page = looks["index"].anew().at(DESKTOP).page
    rows, status = page.locator("#runs tbody tr"), page.get_by_role("status")
    run_count = rows.count()
    assert run_count > 3

    page.get_by_label("Type").press("c")
    expect(status).to_have_text(f"1 of {run_count} runs shown, newest first.")
    assert [row.get_attribute("data-type") for row in rows.locator("visible=true").all()] == ["comparison"]

    page.get_by_role("button", name="Show all").press("Enter")
    expect(status).to_have_text(f"{run_count} of {run_count} runs shown, newest first.")
    page.get_by_label("Description or id").press_sequentially("2024 Tables")
    found = rows.locator("visible=true").all_inner_texts()
    expect(status).to_have_text(f"{len(found)} of {run_count} runs shown, newest first.")
    assert 0 < len(found) < run_count
    assert all("2024" in text and "tables" in text for text in found)


def test_paper_is_light_and_cuts_nothing(look: Look, darkroom: Page) -> None:
    page = look.anew().at(PAPER, "dark", media="print").page
    look.ask("openAll", True)
    assert look.ask("sticksOut") == []
    cut = page.evaluate(
        """[...document.querySelectorAll(".scroll")]
            .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.ariaLabel)"""
    )
    assert cut == []
    corner = {"x": 0, "y": 0, "width": 4, "height": 4}
    (paper,) = pixels(darkroom, page.screenshot(), [{"box": corner, "colours": [LIGHT_PAPER]}])
    assert paper["missing"] == []
    # No chart is larger than a page, so that a break can stand before it.
    assert [one["figure"] for one in look.drawings() if one["height"] > PAPER[1]] == []


def test_charts_are_printed_as_drawings_in_light_colours(report: Look) -> None:
    report.anew().at(DESKTOP, "dark", media="print")
    of_marks = {colour for drawing in report.drawings() for colour in drawing["colours"]}
    pdf = report.page.pdf(format="A4")
    assert b"/Subtype /Image" not in pdf
    commands = "\n".join(_streams(pdf))
    printed = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) rg\b", commands)
    of_paper = {"rgb({}, {}, {})".format(*(round(float(channel) * 255) for channel in colour)) for colour in printed}
    assert of_marks
    assert of_marks <= of_paper


def _streams(pdf: bytes) -> Iterator[str]:
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        yield zlib.decompressobj().decompress(stream).decode("latin-1")


def test_nothing_can_be_fetched(browser: Browser, looks: dict[str, Look]) -> None:
    for one in looks.values():
        look = look_at(browser, one.path)
        refused = look.ask("refused", ELSEWHERE)
        assert refused == ["connect-src", "frame-src", "img-src", "script-src-elem", "style-src-elem"]
        page, *others = look.requests
        assert page == look.path.as_uri()
        # The browser lists them, and never sends them.
        assert all(request.endswith(" csp") for request in others)
        look.page.close()
