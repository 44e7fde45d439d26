"""The course of the questions as the form tells it: what was put, what was answered, what comes next."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from deqi.api import AssessRequest, Library, asking, assess, read
from deqi.api.types import Answer, Assessed, InputError, Person, Question

SKIPPED = ""
DONT_KNOW = "unsure"
STEP = "given"


@dataclasses.dataclass(frozen=True)
class Step:
    """One question that was put, and what was answered: a value, ``unsure``, or nothing where it was skipped."""

    question: str
    value: str

    @property
    def written(self) -> str:
        """As it travels in the form."""
        return f"{self.question}={self.value}"


@dataclasses.dataclass(frozen=True)
class Course:
    """Where somebody is: the steps so far, what they come to, and the next question (None: done)."""

    steps: tuple[Step, ...]
    found: Assessed
    next: Question | None
    left: int


def steps_of(written: Sequence[str], library: Library) -> tuple[Step, ...]:
    """The steps in a form. The form is only ours as long as nobody changed it, so all of it is looked at again.

    Raises
    ------
    InputError
        A question nobody knows, one that stands twice, or an answer that is none.
    """
    catalog = library.engine.catalog
    steps: list[Step] = []
    for line in written:
        name, equals, value = line.partition("=")
        row = catalog.questions.get(name)
        if not equals or row is None or any(one.question == name for one in steps):
            raise InputError(library.phrases.say("web.ask.unreadable"))
        if value and asking.understood(row, value) is None:
            raise InputError(library.phrases.say("web.ask.not_understood"))
        steps.append(Step(name, value))
    return tuple(steps)


def course(steps: tuple[Step, ...], library: Library, today: dt.date, chart: Person | None = None) -> Course:
    """The person of these steps (on top of a chart, where one was given), assessed, and what to ask next."""
    person = chart if chart is not None else read.person(b"{}", library, today).person
    catalog = library.engine.catalog
    for one in steps:
        value = asking.understood(catalog.questions[one.question], one.value) if one.value else None
        if value is not None:
            person = asking.with_answer(person, _answer(one.question, value, today))
    found = assess(library, AssessRequest(person, today))
    put = {one.question for one in steps}
    for others in catalog.questions.values():
        if others.audience != "patient":
            put.add(others.question)
    stopped = any(one.rule.emergency for one in found.assessment.findings)
    following = None if stopped else asking.next_question(library, found, put)
    left = 0 if following is None else _left(found, put, library)
    return Course(steps, found, following, left)


def _answer(question: str, value: str | float, today: dt.date) -> Answer:
    return asking.answer(question, value, today)


def _left(found: Assessed, put: set[str], library: Library) -> int:
    catalog = library.engine.catalog
    names = {one.question for one in found.assessment.questions}
    return sum(1 for name in names - put if catalog.questions[name].stage == "booking")
