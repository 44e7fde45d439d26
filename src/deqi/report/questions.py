"""The open questions: listed by stage, and as an answers file to fill in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from deqi.knowledge.rules import Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.report.blocks import Form, Items, Section, say
from deqi.safety.document import question_text
from deqi.safety.findings import Assessment
from deqi.safety.questionnaire import answers_of
from deqi.safety.rules.catalog import Catalog

AUDIENCES = {"patient": "", "clinician": " (the clinician answers)", "examiner": " (whoever examines answers)"}
_TITLES: Mapping[Stage, str] = {
    "booking": "Open questions, what matters most first",
    "session": "Questions for the day",
    "plan": "Questions about the plan",
}
_WIDTH = 74
"""Columns of a question in the answers file."""


def questions_section(result: Assessment, catalog: Catalog, stage: Stage) -> Section:
    """The open questions of one stage."""
    rows = [catalog.questions[one.question] for one in result.questions]
    rows = [row for row in rows if row.stage == stage]
    items = tuple(say(f"{number:2}. {question_words(row)}  [{row.question}]") for number, row in enumerate(rows, 1))
    return Section(f"questions-{stage}", _TITLES[stage], card=(Items("", items),) if items else ())


def question_words(row: Question) -> str:
    """A question, and who answers it where that is not the patient."""
    return f"{question_text(row)}{AUDIENCES[row.audience]}"


def choices(row: Question) -> str:
    """What may be answered."""
    return ", ".join(answers_of(row)) or (f"a number in {row.unit}" if row.unit else f"a {row.type}")


def answers_form(result: Assessment, catalog: Catalog) -> Form:
    """The answers file to fill in; every answer says unsure until it is changed."""
    return Form(tuple(_lines(result, catalog)))


def _lines(result: Assessment, catalog: Catalog) -> Iterator[str]:
    yield "# To answer: copy from here into a file, change the answers, and give it back with --answers."
    yield f"date: {result.as_of.isoformat()}"
    yield "answers:"
    for one in result.questions:
        row = catalog.questions[one.question]
        for line in textwrap.wrap(question_words(row), _WIDTH):
            yield f"  # {line}"
        yield f"  {one.question}: unsure  # {choices(row)}"
