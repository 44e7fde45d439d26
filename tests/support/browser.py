"""Headless Chromium for tests: pages at a width, what axe finds on them, and every address of the site."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe_playwright_python

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE, DESK = (390, 844), (1440, 900)
PATIENCE = 600_000
"""Milliseconds: what does not come is told all the same, and a busy machine is no fault of the page."""
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
NEEDED = "chromium is needed for the tests of the pages: apt-get install chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        raise RuntimeError(NEEDED)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=[*QUIET, "--disable-sync", "--no-first-run"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_at(
    browser: Browser, size: tuple[int, int] = PHONE, *, script: bool = True, dark: bool = False
) -> Iterator[Page]:
    """A page of a browser that has seen nothing before."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


@functools.cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def axe_faults(page: Page) -> list[str]:
    """What axe-core objects to (WCAG 2.2 A and AA, best practices), in words. Goes around the page's own policy."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": _axe()})
    ask = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations))"
    answer = session.send("Runtime.evaluate", {"expression": ask, "awaitPromise": True, "returnByValue": True})
    import json

    found: list[dict[str, Any]] = json.loads(answer["result"]["value"])
    return [f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def wider_than_screen(page: Page) -> int:
    """By how many pixels the page must be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until the focus is on an element of a selector; where it is must always be seen."""
    look = """wanted => {
        const at = document.activeElement, style = getComputedStyle(at)
        const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        return [at.matches(wanted), seen, at.outerHTML.slice(0, 120)]
    }"""
    for _ in range(most):
        page.keyboard.press("Tab")
        found, seen, what = page.evaluate(look, selector)
        assert seen, f"the focus is not to be seen on {what}"
        if found:
            return
    raise AssertionError(f"Tab never comes to {selector}")
