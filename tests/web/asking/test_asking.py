"""One question a screen; nothing is kept; an unknown is never a no."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from deqi.api import Library
from deqi.web.asking.course import STEP, Step, course, steps_of
from tests.support.browser import DESK, PHONE, axe_faults, page_at, tab_to, wider_than_screen
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TODAY = dt.date(2026, 11, 29)
MOST = 25


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def _walk(library: Library, answer: str) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = ()
    while (row := course(steps, library, TODAY).next) is not None:
        value = {"number": "30", "date": "1960"}.get(row.type, answer)
        if row.type == "choice" and value not in row.answers:
            value = "unsure" if answer == "unsure" else row.answers[0]
        steps = (*steps, Step(row.question, "unsure" if answer == "unsure" else value))
        assert len(steps) <= 60
    return steps


def test_a_well_person_is_done_within_the_limit(library: Library) -> None:
    steps = _walk(library, "no")
    assert len(steps) <= MOST
    assert course(steps, library, TODAY).found.assessment.candidacy == "candidate"


@pytest.mark.parametrize("answer", ["unsure", ""])
def test_not_knowing_is_never_no(library: Library, answer: str) -> None:
    steps = tuple(Step(one.question, answer) for one in _walk(library, "no"))
    assert course(steps, library, TODAY).found.assessment.candidacy not in ("candidate", "with-changes")


def test_how_many_are_left_never_grows_for_a_well_person(library: Library) -> None:
    steps = _walk(library, "no")
    left = [course(steps[:n], library, TODAY).left for n in range(len(steps))]
    assert left == sorted(left, reverse=True)


def test_forms_that_were_changed_are_refused(library: Library, site: Site) -> None:
    for given in ("nobody=yes", "cancer-now=perhaps", "cancer-now", "=", "cancer-now=\x00"):
        assert site.post("/ask", [(STEP, given)]).status == 422
    assert site.post("/ask", [(STEP, "cancer-now=no"), (STEP, "cancer-now=no")]).status == 422


def test_the_course_does_not_hang_on_who_wrote_the_form(library: Library) -> None:
    steps = _walk(library, "no")[:5]
    assert steps_of([one.written for one in steps], library) == steps


def test_an_emergency_ends_the_questions(library: Library) -> None:
    names = [one.question for one in _walk(library, "no")]
    place = names.index("emergency-signs-now")
    steps = (*(Step(name, "no") for name in names[:place]), Step("emergency-signs-now", "yes"))
    now = course(steps, library, TODAY)
    following = now.next.question if now.next else None
    while following is not None and len(steps) < 20:
        steps = (*steps, Step(following, "yes"))
        following = one.question if (one := course(steps, library, TODAY).next) else None
    assert any(found.rule.emergency for found in course(steps, library, TODAY).found.assessment.findings)


def test_answers_are_not_stored_by_anybody(site: Site) -> None:
    found = site.post("/ask", [("do", "start")])
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-robots-tag"] == "noindex"
    assert "content-encoding" not in found.headers
    assert "set-cookie" not in found.headers


def _press(page: Page, value: str) -> None:
    page.get_by_role("button", name=value, exact=True).click()


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False])
def test_from_start_to_result(site: Site, browser: Browser, size: tuple[int, int], script: bool) -> None:
    with page_at(browser, size, script=script) as page:
        page.goto(f"{site.address}/ask")
        _press(page, "Begin")
        put = 0
        while page.locator("form.question").count():
            put += 1
            assert put <= MOST
            if page.locator("input[name=value][type=text]").count():
                page.locator("input[name=value]").fill("1960")
            elif page.locator("input[value=no]").count():
                page.locator("input[value=no]").check()
            else:
                page.locator("input[name=value]").first.check()
            if put == 1 and script:
                assert axe_faults(page) == []
            assert wider_than_screen(page) == 0
            _press(page, "Next")
        assert "no reason against" in page.locator("main").inner_text()
        assert " safe" not in page.locator("main").inner_text().lower()
        assert page.url == f"{site.address}/ask"
        assert page.context.cookies() == []
        if script:
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0
            assert axe_faults(page) == []


def test_back_shows_what_was_answered(site: Site, browser: Browser) -> None:
    with page_at(browser) as page:
        page.goto(f"{site.address}/ask")
        _press(page, "Begin")
        first = page.locator("h1").inner_text()
        page.locator("input[name=value]").first.check()
        kept = page.locator("input[name=value]").first.get_attribute("value")
        _press(page, "Next")
        assert page.locator("h1").inner_text() != first
        _press(page, "Back")
        assert page.locator("h1").inner_text() == first
        assert page.locator(f"input[value={kept}]").is_checked()


def test_by_keyboard_alone(site: Site, browser: Browser) -> None:
    """From the first page to the result with Tab, arrows, Space and Enter."""
    with page_at(browser) as page:
        page.goto(site.address)
        tab_to(page, "a[href='/ask']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ask")
        tab_to(page, "form button:not(.quiet)")
        page.keyboard.press("Enter")
        for _ in range(3):
            page.wait_for_selector("input[name=value]")
            asked = page.locator("h1").inner_text()
            tab_to(page, "input[name=value]")
            if page.locator("input[name=value]").first.get_attribute("type") == "radio":
                page.keyboard.press("ArrowDown")
            else:
                page.keyboard.type("1960")
            page.keyboard.press("Enter")
            page.wait_for_function("asked => document.querySelector('h1').innerText !== asked", arg=asked)
        assert page.locator("input[name=given]").count() >= 3
        tab_to(page, "button[value=finish]")
        page.keyboard.press("Enter")
        page.wait_for_selector("input[name=value]", state="detached")
        assert page.locator("h1").is_visible()


def test_nothing_chosen_is_said_and_the_place_is_kept(site: Site, browser: Browser) -> None:
    with page_at(browser, script=False) as page:
        page.goto(f"{site.address}/ask")
        _press(page, "Begin")
        question = page.locator("h1").inner_text()
        _press(page, "Next")
        assert page.locator("[role=alert]").is_visible()
        assert page.locator("h1").inner_text() == question


def test_a_record_is_read_in_memory(site: Site, browser: Browser) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1950-02-01"}},
            {
                "resource": {
                    "resourceType": "MedicationRequest",
                    "id": "m",
                    "status": "active",
                    "intent": "order",
                    "subject": {"reference": "Patient/p"},
                    "authoredOn": "2026-11-01",
                    "medicationCodeableConcept": {"text": "warfarin 5 mg zq7"},
                }
            },
        ],
    }
    with page_at(browser) as page:
        page.goto(f"{site.address}/ask")
        page.locator("summary").click()
        chart = {"name": "chart.json", "mimeType": "application/json", "buffer": json.dumps(bundle).encode()}
        page.locator("input[type=file]").set_input_files(chart)  # type: ignore[arg-type]
        _press(page, "Read it")
        text = page.locator("main").inner_text().lower()
        assert "warfarin" in text
        assert axe_faults(page) == []
    assert "zq7" not in site.log.read_text()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"resourceType":"Bundle"}', b"{}" * 10])
def test_other_files_are_refused_in_a_sentence(site: Site, body: bytes) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=b", "Origin": site.address, "Sec-Fetch-Site": "same-origin"}
    part = b'--b\r\nContent-Disposition: form-data; name="chart"; filename="x.json"\r\n\r\n' + body + b"\r\n--b--\r\n"
    assert site.ask("/ask/chart", "POST", part, head).status in (200, 422)


def test_a_packed_record_is_not_unpacked(site: Site) -> None:
    """A megabyte of gzip may be hundreds of records."""
    import gzip

    head = {"Content-Type": "multipart/form-data; boundary=b", "Origin": site.address, "Sec-Fetch-Site": "same-origin"}
    packed = gzip.compress(b'{"resourceType": "Patient", "id": "a"}')
    part = b'--b\r\nContent-Disposition: form-data; name="chart"; filename="x.gz"\r\n\r\n' + packed + b"\r\n--b--\r\n"
    found = site.ask("/ask/chart", "POST", part, head)
    assert found.status == 422
    assert "Unpack it" in found.text
