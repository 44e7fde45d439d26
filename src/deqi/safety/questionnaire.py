"""Which question to put next, and what counts as an answer to it."""

from __future__ import annotations

import math
from collections.abc import Collection

from deqi.knowledge.rules import Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.people.dates import parse_date
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
    settled = result.candidacy == "not-a-candidate"
    clearing = {name for finding in result.findings if finding.rule.clearance for name in finding.asks}
    for one in result.questions:
        wanted = not settled or one.question in clearing
        if wanted and one.question not in asked and catalog.questions[one.question].stage in stages:
            return one.question
    return None


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
