"""Asking the open questions one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deqi.api.library import Library
    from deqi.api.results import Assessed
    from deqi.knowledge.rules import Stage
    from deqi.knowledge.tables.vocabulary import Question
    from deqi.people.facts import Answer, Person


def next_question(library: Library, found: Assessed, asked: Collection[str]) -> Question | None:
    """The question that matters most among those not put yet; None when the rest could change nothing."""
    from deqi.safety.questionnaire import next_question as most_wanted

    catalog = library.engine.catalog
    name = most_wanted(found.assessment, catalog, asked, _stages(found))
    return None if name is None else catalog.questions[name]


def left(library: Library, found: Assessed, asked: Collection[str]) -> int:
    """How many questions are left, as far as is known."""
    from deqi.safety.questionnaire import still_open

    return still_open(found.assessment, library.engine.catalog, asked, _stages(found))


def _stages(found: Assessed) -> tuple[Stage, ...]:
    return ("booking",) if found.check is None else ("booking", "plan")


def renewable(library: Library, person: Person, as_of: dt.date) -> tuple[Answer, ...]:
    """What a returning person answered, that no longer counts and may be renewed all at once."""
    from deqi.safety.questionnaire import renewable as may_be_renewed

    return may_be_renewed(person.answers, library.engine.catalog, as_of)


def renewed(person: Person, answers: Collection[Answer], as_of: dt.date) -> Person:
    """The person with these answers given again on the day."""
    import msgspec

    from deqi.safety.questionnaire import renewed as given_again

    return msgspec.structs.replace(person, answers=(*person.answers, *given_again(answers, as_of)))


def words(library: Library, question: Question) -> str:
    """A question, and who answers it where that is not the patient."""
    from deqi.report.questions import question_words

    return question_words(question, library.phrases)


def choices(library: Library, question: Question) -> str:
    """What may be answered."""
    from deqi.report.questions import choices as to_choose

    return to_choose(question, library.phrases)


def understood(question: Question, written: str) -> str | float | None:
    """What was written as an answer; None when it is none."""
    from deqi.safety.questionnaire import understood as read

    return read(question, written)


def answer(question: str, value: str | float, given: dt.date) -> Answer:
    """An answer given on a day."""
    from deqi.people.dates import day
    from deqi.people.facts import Answer

    return Answer(question, value, given=day(given))


def with_answer(person: Person, given: Answer) -> Person:
    """The person with one more answer."""
    import msgspec

    return msgspec.structs.replace(person, answers=(*person.answers, given))


def answers_file(given: Collection[Answer], as_of: dt.date) -> str:
    """Answers as the file that ``--answers`` takes."""
    lines = [f"date: {as_of.isoformat()}", "answers:", *(f"  {one.question}: {_yaml(one.value)}" for one in given)]
    return "\n".join(lines) + "\n"


def _yaml(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else f'"{value}"'
