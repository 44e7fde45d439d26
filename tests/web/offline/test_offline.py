"""The copy for where there is no network: whole, the same for everybody, and gone when it is removed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import axe_faults, page_at, wider_than_screen
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ENTRIES = """async () => {
    const found = {}
    for (const name of await caches.keys()) {
        const kept = await (await caches.open(name)).keys()
        found[name] = kept.map(one => new URL(one.url).pathname + new URL(one.url).search)
    }
    return found
}"""


def listed(site: Site) -> list[str]:
    """The pages of the copy, as the worker has them."""
    found = re.search(r"new Set\((\[.*\])\)", site.get("/offline/worker.js").text)
    assert found is not None
    pages: list[str] = json.loads(found[1])
    return pages


def keep(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/offline")
    page.get_by_role("button", name="Keep the pages").click()
    page.locator("#state", has_text="are on this device").wait_for()


def test_every_page_of_the_copy_is_there_and_is_about_nobody(site: Site) -> None:
    pages = listed(site)
    assert len(pages) == len(set(pages))
    for one in pages:
        found = site.get(one)
        assert found.status == 200, one
        assert "public" in found.headers["cache-control"], one
    count = sum(site.get(one).headers["content-type"].startswith("text/html") for one in pages)
    assert f"You get {count} pages" in site.get("/offline").text
    room = sum(len(site.get(one).body) for one in pages)
    told = re.search(r"about (\d+) MB", site.get("/offline").text)
    assert told is not None
    assert int(told[1]) - 3 < room / 1e6 <= int(told[1])


def test_the_worker_may_answer_for_the_whole_site(site: Site) -> None:
    found = site.get("/offline/worker.js")
    assert found.headers["service-worker-allowed"] == "/"
    assert found.headers["content-type"].startswith("text/javascript")
    manifest = json.loads(site.get("/offline/deqi.webmanifest").text)
    assert site.get(manifest["start_url"]).status == 200
    assert [site.get(icon["src"]).status for icon in manifest["icons"]] == [200]


def test_the_page_is_clean(site: Site, browser: Browser) -> None:
    for dark in (False, True):
        with page_at(browser, dark=dark) as page:
            page.goto(f"{site.address}/offline")
            assert axe_faults(page) == []
            assert wider_than_screen(page) == 0
    with page_at(browser, script=False) as page:
        page.goto(f"{site.address}/offline")
        assert page.get_by_role("button").count() == 0


def test_nothing_is_kept_unless_asked(site: Site, browser: Browser) -> None:
    with page_at(browser) as page:
        page.goto(f"{site.address}/offline")
        page.locator("#state", has_text="Nothing is kept").wait_for()
        page.goto(f"{site.address}/t/diabetic")
        assert page.evaluate(ENTRIES) == {}
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0


def test_without_a_network_the_copy_is_read(site: Site, browser: Browser) -> None:
    pages = listed(site)
    with page_at(browser) as page:
        keep(page, site)
        page.goto(f"{site.address}/t/diabetic")
        page.goto(f"{site.address}/t/diabetic/full")
        page.goto(f"{site.address}/find?q=feet")
        # What was read is not to be seen in what is kept.
        kept = page.evaluate(ENTRIES)
        assert list(kept) == ["deqi-pages"]
        assert sorted(kept["deqi-pages"]) == sorted(pages)
        page.context.set_offline(True)
        heading = page.goto(f"{site.address}/t/diabetic/risks")
        assert heading is not None
        assert heading.status == 200
        assert page.locator("h1").inner_text() == "What harm can it do?"
        assert page.evaluate("getComputedStyle(document.querySelector('header.top')).display") == "flex"
        page.goto(f"{site.address}/plan")
        assert page.locator("#missing").is_visible()
        # A new copy that cannot come leaves the old one.
        page.get_by_role("button", name="Keep the pages").click()
        page.locator("#state", has_text="Not all pages").wait_for()
        assert sorted(page.evaluate(ENTRIES)["deqi-pages"]) == sorted(pages)
        page.get_by_role("button", name="Remove them").click()
        page.locator("#state", has_text="are gone").wait_for()
        assert page.evaluate(ENTRIES) == {}
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_nothing_can_be_sent_to_it(site: Site, method: str) -> None:
    head = {"Origin": site.address, "Sec-Fetch-Site": "same-origin"}
    assert site.ask("/offline", method, b"a=1", head).status == 405
