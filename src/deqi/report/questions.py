"""The open questions: listed by stage, and as an answers file to fill in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from deqi.knowledge.rules import Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.report.blocks import Form, Items, Section, say
from deqi.report.phrase import Phrases
from deqi.safety.document import question_text
from deqi.safety.findings import Assessment
from deqi.safety.questionnaire import answers_of
from deqi.safety.rules.catalog import Catalog

_WIDTH = 74
"""Columns of a question in the answers file."""


def questions_section(result: Assessment, catalog: Catalog, stage: Stage, phrases: Phrases) -> Section:
    """The open questions of one stage."""
    rows = [catalog.questions[one.question] for one in result.questions]
    rows = [row for row in rows if row.stage == stage]
    items = tuple(
        say(f"{number:2}. {question_words(row, phrases)}  [{row.question}]") for number, row in enumerate(rows, 1)
    )
    title = phrases.say(f"assess.questions.{stage}")
    return Section(f"questions-{stage}", title, card=(Items("", items),) if items else ())


def question_words(row: Question, phrases: Phrases) -> str:
    """A question, and who answers it where that is not the patient."""
    return phrases.say(f"assess.question.{row.audience}", {"question": question_text(row)})


def choices(row: Question, phrases: Phrases) -> str:
    """What may be answered."""
    if found := ", ".join(answers_of(row)):
        return found
    if row.unit:
        return phrases.say("assess.choice.number", {"unit": row.unit})
    return phrases.say("assess.choice.other", {"type": row.type})


def answers_form(result: Assessment, catalog: Catalog, phrases: Phrases) -> Form:
    """The answers file to fill in; every answer says unsure until it is changed."""
    return Form(tuple(_lines(result, catalog, phrases)))


def _lines(result: Assessment, catalog: Catalog, phrases: Phrases) -> Iterator[str]:
    yield phrases.say("assess.form")
    yield f"date: {result.as_of.isoformat()}"
    yield "answers:"
    for one in result.questions:
        row = catalog.questions[one.question]
        for line in textwrap.wrap(question_words(row, phrases), _WIDTH):
            yield f"  # {line}"
        yield f"  {one.question}: unsure  # {choices(row, phrases)}"
