"""The HTML file: whole, self-contained, and usable with a keyboard or a screen reader."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from html.parser import HTMLParser

import pytest

from deqi.report.blocks import Page, Section, Table, cells, say
from deqi.report.html import as_html
from tests.support.reports import TOPICS, page_on

VOID = frozenset({"meta", "br", "link", "img", "hr", "input", "source"})
SHAPES = frozenset({"line", "rect", "circle", "polygon"})


class Reader(HTMLParser):
    """Tags in order, with the open elements at each."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


@functools.cache
def read(topic: str) -> Reader:
    reader = Reader()
    reader.feed(as_html(page_on(topic)))
    return reader


@pytest.fixture(params=["neuropathy", "diabetic", "hiv", "headache"])
def reader(request: pytest.FixtureRequest) -> Reader:
    assert request.param in TOPICS
    return read(request.param)


def test_tags_are_closed_in_order(reader: Reader) -> None:
    assert reader.faults == [] and reader.open == []
    inside = [tag for tag, _, around in reader.tags if "p" in around and tag in ("div", "p", "table", "details", "ul")]
    assert inside == []


def test_nothing_is_loaded_or_run(reader: Reader) -> None:
    for tag, attributes, _ in reader.tags:
        assert tag not in ("script", "img", "link", "iframe", "object", "image", "use")
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
        if "href" in attributes:
            assert re.match(r"#|https?://", attributes["href"])
    css = [tag for tag, _, _ in reader.tags].count("style")
    assert css == 1
    assert "url(" not in as_html(page_on("headache")) and "@import" not in as_html(page_on("headache"))


def test_ids_are_unique_and_links_arrive(reader: Reader) -> None:
    ids = [attributes["id"] for _, attributes, _ in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {
        attributes["href"][1:] for tag, attributes, _ in reader.tags if attributes.get("href", "").startswith("#")
    }
    assert targets <= set(ids)
    labels = " ".join(attributes.get("aria-labelledby", "") for _, attributes, _ in reader.tags).split()
    assert set(labels) <= set(ids)


def test_headings_go_down_one_step_at_a_time(reader: Reader) -> None:
    levels = [int(tag[1]) for tag, _, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_landmarks_language_and_skip_link(reader: Reader) -> None:
    tags = {tag: attributes for tag, attributes, _ in reader.tags}
    assert tags["html"]["lang"] == "en" and {"main", "header", "nav"} <= set(tags)
    first = next(attributes for tag, attributes, _ in reader.tags if tag == "a")
    assert first["href"] == "#main" and tags["main"]["id"] == "main"


def test_tables_have_captions_and_scopes(reader: Reader) -> None:
    tables = [tag for tag, _, _ in reader.tags].count("table")
    captions = [tag for tag, _, _ in reader.tags].count("caption")
    assert tables == captions > 0
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes, _ in reader.tags if tag == "th")
    regions = [attributes for _, attributes, _ in reader.tags if attributes.get("class") == "scroll"]
    assert all(one["tabindex"] == "0" and one["aria-label"] for one in regions)


def test_figures_are_named_and_carry_no_style(reader: Reader) -> None:
    drawings = [attributes for tag, attributes, _ in reader.tags if tag == "svg"]
    assert all(one["role"] == "img" and one["aria-labelledby"] for one in drawings)
    assert not any(
        "style" in attributes or "class" in attributes for tag, attributes, _ in reader.tags if tag in SHAPES
    )


def test_three_depths_for_benefit_and_harm_alike() -> None:
    page = page_on("diabetic")
    by_id = {section.id: section for section in page.sections}
    harm, benefit = by_id["harms"], by_id["benefits"].inner[0]
    for section in (harm, benefit):
        assert section.lead and section.card and section.full
        assert any(isinstance(block, Table) for block in section.full)


def test_words_are_escaped_everywhere() -> None:
    hostile = "<b onclick=x>&\"' {{ 7 * 7 }} https://example.org/<i>"
    section = Section(
        "in-short",
        hostile,
        (say(hostile, "value:<b>"),),
        (say(hostile),),
        (Table(hostile, (hostile, hostile), (cells(hostile, hostile),)),),
    )
    html = as_html(
        Page(hostile, hostile, hostile, (section, dataclasses.replace(section, id="two")), page_on("hiv").labels)
    )
    assert "<b" not in html.replace("<body", "") and "<i>" not in html and "49" not in html
    assert 'href="https://example.org/"' in html
