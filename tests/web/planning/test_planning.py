"""The plan checker: three ways to begin, the same judgement as the engine's, nothing kept, no script needed."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from deqi.api import AssessRequest, Library, asking, assess, planning, read
from tests.support.browser import DESK, PHONE, axe_faults, page_at, wider_than_screen
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIBRARY = Library.load()
LINES = "ST36 L/R 15mm perp\nSP6 left 12mm perp\nKI27 left 12mm perp\nBL13 both 12mm perp"


def _statuses(text: str) -> list[str]:
    said = {
        LIBRARY.phrases.say(f"web.plan.status.{one}"): one
        for one in ("omit", "change", "ask", "no-data", "ok-note", "ok")
    }
    return [said[one] for one in re.findall(r'<span class="chip">([^<]+)</span>', text)]


def test_the_form_judges_as_the_engine_does(site: Site) -> None:
    today = dt.datetime.now().astimezone().date()
    ticks = [one.question for one in planning.ticks(LIBRARY)]
    person = read.person(b"{}", LIBRARY, today).person
    for name in ticks:
        value = "yes" if name == "blood-thinning-medicine" else "no"
        person = asking.with_answer(person, asking.answer(name, value, today))
    plan, faults = planning.plan_of(LIBRARY, planning.jotted(LIBRARY, LINES)[0], {})
    assert faults == {} and len(ticks) == 12
    check = assess(LIBRARY, AssessRequest(person, today, plan)).check
    assert check is not None
    found = site.post("/plan", [("do", "check"), ("add", LINES), ("tick", "blood-thinning-medicine"), ("asked", "yes")])
    assert found.status == 200
    assert _statuses(found.text) == [one.status for one in check.needlings]
    lights = re.findall(r'class="light (\w+)"', found.text)
    assert lights == [planning.light(one.status) for one in check.needlings]
    assert "red" in lights


def test_what_is_not_known_is_never_green(site: Site) -> None:
    assert {status for status, light in planning.LIGHTS.items() if light == "green"} == {"ok", "ok-note"}
    unknown = site.post("/plan", [("do", "check"), ("add", "ST36 left 15mm perp")])
    assert re.findall(r'class="light (\w+)"', unknown.text) == ["amber"]
    assert "of the first questions about the person are not answered" in unknown.text


def test_ticks_that_were_not_asked_are_not_a_no(site: Site) -> None:
    """Without the last tick the twelve stay open; with it they are answered, and fewer questions are left."""
    unasked = site.post("/plan", [("do", "check"), ("add", "ST36 left 15mm perp")]).text
    asked = site.post("/plan", [("do", "check"), ("add", "ST36 left 15mm perp"), ("asked", "yes")]).text
    assert "of the first questions" in unasked and "of the first questions" not in asked


def test_a_plan_begins_with_a_protocol(site: Site) -> None:
    found = site.post("/plan", [("do", "protocol"), ("protocol", "garrow-2014")]).text
    assert re.findall(r'name="place" value="([^"]+)"', found) == ["LR3", "KI3", "SP6", "SP10", "ST36"]


def test_a_plan_begins_with_points_of_an_address(site: Site) -> None:
    found = site.get("/plan?p=ST36&p=LI4&p=XX1").text
    assert re.findall(r'name="place" value="([^"]+)"', found) == ["ST36", "LI4"]


def test_a_tap_adds_a_point_and_a_second_takes_it_out(site: Site, browser: Browser) -> None:
    with page_at(browser, PHONE, script=False) as page:
        page.goto(f"{site.address}/plan/map/front")
        for name in ('="shin"', '^="ST36 "', '^="LR4 "', '^="ST36 "'):
            # Whoever only waits for the state may tap once more before the next page has come.
            with page.expect_navigation():
                page.locator(f"svg a[aria-label{name}]").first.dispatch_event("click")
        page.get_by_role("link", name="Back to the plan (1)").click()
        page.wait_for_url("**/plan?p=LR4")


def test_refused_words_are_said_and_stay_to_be_mended(site: Site) -> None:
    found = site.post("/plan", [("do", "check"), ("add", "ST36 left 1cun\nLI4 both 10mm\nnowhere left")])
    assert found.status == 422
    assert "Line 1: “1cun” is not understood" in found.text
    assert "Needle 2 (nowhere):" in found.text
    assert "ST36 left 1cun</textarea>" in found.text
    assert 'class="light' not in found.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("gauge", "thick")], "gauge_mm"),
        ([("licence", "soon")], "licence_valid_until"),
        ([("pairs", "KI3 left + KI1 left")], "KI3 is not among the needlings"),
        ([("posture", "flying")], "posture"),
    ],
)
def test_a_session_that_cannot_be_read_is_said(site: Site, fields: list[tuple[str, str]], words: str) -> None:
    found = site.post("/plan", [("do", "check"), ("add", "ST36 left 15mm"), *fields])
    assert found.status == 422 and words in found.text


def test_an_alternative_takes_the_place_of_a_needle(site: Site) -> None:
    told = _healthy(site, "ST36 left 12mm perp")
    found = site.post("/plan", [*told, ("do", "check"), ("add", "ST36 left 60mm perp")]).text
    assert _statuses(found) == ["omit"] and 'value="instead 0 0"' in found
    after = site.post("/plan", [*told, ("do", "instead 0 0"), ("add", "ST36 left 60mm perp")]).text
    assert _statuses(after)[0] in ("ok", "ok-note")


def test_an_ordinary_plan_and_person_end_green(site: Site) -> None:
    lines = "ST36 L/R 12mm perp\nLI4 both 8mm perp\nSP6 both 10mm perp"
    found = site.post("/plan", [*_healthy(site, lines), ("do", "check"), ("add", lines)]).text
    assert re.findall(r'class="light (\w+)"', found) == ["green"] * 3
    assert LIBRARY.phrases.say("web.plan.verdict.green") in found


def _healthy(site: Site, lines: str) -> list[tuple[str, str]]:
    """The answers of somebody without any of what is asked, asked until nothing is; needles and practitioner told."""
    told = [
        ("asked", "yes"), ("posture", "supine"), ("minutes_all", "20"), ("number", "3"), ("gauge", "0.20"),
        ("length", "30"), ("sterile", "yes"), ("single_use", "yes"), ("licence", "2099-01-01"), ("trained", "yes"),
        ("lot", "A1"), ("expiry", "2099-01-01"),
        ("a-date-of-birth", "1961-03-04"),
    ]  # fmt: skip
    for _ in range(12):
        found = site.post("/plan", [*told, ("do", "check"), ("add", lines)]).text
        names = set(re.findall(r'name="(a-[\w-]+)" value="no"', found)) - {name for name, _ in told}
        if not names:
            return told
        told += [(name, "no") for name in sorted(names)]
    raise AssertionError(told)


def test_files_and_sheet(site: Site) -> None:
    sent = [("add", "ST36 L/R 15mm perp\nLI4 both 10mm"), ("asked", "yes"), ("minutes_all", "20")]
    plan = site.post("/plan/file.yaml", sent)
    assert read.plan(plan.body, LIBRARY).minutes == 20
    assert [one.point for one in read.plan(plan.body, LIBRARY).needlings] == ["ST36", "LI4"]
    document = json.loads(site.post("/plan/file.json", sent).body)
    assert document["knowledge"] == LIBRARY.edition
    sheet = site.post("/plan/sheet", sent)
    assert sheet.text.count("<svg") == 2 and "ST36" in sheet.text
    for one in (plan, sheet):
        assert one.headers["cache-control"] == "no-store"
    assert site.post("/plan/file.exe", sent).status == 404
    assert site.post("/plan/sheet", []).status == 422


def test_nothing_is_kept_and_no_other_site_may_send(site: Site) -> None:
    mark = "zq7-plan"
    found = site.post(
        "/plan", [("do", "check"), ("add", "ST36 left 15mm"), ("a-date-of-birth", mark), ("gauge", "0.2")]
    )
    assert found.headers["cache-control"] == "no-store" and "content-encoding" not in found.headers
    assert "set-cookie" not in found.headers and found.headers["x-robots-tag"] == "noindex"
    assert mark not in site.log.read_text()
    body = urlencode([("do", "check"), ("add", "ST36")]).encode()
    head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://elsewhere.example"}
    for path in ("/plan", "/plan/sheet", "/plan/file.yaml"):
        assert site.ask(path, "POST", body, head).status == 403
        assert site.ask(path, "POST", body, {"Content-Type": head["Content-Type"]}).status == 403


def test_answers_of_the_questionnaire_come_along(site: Site) -> None:
    told = [("given", "blood-thinning-medicine=no"), ("given", "diabetes=no"), ("given", "no-question=yes")]
    text = site.post("/plan", [*told, ("do", "edit")]).text
    assert re.findall(r'name="(a-[\w-]+)" value="no" checked', text) == ["a-blood-thinning-medicine", "a-diabetes"]
    alone = site.post("/plan", [("do", "check"), ("add", "ST36 left 12mm perp")]).text
    after = site.post("/plan", [*told, ("do", "check"), ("add", "ST36 left 12mm perp")]).text
    count = r"(\d+) of the first questions"
    assert int(re.findall(count, alone)[0]) - int(re.findall(count, after)[0]) == 1
    assert 'name="a-diabetes" value="yes">' not in alone.partition("Still to ask")[0]


def test_a_record_counts_for_one_check_and_is_gone(site: Site, browser: Browser) -> None:
    chart = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "zq7-one", "gender": "female", "birthDate": "1950-01-01"}},
            {
                "resource": {
                    "resourceType": "MedicationStatement",
                    "id": "zq7-two",
                    "status": "active",
                    "subject": {"reference": "Patient/zq7-one"},
                    "medicationCodeableConcept": {"text": "warfarin"},
                }
            },
        ],
    }
    with page_at(browser, PHONE, script=False) as page:
        page.goto(f"{site.address}/plan")
        page.locator("#add").fill("KI27 left 3mm transverse")
        page.get_by_label("All of these were asked").check()
        page.locator("summary", has_text="FHIR").click()
        upload = {"name": "zq7.json", "mimeType": "application/json", "buffer": json.dumps(chart).encode()}
        page.locator("#chart").set_input_files(upload)  # type: ignore[arg-type]
        page.get_by_role("button", name="Check this plan").click()
        page.wait_for_selector(".verdict")
        told = page.locator(".verdict").inner_text()
        assert "The record was read" in told and "blood" in told.casefold()
        assert "zq7" not in page.content()
    assert "zq7" not in site.log.read_text()


def test_two_ways_stand_side_by_side(site: Site) -> None:
    fields = [("do", "check"), ("add", "KI27 left 12mm perp"), ("other", "ST36 left 12mm perp"), ("asked", "yes")]
    found = site.post("/plan", fields).text
    assert re.findall(r'class="way (\w+)">(\w+)', found) == [("red", "KI27"), ("amber", "ST36")]
    wrong = site.post("/plan", [*fields[:2], ("other", "ST36 left 1cun\nnowhere left")])
    assert wrong.status == 200 and "“1cun” is not understood" in wrong.text and "(nowhere)" in wrong.text


def test_with_script_a_change_checks_again_and_the_place_is_kept(site: Site, browser: Browser) -> None:
    with page_at(browser, PHONE) as page:
        page.goto(f"{site.address}/plan")
        page.locator("#add").fill("ST36 left 12mm perp")
        page.get_by_role("button", name="Check this plan").click()
        page.wait_for_selector(".light.amber")
        page.locator('input[name="depth"]').fill("60")
        page.locator('select[name="technique"]').focus()
        page.wait_for_selector(".light.red")
        assert page.evaluate("document.activeElement.name") == "technique"
        assert page.locator('input[name="place"]').count() == 1
        assert page.locator("#add").input_value() == ""


def test_needles_stay_in_the_browser_only_where_asked_and_never_the_person(site: Site, browser: Browser) -> None:
    with page_at(browser, PHONE) as page:
        page.goto(f"{site.address}/plan")
        page.locator("#add").fill("ST36 left 12mm perp")
        page.get_by_label("Anticoagulant").check()
        page.get_by_role("button", name="Check this plan").click()
        page.wait_for_selector(".verdict")
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        page.locator("#keep").check()
        assert page.evaluate("JSON.stringify(localStorage)") == '{"deqi-needles":"ST36 left 12mm perpendicular"}'
        page.goto(f"{site.address}/plan")
        assert page.locator("#add").input_value() == "ST36 left 12mm perpendicular"
        assert not page.get_by_label("Anticoagulant").is_checked()
        page.locator("#keep").uncheck()
        assert page.evaluate("localStorage.length") == 0
        assert page.context.cookies() == []


def _check(page: Page, site: Site) -> int:
    """From the first page to a checked plan; how many taps it took."""
    page.goto(site.address)
    page.get_by_role("link", name="Check a plan").click()
    page.get_by_label("Or begin with a published protocol").select_option("garrow-2014")
    page.get_by_role("button", name="Use it").click()
    page.get_by_label("Neuropathy of any cause").check()
    page.get_by_label("All of these were asked").check()
    page.get_by_role("button", name="Check this plan").click()
    page.wait_for_selector(".lights")
    return 7


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_a_plan_is_checked_without_script_and_the_pages_are_accessible(
    site: Site, browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    with page_at(browser, size, script=False, dark=dark) as page:
        assert _check(page, site) <= 10
        assert page.locator(".light").count() == 5
    faults: dict[str, list[str]] = {}
    with page_at(browser, size, dark=dark) as page:
        page.goto(f"{site.address}/plan")
        faults["start"] = [*axe_faults(page)]
        _check(page, site)
        faults["checked"] = [*axe_faults(page)]
        wide = wider_than_screen(page)
        with page.expect_navigation():
            page.get_by_role("button", name="One-page sheet").click()
        faults["sheet"] = [*axe_faults(page)]
        wide = max(wide, wider_than_screen(page))
        page.goto(f"{site.address}/plan/map/leg-front?p=ST36")
        faults["tap"] = [*axe_faults(page)]
        wide = max(wide, wider_than_screen(page))
    assert {name: found for name, found in faults.items() if found} == {}
    assert wide <= 0


def test_no_content_breaks_the_form(site: Site) -> None:
    """Odd words in every field: an answer of the user's or ours to mend, never ours to blame."""
    chance = random.Random(7)
    odd = [
        "",
        "ST36",
        "\u202e",
        "'\"<b>",
        "1e999",
        "-1",
        "nan",
        "L" * 300,
        "0",
        "٣",
        "calf",
        "left",
        "{{7*7}}",
        "\0",
        "EX-B2",
    ]
    names = [
        "add", "place", "segment", "side", "depth", "angle", "technique", "minutes", "drop", "tick", "asked", "posture",
        "minutes_all", "number", "gauge", "length", "sterile", "licence", "trained", "pairs", "a-date-of-birth",
        "a-diabetes", "all_depth", "protocol",
    ]  # fmt: skip
    seen = set()
    for _ in range(300):
        fields = [(chance.choice(names), chance.choice(odd)) for _ in range(chance.randint(1, 14))]
        do = chance.choice(["check", "edit", "protocol", "instead 0 0", "instead x", ""])
        found = site.post(chance.choice(["/plan", "/plan", "/plan/sheet", "/plan/file.json"]), [*fields, ("do", do)])
        seen.add(found.status)
        assert found.status in (200, 422), (fields, do, found.status)
        assert "<b>" not in found.text.partition("<form")[2].partition("</form")[0] or "'\"<b>" not in found.text
    assert seen == {200, 422}
