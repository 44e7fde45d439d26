"""How long each page is, measured in a browser and printed: words, screens of a phone, kilobytes, sheets of paper."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deqi.api import Library, ReportRequest, look_up, pages, read, report, write
from deqi.report.decision.html import decision_html
from deqi.report.decision.one_pager import one_pager, one_pager_html
from tests.support.browser import PHONE, chromium, page_at, wider_than_screen
from tests.support.decisions import DAY, TOPICS, decision, paper, sheet
from tests.support.reports import page_on

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_WORDS, MOST_SCREENS, MOST_SHEETS = 900, 6.0, 4
MOST_REPORT = {"diabetic": 21.0, "chemotherapy-induced": 24.0, "neuropathy": 31.0}
"""Screens of the full report behind its tap; of any other topic as of the widest."""
MOST_PERSON = 2.0
MOST_CLAIMS = 8.5
MOST_KB = 1100
PEOPLE = Path(__file__).parents[3] / "examples"
COUNT = "(one) => one.innerText.split(/\\s+/).filter(word => /[A-Za-z0-9]/.test(word)).length"
OPEN = "(which) => { for (const one of document.querySelectorAll(which)) one.open = true }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@functools.cache
def file(name: str) -> str:
    return decision_html(sheet(name), page_on(name))


def height(page: Page, which: str) -> float:
    """Screens of a phone that an element fills."""
    return float(page.locator(which).first.evaluate("one => one.getBoundingClientRect().height")) / PHONE[1]


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True, print_background=True)))


@pytest.mark.parametrize("name", TOPICS)
def test_a_decision_page_is_one_a_person_finishes(browser: Browser, name: str) -> None:
    with page_at(browser) as page:
        page.set_content(file(name))
        words, screens = int(page.locator(".decision").evaluate(COUNT)), height(page, ".decision")
        page.evaluate(OPEN, "details.full-report")
        behind = height(page, "details.full-report")
        page.evaluate(OPEN, "details")
        wider = wider_than_screen(page)
        tables = page.evaluate(
            "[...document.querySelectorAll('.scroll, .decision table')]"
            ".filter(one => one.scrollWidth > one.clientWidth + 1).length"
        )
        print(f"{name}: {words} words, {screens:.1f} screens, {behind:.1f} behind, {len(file(name)) / 1024:.0f} kB")
    assert words <= MOST_WORDS and screens <= MOST_SCREENS
    assert behind <= MOST_REPORT.get(name, max(MOST_REPORT.values()))
    assert len(file(name)) <= MOST_KB * 1024
    assert (wider, tables) == (0, 0)


@pytest.mark.parametrize("name", TOPICS)
def test_paper(browser: Browser, name: str) -> None:
    """The clinician's page is one A4, of a person's topic as of anybody's; the decision page prints whole."""
    with page_at(browser) as page:
        page.set_content(one_pager_html(paper(name)))
        one = sheets(page)
        page.set_content(file(name))
        printed = sheets(page)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 1016})  # A4 within its margins
        cut = page.evaluate(
            "[...document.querySelectorAll('.decision *')]"
            ".filter(one => one.getBoundingClientRect().right > 689).length"
        )
        page.evaluate(OPEN, "details.full-report")
        print(f"{name}: one-pager {one}, decision page {printed} sheets")
    assert one == 1 and printed <= MOST_SHEETS and cut == 0


def test_the_one_pager_of_a_person_is_the_same_sheet() -> None:
    library = Library.load()
    found = read.person(PEOPLE / "person.yaml", library, DAY)
    made = report(library, ReportRequest(DAY, "diabetic", person=found.person))
    assert made.personal is not None
    paged = one_pager(
        dataclasses.replace(decision("diabetic"), personal=made.personal), library.knowledge, library.phrases
    )
    assert paged == paper("diabetic")


def test_a_persons_part_comes_first_and_is_short(browser: Browser) -> None:
    library, day = Library.load(), dt.date(2026, 11, 24)
    found = read.person(PEOPLE / "person.yaml", library, day)
    made = report(library, ReportRequest(day, person=found.person))
    one = pages.decision(made, library)
    assert one is not None
    html = write.decision(one, "html", 80, "", pages.report(made, library))
    with page_at(browser) as page:
        page.set_content(html)
        screens, words = height(page, "#d-you"), int(page.locator("#d-you").evaluate(COUNT))
        first = page.locator(".decision section").first.get_attribute("id")
        order = page.evaluate("[...document.querySelectorAll('#d-you h3')].map(one => one.innerText)")
    print(f"person: {words} words, {screens:.1f} screens more")
    assert first == "d-you" and screens <= MOST_PERSON
    assert order == [library.phrases.say("decision.you.bars"), library.phrases.say("decision.you.ask")]
    assert "nerve damage from diabetes" in html and "diabetic polyneuropathy" in html


def test_the_claims_are_a_page_to_share(browser: Browser) -> None:
    library = Library.load()
    html = write.page(pages.claims(look_up.claims(library, None), library), "html")
    with page_at(browser) as page:
        page.set_content(html)
        words, screens = int(page.locator("body").evaluate(COUNT)), height(page, "html")
        printed = sheets(page)
        page.evaluate(OPEN, "details")
        wider = wider_than_screen(page)
    print(f"claims: {words} words, {screens:.1f} screens, {len(html) / 1024:.0f} kB, {printed} sheets")
    assert words <= 1400 and screens <= MOST_CLAIMS and printed <= 6 and wider == 0


def test_a_number_leads_to_its_row_in_one_tap(browser: Browser, tmp_path: Path) -> None:
    """The row opens though it lies behind two taps, and it can be read where it lies."""
    with page_at(browser) as page:
        (tmp_path / "page.html").write_text(file("diabetic"), encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        links = page.locator(".decision .d-why")
        assert links.count() >= 10
        for index in (0, 5, links.count() - 1):
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
            link = links.nth(index)
            page.evaluate(
                "(one) => one.closest('details') && (one.closest('details').open = true)", link.element_handle()
            )
            link.click()
            place = page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")
            assert place.is_visible() and len(place.inner_text()) > 30
            box = place.bounding_box()
            assert box is not None and -5 <= box["y"] < PHONE[1]
