"""What else there is: other treatments by outcome, and the course without treatment, for one condition."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Literal

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.options import (
    AlternativeCount,
    AlternativeEffect,
    AlternativeHarm,
    AlternativeScore,
    NaturalCourse,
    Treatment,
)
from deqi.knowledge.tables.vocabulary import Condition

MEASURES = ("half", "recovered", "third", "any", "other", "mean")
"""The measures in the order in which a page prefers them: only one of them stands on a line."""


@dataclasses.dataclass(frozen=True)
class Gain:
    """More (below zero: fewer) people of 100 with the treatment than with its comparator."""

    value: float
    low: float | None
    high: float | None
    how: Literal["printed", "worked_out", "from_nnt"]


@dataclasses.dataclass(frozen=True)
class Option:
    """One outcome of one other treatment, with its numbers and what it cost people in the same trials."""

    treatment: Treatment
    effect: AlternativeEffect
    count: AlternativeCount | None
    score: AlternativeScore | None
    harms: tuple[AlternativeHarm, ...]

    @property
    def gain(self) -> Gain | None:
        """The gain in people, from the printed difference or the number needed to treat (100 / NNT)."""
        count, score = self.count, self.score
        if count is not None and count.difference is not None:
            how: Literal["printed", "worked_out"] = "worked_out" if "difference" in count.derived else "printed"
            return Gain(count.difference, count.difference_low, count.difference_high, how)
        if score is not None and score.nnt:
            low = 100 / score.nnt_high if score.nnt_high else None
            high = 100 / score.nnt_low if score.nnt_low else None
            return Gain(100 / score.nnt, low, high, "from_nnt")
        return None

    @property
    def rows(self) -> tuple[str, ...]:
        return (f"effect:{self.effect.effect}", *(f"source:{source}" for source in self.effect.source))

    @property
    def told(self) -> bool:
        """Whether any number of it is held."""
        points = self.score is not None and self.score.mean_difference is not None
        people = self.count is not None and (self.count.treated is not None or self.count.difference is not None)
        return points or people or self.gain is not None


def options(knowledge: Knowledge, condition: str) -> tuple[Option, ...]:
    """Every effect held for a condition, its own before those of what it is part of; the order of treatments."""
    above = {row.condition: row.part_of for row in knowledge.rows(Condition)}
    wanted = [condition, *([above[condition]] if above.get(condition) else [])]
    treatments = {row.treatment: row for row in knowledge.rows(Treatment)}
    counts = {row.effect: row for row in knowledge.rows(AlternativeCount)}
    scores = {row.effect: row for row in knowledge.rows(AlternativeScore)}
    harms: dict[str, list[AlternativeHarm]] = defaultdict(list)
    for harm in knowledge.rows(AlternativeHarm):
        harms[harm.effect].append(harm)
    found = [
        Option(
            treatments[row.treatment],
            row,
            counts.get(row.effect),
            scores.get(row.effect),
            tuple(harms[row.effect]),
        )
        for row in knowledge.rows(AlternativeEffect)
        if row.condition in wanted and row.verified != "no"
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                wanted.index(one.effect.condition),
                one.treatment.order,
                MEASURES.index(one.effect.measure),
                -(one.count.people or 0) if one.count else 0,
            ),
        )
    )


def natural_course(knowledge: Knowledge, condition: str) -> tuple[NaturalCourse, ...]:
    """How people with the condition fare who had no treatment, a placebo or usual care; most people first."""
    rows = [row for row in knowledge.rows(NaturalCourse) if row.condition == condition and row.verified != "no"]
    return tuple(sorted(rows, key=lambda row: (row.per100 is None, -(row.people or 0))))
