"""Every address of the site answers, is clean for axe, fits a phone, and leads to its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from deqi.knowledge import load
from deqi.report.topics import topics
from tests.support.browser import DESK, PHONE, axe_faults, page_at, tab_to, wider_than_screen
from tests.support.site import MOST_BYTES, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REVIEWS = tuple(f"/t/{one.name}" for one in topics(load()) if one.kind == "reviews")
PAGES = (
    "/",
    "/find?q=diabetes",
    "/find?q=nothing+of+the+kind",
    "/claims",
    "/about",
    "/about/ipdas",
    "/methods",
    "/e/gaps",
    "/e/changes",
    "/e/trials",
    "/e/sources",
    "/e/trial/schroeder2007",
    "/e/source/witt2009",
    "/e/row/neuropathy/value/O001",
    "/t/neuropathy",
    "/t/diabetic",
    "/t/back-pain",
    "/t/neuropathy/clinician",
    "/t/neuropathy/full",
    "/t/neuropathy/benefits",
    "/t/diabetic/risks",
    "/t/diabetic/may-i",
    "/t/diabetic/sure",
    "/t/diabetic/else",
    "/t/diabetic/print",
    "/e/why/diabetic?r=value:O039+value:O040",
    "/t/neuropathy/compare",
    "/ask",
    "/pool",
    "/api",
    "/nothing-here",
)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("method") == "post":
            return
        for name in ("href", "src", "action"):
            if (where := named.get(name)) is not None:
                self.found.append(where)


def links(page: str) -> Iterator[str]:
    reader = _Links()
    reader.feed(page)
    yield from reader.found


def test_a_crawl_finds_no_dead_end(site: Site) -> None:
    """From the first page to every address of the site that a link names; other hosts are sources, never loaded."""
    waiting, seen, external = ["/", "/e/trials", "/e/sources"], set(), set()
    while waiting:
        place = waiting.pop()
        if place in seen or len(seen) >= 400:
            continue
        seen.add(place)
        found = site.get(place)
        assert found.status == 200, place
        if "text/html" not in found.headers["content-type"]:
            continue
        assert place in REVIEWS or site.size(place) <= MOST_BYTES, place
        for where in links(found.text):
            target = urldefrag(urljoin(place, where)).url
            if urlsplit(target).netloc:
                external.add(urlsplit(target).scheme)
            elif target and target not in seen and "?p=" not in target:  # every choice of points is an address
                waiting.append(target)
    assert len(seen) > 60
    assert external <= {"http", "https"}


@pytest.mark.parametrize("place", PAGES)
def test_pages_are_clean_on_a_phone(site: Site, browser: Browser, place: str) -> None:
    with page_at(browser, PHONE) as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(site.address + place)
        assert axe_faults(page) == []
        assert wider_than_screen(page) == 0
        assert all(one.startswith(site.address) for one in requests)


@pytest.mark.parametrize("place", ["/", "/claims", "/methods", "/t/neuropathy/compare"])
def test_pages_are_clean_on_a_desk_in_the_dark(site: Site, browser: Browser, place: str) -> None:
    with page_at(browser, DESK, dark=True) as page:
        page.goto(site.address + place)
        assert axe_faults(page) == []


def test_from_the_first_page_to_a_row_by_keyboard_alone(site: Site, browser: Browser) -> None:
    with page_at(browser, script=False) as page:
        page.goto(site.address)
        tab_to(page, "input[type=search]")
        page.keyboard.type("diabetes")
        page.keyboard.press("Enter")
        page.wait_for_url("**/find?*")
        tab_to(page, "main a[href='/t/diabetic']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/t/diabetic")
        tab_to(page, "summary")
        page.keyboard.press("Enter")
        assert page.locator("details[open]").count() == 1
        tab_to(page, "a[href^='/e/row/']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/e/row/**")
        assert page.locator("h1").is_visible()


@pytest.mark.parametrize(
    ("typed", "leads"),
    [("diabetes", "/t/diabetic"), ("HIV", "/t/hiv"), ("back", "/t/back-pain"), ("carpal", "/t/carpal")],
)
def test_what_is_typed_finds_a_topic(site: Site, typed: str, leads: str) -> None:
    assert leads in site.get(f"/find?q={typed}").text


def test_what_is_typed_is_shown_as_text(site: Site) -> None:
    page = site.get("/find?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_every_page_prints_its_edition(site: Site) -> None:
    edition = load().edition.version
    for place in PAGES[:-1]:
        assert edition in site.get(place).text, place


def test_every_rule_survey_and_source_has_a_page(site: Site) -> None:
    from deqi.knowledge.tables.harms import HarmSurvey
    from deqi.knowledge.tables.sources import Source

    knowledge = load()
    places = [f"/e/rule/{one.id}" for one in knowledge.rules[::10]]
    places += [f"/e/survey/{one.survey}" for one in knowledge.rows(HarmSurvey)[::5]]
    places += [f"/e/source/{one.source}" for one in knowledge.rows(Source)[::40]]
    for place in places:
        found = site.get(place)
        assert found.status == 200, place


@pytest.mark.parametrize("topic", ["diabetic", "chemotherapy-induced", "neuropathy"])
def test_every_sentence_that_rests_on_rows_leads_to_them(site: Site, topic: str) -> None:
    """From the page to decide with, one tap to the rows of a sentence, and one from there to a row and its source."""
    asked = [one for one in links(site.get(f"/t/{topic}").text) if one.startswith("/e/")]
    behind = {one for one in asked if one.startswith("/e/why/")}
    assert len(behind) > 3 and len([one for one in asked if one.startswith("/e/row/")]) > 3
    for place in behind:
        page = site.get(place)
        assert page.status == 200, place
        rows = ("/e/row/", "/e/source/", "/e/rule/", "/e/trial/")
        assert any(one.startswith(rows) for one in links(page.text)), place


def test_a_row_nobody_knows_is_not_there(site: Site) -> None:
    for place in ("/e/why/diabetic", "/e/why/diabetic?r=value:none", "/e/why/none?r=value:O039"):
        assert site.get(place).status == 404


@pytest.mark.parametrize("part", ["benefits", "risks"])
def test_help_and_harm_are_told_at_three_depths(site: Site, part: str) -> None:
    """In a sentence, on a card, and with every row behind a tap."""
    page = site.get(f"/t/neuropathy/{part}").text
    assert page.index('class="lead"') < page.index('class="card"') < page.index("<details>")


def test_methods_say_what_the_code_does(site: Site) -> None:
    from deqi.knowledge.thresholds import thresholds
    from metafit import pool

    page = re.sub(r"\s+", " ", site.get("/methods").text)
    fit = pool([0.1, 0.4, 0.2], [0.1, 0.1, 0.1])
    assert f"The method is {fit.method} with the {fit.test} test" in page
    assert f"From {thresholds().least_to_pool} trials on" in page
    assert f"from {thresholds().least_to_predict} trials on" in page
