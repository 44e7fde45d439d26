"""The atlas on the site: every view and point answers, is clean for axe, fits a phone, and needs no script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deqi.api import Library
from deqi.api.atlas import protocols
from deqi.bodymap.scenes import VIEWS
from deqi.knowledge import load
from deqi.knowledge.tables.atlas import Point
from tests.support.browser import DESK, PHONE, axe_faults, page_at, wider_than_screen
from tests.support.site import MOST_BYTES, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROTOCOLS = [f"?protocol={one.name}" for one in protocols(Library.load())]
CODES = [row.code for row in load().rows(Point)]
PAGES = (
    "/points",
    "/points?q=calf",
    "/points?q=nothing",
    "/points/map",
    "/points/map?protocol=dimitrova-2017",
    "/points/map/front",
    "/points/map/chest",
    "/points/map/head-left",
    "/points/map/sole?protocol=dimitrova-2017",
    "/points/ST36",
    "/points/BL13",
    "/points/EX-LE10",
)


@pytest.mark.parametrize(
    "path",
    [f"/points/map/{name}" for name in VIEWS]
    + ["/points/map", "/points", *(f"/points/map{one}" for one in PROTOCOLS), f"/points/map/front{PROTOCOLS[0]}"],
)
def test_a_page_is_small(site: Site, path: str) -> None:
    assert site.get(path).status == 200
    assert site.size(path) <= MOST_BYTES


def test_every_point_has_a_page(site: Site) -> None:
    for code in CODES:
        found = site.get(f"/points/{code}")
        assert found.status == 200, code
        assert code in found.text and "schematic" in found.text


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit(site: Site, browser: Browser, size: tuple[int, int], dark: bool) -> None:
    faults = {}
    with page_at(browser, size, dark=dark) as page:
        for path in PAGES:
            page.goto(f"{site.address}{path}")
            if found := [*axe_faults(page), *([f"wide by {wide}"] if (wide := wider_than_screen(page)) > 0 else [])]:
                faults[path] = found
    assert faults == {}


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("ST36", ["ST36"]),
        ("st 36", ["ST36"]),
        ("zusanli", ["ST36"]),
        ("Zúsānlǐ", ["ST36"]),
        ("足三里", ["ST36"]),
        ("sole of the foot", ["KI1"]),
        ("pudendal nerve", ["BL35"]),
        ("no such thing", []),
    ],
)
def test_points_are_found_by_what_people_write(site: Site, typed: str, codes: list[str]) -> None:
    from urllib.parse import quote

    found = re.findall(r'href="/points/([A-Z-]+\d*[A-Z0-9]*)"><b>', site.get(f"/points?q={quote(typed)}").text)
    assert set(codes) <= set(found) and bool(codes) == bool(found)
    if codes == ["ST36"]:
        assert found == codes


def test_without_script_by_keyboard_from_the_body_to_a_point(site: Site, browser: Browser) -> None:
    with page_at(browser, PHONE, script=False) as page:
        page.goto(f"{site.address}/points/map/front")
        page.locator('svg a[aria-label="breastbone"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/points/map/chest")
        first = page.locator(".bodymap a").first
        first.focus()
        assert first.evaluate("one => getComputedStyle(one.querySelector('circle')).strokeWidth") != "0px"
        page.keyboard.press("Enter")
        page.wait_for_url("**/points/LU1")
        assert "lung" in page.locator("main").inner_text()


def test_layers_are_hidden_without_script(site: Site, browser: Browser) -> None:
    with page_at(browser, PHONE, script=False) as page:
        page.goto(f"{site.address}/points/map/chest")
        for layer, mark in (("organs", ".organ"), ("channels", ".channel"), ("danger", ".danger")):
            shown = "one => getComputedStyle(one).display"
            assert page.locator(mark).first.evaluate(shown) != "none"
            page.locator(f"#no-{layer}").check()
            assert page.locator(mark).first.evaluate(shown) == "none"


def test_a_protocol_names_its_points_alone(site: Site) -> None:
    text = site.get("/points/map/leg-inner?protocol=shlay-1998").text
    drawn = text.partition("<svg")[2].partition("</svg>")[0]
    assert re.findall(r'href="/points/(\w+)"', drawn) == ["SP7", "SP9"]


@pytest.mark.parametrize("path", ["/points/XX99", "/points/map/nowhere", "/points/map?protocol=none"])
def test_what_is_not_there_is_404(site: Site, path: str) -> None:
    assert site.get(path).status == 404


def test_a_code_in_small_letters_leads_to_the_point(site: Site) -> None:
    found = site.get("/points/st36")
    assert (found.status, found.headers["location"]) == (301, "/points/ST36")
