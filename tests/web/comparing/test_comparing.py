"""Trials ticked in and out: the page, its files and the address say the same as the pool itself."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from deqi.evidence.benefits import benefit_evidence
from deqi.evidence.repool import find, repool
from deqi.knowledge import load
from metafit import pool
from tests.support.browser import DESK, PHONE, axe_faults, page_at, tab_to, wider_than_screen
from tests.support.pooled import pooled_comparison
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOPIC = "neuropathy"


PLACE = pooled_comparison(TOPIC)
CELL, SYNTHESIS = find(benefit_evidence(load(), TOPIC), *PLACE.split("/")[3:]) or (None, None)
assert SYNTHESIS is not None
TRIALS = [one.trial.trial for one in SYNTHESIS.effects]


def test_json_equals_the_pool_of_the_csv(site: Site) -> None:
    query = "?" + "&".join(f"s={one}" for one in TRIALS[1:]) + "&method=DL"
    rows = list(csv.DictReader(io.StringIO(site.get(f"{PLACE}.csv{query}").text)))
    found = json.loads(site.get(f"{PLACE}.json{query}").body)
    fit = pool([float(row["yi"]) for row in rows], [float(row["vi"]) for row in rows], method="DL")
    assert [row["trial"] for row in rows] == TRIALS[1:]
    assert found["estimate"]["k"] == len(TRIALS) - 1
    assert found["estimate"]["tau2"] == pytest.approx(float(fit.heterogeneity.tau2), rel=1e-12)
    assert len(found["leave_one_out"]) in (0, len(rows))


def test_the_address_keeps_the_choice(site: Site) -> None:
    page = site.get(f"{PLACE}?s={TRIALS[0]}&s={TRIALS[1]}&s={TRIALS[2]}&method=PM").text
    assert page.count(" checked") == 3
    assert 'value="PM" selected' in page


def test_the_order_of_ticks_makes_no_other_page(site: Site) -> None:
    forward = site.get(f"{PLACE}?s={TRIALS[0]}&s={TRIALS[1]}&s={TRIALS[2]}")
    backward = site.get(f"{PLACE}?s={TRIALS[2]}&s={TRIALS[1]}&s={TRIALS[0]}&s={TRIALS[0]}")
    assert forward.headers["etag"] == backward.headers["etag"]


def test_nothing_ticked_is_said(site: Site) -> None:
    page = site.get(f"{PLACE}?s=").text
    assert " checked" not in page
    assert load().texts["repool.nothing"] in page


@pytest.mark.parametrize("query", ["?s=nobody2001", "?method=XX", "?s=%00", "?s='or'1'='1"])
def test_unknown_choices_are_refused_in_a_sentence(site: Site, query: str) -> None:
    found = site.get(PLACE + query)
    assert found.status == 422
    assert "nobody2001" not in found.text


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False])
def test_untick_a_trial(site: Site, browser: Browser, size: tuple[int, int], script: bool) -> None:
    rest = "&".join(f"s={one}" for one in TRIALS[1:])
    wanted = json.loads(site.get(f"{PLACE}.json?{rest}").body)["estimate"]["value"]
    with page_at(browser, size, script=script) as page:
        page.goto(site.address + PLACE)
        before = page.locator("#result").inner_text()
        page.locator(f"input[value={TRIALS[0]}]").uncheck()
        if not script:
            page.get_by_role("button").click()
        page.wait_for_url(lambda address: f"s={TRIALS[1]}" in address and f"s={TRIALS[0]}&" not in address)
        after = page.locator("#result").inner_text()
        assert after != before
        assert f"{abs(wanted):.2f}" in after
        assert wider_than_screen(page) == 0
        if script:
            assert axe_faults(page) == []


def test_a_trial_is_left_out_by_keyboard_alone(site: Site, browser: Browser) -> None:
    with page_at(browser, script=False) as page:
        page.goto(site.address + PLACE)
        tab_to(page, "input[type=checkbox]")
        left_out = page.evaluate("document.activeElement.value")
        page.keyboard.press("Space")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "s=" in address)
        assert f"s={left_out}" not in page.url.split("&") and f"?s={left_out}&" not in page.url


def test_leaving_out_a_trial_is_the_pool_of_the_others() -> None:
    assert CELL is not None and SYNTHESIS is not None
    whole = repool(CELL, SYNTHESIS, None, "REML")
    for one in whole.without:
        others = [effect.trial.trial for effect in whole.chosen if effect.trial.trial != one.trial]
        alone = repool(CELL, SYNTHESIS, others, "REML").estimate
        assert alone is not None
        assert (one.value, one.low, one.high) == pytest.approx((alone.value, alone.low, alone.high), rel=1e-9)
