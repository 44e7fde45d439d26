"""The decision page as its readers need it: order, size, certification items, and a strict content policy."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from deqi.knowledge import load
from deqi.report.decision.one_pager import one_pager_html
from deqi.report.decision.parts import Lines, Pair, Sure, Ticks, Tiles
from deqi.report.decision.text import MOST_LINES, decision_text
from deqi.report.phrase import Phrases
from tests.support.decisions import TOPICS, decision, page, paper, sheet

MOST_KB = 70
ORDER = ["d-help", "d-harm", "d-may", "d-else", "d-ask", "d-who"]


class Seen(HTMLParser):
    """Tags, attributes and the words outside closed folds and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta", "input", "br", "path", "circle", "line", "rect", "polygon"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        hidden = {"style", "title", "desc", "svg"} & set(self.stack)
        if not hidden and ("details" not in self.stack or "summary" in self.stack):
            self.words += data.split()


def seen(html: str) -> Seen:
    found = Seen()
    found.feed(html)
    return found


@pytest.mark.parametrize("name", TOPICS)
def test_order_and_size(name: str) -> None:
    assert [section.id for section in sheet(name).sections] == ORDER
    html = page(name)
    words = len(seen(html).words)
    print(f"{name}: {words} words, {len(html) / 1024:.0f} kB")
    assert words <= 900
    assert len(html) <= MOST_KB * 1024


@pytest.mark.parametrize("name", TOPICS)
def test_a_strict_content_policy_lets_it_through(name: str) -> None:
    for html in (page(name), one_pager_html(paper(name))):
        found = seen(html)
        assert "script" not in found.tags
        assert "style" not in found.attributes and not any(one.startswith("on") for one in found.attributes)
        assert not re.search(r"(?:src|href)=\"https?:", html.replace('rel="noreferrer"', "")) or "<a " in html
        assert found.tags.count("h1") == 1


@pytest.mark.parametrize("name", TOPICS)
def test_a_terminal_shows_at_most_forty_lines(name: str) -> None:
    more = Phrases(load().texts).say("decision.text.more", {"name": name})
    lines = decision_text(sheet(name), 80, more).splitlines()
    assert len(lines) < MOST_LINES and max(map(len, lines)) <= 80
    assert "--full" in lines[-1] + lines[-2]


@pytest.mark.parametrize("name", TOPICS)
def test_ipdas_items_to_qualify_and_to_certify(name: str) -> None:
    """IPDAS 4.0 (PMC5013503, table 2): six items to qualify, six to certify, in own words, as far as they were read.

    The four for screening tests do not apply.
    """
    one = sheet(name)
    parts = {section.id: section.parts for section in one.sections}
    text = " ".join(seen(page(name)).words)
    tables = [part for part in parts["d-else"] if isinstance(part, Lines)]
    numbers = any(compared.cell.benefits for compared in decision(name).compared)
    qualify = {
        "says what the condition is": decision(name).topic.plain_name in one.title,
        "names the decision": "now, later or not?" in one.decision,
        "lists the options": "Without treatment" in text and bool(tables or "no number for other" in text),
        "the good of each": bool(parts["d-help"]) and all(row[1].text for table in tables for row in table.rows),
        "the bad of each": any(isinstance(part, Lines) for part in parts["d-harm"])
        and all(len(row) == 3 and row[2].text for table in tables for row in table.rows),
        "what it is like": "a prick, then often an ache or tingle" in text,
    }
    certify = {
        "as much of the bad as of the good": any(isinstance(part, Sure) for part in parts["d-harm"])
        and (not numbers or any(isinstance(part, Sure) for part in parts["d-help"])),
        "cites": bool(decision(name).sources),
        "dated": "2026-11-29" in text,
        "says when it is looked at again": "next look by" in text,
        "says how uncertain its numbers are": "could be" in text.casefold(),
        "says who paid": "no payment is on record" in text,
    }
    assert len(qualify) == len(certify) == 6
    assert [item for item, met in {**qualify, **certify}.items() if not met] == []


@pytest.mark.parametrize("name", TOPICS)
def test_nobody_checked_it_stands_before_the_first_section(name: str) -> None:
    assert page(name).index("No doctor has checked this page yet") < page(name).index('id="d-help"')


def test_pictures_of_a_hundred_carry_their_numbers_in_words() -> None:
    for name in TOPICS:
        for section in sheet(name).sections:
            for part in section.parts:
                if isinstance(part, Pair):
                    for figure in (part.left, part.right):
                        assert figure.caption in figure.draw(160).replace("&#x27;", "'")


def test_six_tiles_six_questions_six_boxes() -> None:
    one = sheet("diabetic")
    every = [part for section in one.sections for part in section.parts]
    assert [len(part.tiles) for part in every if isinstance(part, Tiles)] == [6]
    assert [len(part.choices) for part in every if isinstance(part, Ticks)] == [6, 3]


def test_what_a_number_came_from_stands_with_it() -> None:
    text = " ".join(seen(page("diabetic")).words)
    assert "needles with current; 16 visits, 8 weeks; asked at week 9; 9 of 58 against 3 of 48; 126 began" in text
    assert "25 points better (15 to 35) of 0 to 100, 62 people" in text
    assert "pain 2.1 points better (1.1 to 3) of 0 to 10, 40 people" in text


@pytest.mark.parametrize("name", TOPICS)
def test_the_one_pager_keeps_its_bounds(name: str) -> None:
    one = paper(name)
    assert len(one.outcomes) <= 7 and len(one.references) <= 10 and len(one.patient) == 2
    assert "certainty" in one.verdict or "No outcome" in one.verdict
    body = re.sub(r"<style>.*?</style>|<ol class=\"o-references\">.*", "", one_pager_html(one), flags=re.DOTALL)
    assert "–" not in body and "—" not in body
    for line in one.outcomes:
        assert line.sentence or (line.control and line.treated and line.difference)
    assert sum("default" in line for line in one.counts) >= 3


def test_duloxetine_stands_first_beside_it() -> None:
    assert paper("diabetic").options[0].strong.startswith("Duloxetine")
    assert paper("chemotherapy-induced").options[0].strong.startswith("Duloxetine")


def test_doubt_about_a_person_stands_before_everything_else() -> None:
    import dataclasses

    from deqi.report.decision.sheet import decision_sheet
    from deqi.report.model import PersonalPart

    part = PersonalPart("ask-first", "candidate", (), (), ("medication",), possible=("An old order: warfarin.",),
                        not_understood=("xyz",), skipped=("chart.json",))  # fmt: skip
    phrases = Phrases(load().texts)
    made = decision_sheet(dataclasses.replace(decision("diabetic"), personal=part), phrases)
    assert made.sections[0].id == "d-you"
    text = decision_text(made, 80, "")
    for said in ("An old order: warfarin.", "xyz", "chart.json", "medication"):
        assert said in text
    assert phrases.say("decision.you.none") not in text
