"""The trials as a list to filter."""

from __future__ import annotations

import dataclasses

from deqi.errors import InputError
from deqi.evidence.synthesis import directions
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.vocabulary import ComparatorKind, Condition


@dataclasses.dataclass(frozen=True)
class TrialLine:
    """One comparison of one trial in a list. ``known`` says from what its direction is known: an effect with its
    interval, a size without one, or the authors' claim alone. ``added_to`` names what both arms had."""

    trial: str
    condition: str
    purpose: str
    randomised: str
    comparator: str
    added_to: str
    direction: str
    known: str
    n: int | None
    numbers: str
    numbers_reason: str
    source: tuple[str, ...]


def condition_id(knowledge: Knowledge, written: str) -> str:
    """The condition a user means by its id or its command-line name.

    Raises:
        InputError: no such condition.
    """
    rows = knowledge.rows(Condition)
    for row in rows:
        if written.casefold() in (row.condition, row.cli_name):
            return row.condition
    raise InputError(f"condition {written!r} is not known; write one of {', '.join(row.cli_name for row in rows)}.")


def list_trials(
    knowledge: Knowledge, *, condition: str | None, comparator: str | None, direction: str | None
) -> tuple[TrialLine, ...]:
    """Comparisons by condition, comparator and direction, largest trial first.

    Raises:
        InputError: a filter that names nothing known.
    """
    conditions = {row.condition: row for row in knowledge.rows(Condition)}
    inside = set(conditions)
    if condition is not None:
        wanted = condition_id(knowledge, condition)
        inside = {row.condition for row in conditions.values() if wanted in (row.condition, row.part_of)}
    comparators = [row.comparator for row in knowledge.rows(ComparatorKind)]
    if comparator is not None and comparator not in comparators:
        raise InputError(f"comparator {comparator!r} is not known; write one of {', '.join(comparators)}.")
    inside_comparators = set(comparators if comparator is None else [comparator])
    found = [
        one
        for one in directions(knowledge)
        if one.comparison.trial.condition in inside and one.comparison.comparator in inside_comparators
    ]
    known = sorted({one.direction for one in found})
    if direction is not None and direction not in known:
        raise InputError(f"direction {direction!r} is not among these results; write one of {', '.join(known)}.")
    return tuple(
        TrialLine(
            one.trial,
            one.comparison.trial.condition,
            one.comparison.trial.purpose,
            one.comparison.trial.randomised,
            one.comparison.comparator,
            one.comparison.design.added_to,
            one.direction,
            one.known,
            one.people,
            one.numbers_status,
            one.numbers_reason,
            one.source,
        )
        for one in found
        if direction is None or one.direction == direction
    )
