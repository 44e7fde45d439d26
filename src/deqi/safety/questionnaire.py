"""Which question to put next, and what counts as an answer to it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator

import msgspec

from deqi.knowledge.rules import Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import day, parse_date
from deqi.people.facts import Answer
from deqi.safety.evaluate.standing import standing_answers
from deqi.safety.findings import Assessment
from deqi.safety.rules.catalog import Catalog

BOOKING: tuple[Stage, ...] = ("booking",)
YES_NO = ("yes", "no", "unsure")
_SHORT = {"y": "yes", "n": "no", "?": "unsure", "not sure": "unsure", "u": "unsure"}


def next_question(
    result: Assessment, catalog: Catalog, asked: Collection[str], stages: Collection[Stage] = BOOKING
) -> str | None:
    """The question that matters most among those not put yet; None when the rest could change nothing.

    Once somebody is not a candidate, only what would clear that is asked.
    """
    return next(_wanted(result, catalog, asked, stages), None)


def still_open(
    result: Assessment, catalog: Catalog, asked: Collection[str], stages: Collection[Stage] = BOOKING
) -> int:
    """How many questions are left as far as is known; an answer may close several, or open others."""
    return sum(1 for _ in _wanted(result, catalog, asked, stages))


def _wanted(result: Assessment, catalog: Catalog, asked: Collection[str], stages: Collection[Stage]) -> Iterator[str]:
    settled = result.candidacy == "not-a-candidate"
    clearing = {name for finding in result.findings if finding.rule.clearance for name in finding.asks}
    for one in result.questions:
        wanted = not settled or one.question in clearing
        if wanted and one.question not in asked and catalog.questions[one.question].stage in stages:
            yield one.question


def renewable(answers: Iterable[Answer], catalog: Catalog, as_of: dt.date) -> tuple[Answer, ...]:
    """The answers of a returning person that no longer count and may be renewed by "has any of this changed since?".

    They are the newest of their questions, are about what lasts, and have not been out of date for long. No renews
    them, yes opens each of them again.
    """
    newest: dict[str, list[Answer]] = {}
    for one in answers:
        newest.setdefault(one.question, []).append(one)
    standing = standing_answers([one for some in newest.values() for one in some], catalog, as_of)
    found = []
    for question, some in newest.items():
        last = max((one.given.latest for one in some if one.given is not None), default=None)
        days = catalog.shelf_life[question].valid_days if question in catalog.shelf_life else None
        if question in standing or last is None or days is None or days < thresholds().lasting_answer_days:
            continue
        if 0 <= (as_of - last).days <= thresholds().renewable_lives * days:
            found += [one for one in some if one.given is not None and one.given.latest == last][:1]
    return tuple(found)


def renewed(answers: Iterable[Answer], as_of: dt.date) -> tuple[Answer, ...]:
    """The same answers, given on the day: nothing of it has changed."""
    return tuple(msgspec.structs.replace(one, given=day(as_of)) for one in answers)


def answers_of(row: Question) -> tuple[str, ...]:
    """The answers to choose from; none for a number or a date."""
    return YES_NO if row.type == "yes-no" else row.answers


def understood(row: Question, written: str) -> str | float | None:
    """What was typed as an answer; None when it is none. ``unsure`` answers every question."""
    text = written.strip().casefold()
    text = _SHORT.get(text, text)
    if text in ("unsure", "not-sure"):
        return text if text in row.answers else "unsure"
    match row.type:
        case "number":
            return _number(text)
        case "date":
            return text if parse_date(text) is not None else None
        case _:
            return text if text in answers_of(row) else None


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
