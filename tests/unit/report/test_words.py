"""Words that people read: easy enough, and never an instruction to leave a medicine."""

from __future__ import annotations

import re

import pytest

from deqi.knowledge import Knowledge
from deqi.knowledge.check.words import STOP_A_MEDICINE
from deqi.report.blocks import every_say, every_section
from tests.support.reading import grade
from tests.support.reports import TOPICS, page_on

HARDEST = 8.0
FOR_RESEARCHERS = (
    "onepager.",  # one A4 for clinicians, in GRADE's words
    "pool.",
    "numbers.",
    "web.pool.",  # the page on which researchers pool their own table
    "web.network.",
    "repool.",
    "measure.",
    "check.",  # for those who keep the knowledge
    "signoff.",
    "record.",  # for those who export records, in the names of FHIR and OMOP
)
"""Words beside a researcher's own numbers, and for those who keep the records: those of their field."""
LONG_ENOUGH = 8
"""Shorter phrases are labels: the formula has no meaning for them."""


def test_the_formula_orders_texts_as_readers_do() -> None:
    easy = "The cat sat on the mat. It was warm."
    hard = "Heterogeneity necessitates consideration of methodological characteristics across investigations."
    assert grade(easy) < 3 < 15 < grade(hard)


def test_every_phrase_is_easy(knowledge: Knowledge) -> None:
    hard = {}
    for key, text in knowledge.texts.items():
        if key.startswith(FOR_RESEARCHERS):
            continue
        words = re.sub(r"\{\w+\}", "ten", text)
        if len(re.findall(r"[A-Za-z]+", words)) >= LONG_ENOUGH and grade(words) > HARDEST:
            hard[key] = round(grade(words), 1)
    assert hard == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_what_stands_above_the_details_is_easy(topic: str) -> None:
    hard = {}
    for section in every_section(page_on(topic).sections):
        says = every_say(section, card_only=True)
        text = "\n".join(f"{say.strong}. {say.text}" if say.strong else say.text for say in says)
        if section.id not in ("rows", "sources") and grade(text) > HARDEST:
            hard[section.id] = round(grade(text), 1)
    assert hard == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_nobody_is_told_to_leave_a_medicine(topic: str) -> None:
    for section in every_section(page_on(topic).sections):
        for say in every_say(section):
            found = STOP_A_MEDICINE.search(f"{say.strong} {say.text}")
            assert found is None, f"{section.id}: {say.text}"


def test_the_page_says_to_keep_medicines() -> None:
    bars = next(one for one in page_on("neuropathy").sections if one.id == "who-should-not")
    assert any("Do not change any medicine" in say.text for say in bars.lead)


def test_every_phrase_is_used(knowledge: Knowledge) -> None:
    """A phrase nobody says is a phrase nobody reviews."""
    from pathlib import Path

    import deqi

    here = Path(deqi.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in (*here.rglob("*.py"), *here.rglob("*.j2")))
    assert [key for key in knowledge.texts if not _said(key, code)] == []


def _said(key: str, code: str) -> bool:
    """A key stands in code or a template whole, or as a beginning that a name is added to (``told.ask.``).

    The site's keys are written without their first word there.
    """
    name = key.removeprefix("web.")
    parts = name.split(".")
    beginnings = [".".join(parts[:count]) + "." for count in range(1, len(parts))]
    return f'"{name}"' in code or any(f'"{one}' in code or f"'{one}" in code for one in beginnings)
