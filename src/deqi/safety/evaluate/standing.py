"""Which of a person's answers stand on a day: the newest of each question, for as long as it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from deqi.people.dates import DateRange, parse_date
from deqi.people.facts import Answer
from deqi.safety.rules.catalog import Catalog

UNSURE = ("unsure", "not-sure", "unknown")
LAPSED = "lapsed"
"""The value of an adverse answer that no longer counts, or of one that could not be read: it is asked again, and
nothing else denies it meanwhile."""
NOT_SAID = (*UNSURE, LAPSED)
"""Values that answer nothing."""


def standing_answers(
    answers: Iterable[Answer], catalog: Catalog, as_of: dt.date, read_on: dt.date | None = None
) -> Mapping[str, Answer]:
    """One answer a question, by question.

    Of those that cannot be told apart in time the more adverse stands. A reassuring answer older than its days is
    left out, an adverse one lapses at the end of its question's window. An answer given after the day does not
    exist yet; an adverse one dated after the day of reading is there and cannot be placed. A value that does not answer
    its question may have been adverse, and stands like one that has lapsed.
    """
    by_question: dict[str, list[Answer]] = {}
    for answer in answers:
        by_question.setdefault(answer.question, []).append(answer)
    standing: dict[str, Answer] = {}
    for question, given in by_question.items():
        if len(given) == 1 and given[0].given is None and readable(given[0], catalog):
            standing[question] = given[0]
            continue
        newest = _standing(question, given, catalog, as_of, max(as_of, read_on or as_of))
        if newest is not None:
            standing[question] = newest
    return standing


def _standing(question: str, given: list[Answer], catalog: Catalog, as_of: dt.date, read_on: dt.date) -> Answer | None:
    there = [one for one in given if one.given is None or one.given.on_or_before(as_of)]
    read = [one for one in there if readable(one, catalog)]
    newest = _newest(read) if read else []
    # Each ages by itself: one of unknown day says no more than one beside it that still counts.
    counting = [aged_one for one in newest if (aged_one := aged(one, catalog, as_of)) is not None]
    answer = _worst(question, counting, catalog) if counting else None
    unread = [one for one in there if one not in read and not any(_before(one.given, other.given) for other in newest)]
    if unread and (answer is None or not adverse(answer, catalog)):
        answer = msgspec.structs.replace(max(unread, key=_order), value=LAPSED)
    if len(there) < len(given) and (answer is None or not adverse(answer, catalog)):
        later = [one for one in given if one.given is not None and not one.given.on_or_before(read_on)]
        worst = [one for one in later if adverse(one, catalog)]
        if worst:
            return msgspec.structs.replace(max(worst, key=_order), value=LAPSED)
    return answer


def readable(answer: Answer, catalog: Catalog) -> bool:
    """Whether a value answers its question. One that does not is no answer, and silences an older reassuring one."""
    row = catalog.questions.get(answer.question)
    if row is None or answer.value in (*UNSURE, "yes", "no"):
        return True
    match row.type:
        case "yes-no":
            return False
        case "number":
            return not isinstance(answer.value, str)
        case "choice":
            return answer.value in row.answers
        case _:
            return isinstance(answer.value, str) and parse_date(answer.value) is not None


def aged(answer: Answer, catalog: Catalog, as_of: dt.date) -> Answer | None:
    """The answer as it counts on the day; None where it no longer does."""
    days = catalog.shelf_life.get(answer.question)
    if answer.given is None or days is None:
        return answer
    if adverse(answer, catalog):
        ended = days.yes_days is not None and (as_of - answer.given.latest).days > days.yes_days
        return msgspec.structs.replace(answer, value=LAPSED) if ended else answer
    if days.valid_days is None or not isinstance(answer.value, str):
        # A number is a result of its day: the window of each rule decides how long it counts.
        return answer
    return answer if (as_of - answer.given.earliest).days <= days.valid_days else None


def adverse(answer: Answer, catalog: Catalog) -> bool:
    """Whether the answer speaks for a hazard: yes, or no where that is the adverse one."""
    question = answer.question
    return answer.value == ("no" if question in catalog.adverse_when_no or question in catalog.clearing else "yes")


def _newest(answers: list[Answer]) -> list[Answer]:
    """Those not certainly given before another."""
    if len(answers) == 1:
        return answers
    return [one for one in answers if not any(_before(one.given, other.given) for other in answers)]


def _before(one: DateRange | None, other: DateRange | None) -> bool:
    return one is not None and other is not None and one.before(other)


def _worst(question: str, answers: list[Answer], catalog: Catalog) -> Answer:
    """Of answers of one time the most adverse; where that cannot be told, not sure."""
    if len(answers) == 1 or len({one.value for one in answers}) == 1:
        return max(answers, key=_order)
    row = catalog.questions.get(question)
    if row is not None and row.type == "number":
        return _worst_number(question, answers, catalog)
    worst = [one for one in answers if adverse(one, catalog)] or [one for one in answers if one.value == LAPSED]
    if worst:
        return max(worst, key=_order)
    return msgspec.structs.replace(max(answers, key=_order), value=UNSURE[0])


def _worst_number(question: str, answers: list[Answer], catalog: Catalog) -> Answer:
    """The number on the hazardous side; not sure where both sides are, or where one of them is no number."""
    hazardous = catalog.hazardous_side.get(question)
    if hazardous is None or any(isinstance(one.value, str) or one.unit != answers[0].unit for one in answers):
        return msgspec.structs.replace(max(answers, key=_order), value=UNSURE[0])
    least_first = sorted(answers, key=lambda one: (float(one.value), *_order(one)))
    return least_first[0 if hazardous == "low" else -1]


def _order(answer: Answer) -> tuple[str, str, str]:
    """Makes the choice among equals the same whatever their order."""
    given = answer.given
    return (
        str(given.latest) if given else "",
        str(answer.value),
        f"{answer.origin.file}:{answer.origin.line}:{answer.origin.path}:{answer.origin.resource_id}",
    )
