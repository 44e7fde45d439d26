"""How sure we are: GRADE levels with a reason for each step down.

Certainty belongs to an outcome with an effect; directions alone get none. Risk of bias is judged only where a cited
review judged it; otherwise it counts as not assessed and lowers certainty one step. Thresholds follow the GRADE
guidance series (imprecision: Guyatt 2011, J Clin Epidemiol 64:1283; inconsistency: 64:1294; indirectness: 64:1303).
A reason is a code with its numbers; its words are in the text table under ``grade.``.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from deqi.knowledge.thresholds import thresholds

Level = Literal["high", "moderate", "low", "very low"]
LEVELS: tuple[Level, ...] = ("high", "moderate", "low", "very low")
Doubt = Literal["risk-of-bias", "inconsistency", "indirectness", "imprecision", "publication-bias", "cited-review"]


@dataclasses.dataclass(frozen=True)
class Reason:
    """One step down, or two: which doubt, why (a code of the text table), and the numbers its words need."""

    domain: Doubt
    steps: int
    code: str
    fields: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Certainty:
    """A level and how it was reached."""

    level: Level
    reasons: tuple[Reason, ...]


def certainty(reasons: tuple[Reason, ...], *, start: Level = "high") -> Certainty:
    """Step down from where the design starts (high for randomised trials and safety surveys, low for other studies)."""
    place = LEVELS.index(start) + sum(reason.steps for reason in reasons)
    return Certainty(LEVELS[min(place, len(LEVELS) - 1)], reasons)


def never_above(found: Certainty, rated: Level | None, review: str) -> Certainty:
    """Ours, or what the cited review gave the same numbers where that is lower."""
    if rated is None or LEVELS.index(rated) <= LEVELS.index(found.level):
        return found
    steps = LEVELS.index(rated) - LEVELS.index(found.level)
    return Certainty(rated, (*found.reasons, Reason("cited-review", steps, "review", {"review": review})))


def least(levels: tuple[Level, ...]) -> Level:
    """The lowest of some levels."""
    return max(levels, key=LEVELS.index)


@dataclasses.dataclass(frozen=True)
class Body:
    """What is graded: the trials behind one effect. ``people`` are those with numbers, not those allocated.

    ``missing`` of ``compared`` results of this kind of comparison are out of reach.
    """

    trials: int
    people: int
    low: float
    high: float
    null: float
    i2: float | None
    blinded: bool
    surrogate: bool
    broad: bool
    unlike: bool
    missing: int
    compared: int


def benefit_reasons(body: Body) -> tuple[Reason, ...]:
    """The steps down for one outcome with an effect."""
    limits = thresholds()
    reasons = [Reason("risk-of-bias", 1, "unjudged") if body.blinded else Reason("risk-of-bias", 2, "unjudged_open")]
    if body.i2 is not None and body.i2 >= limits.substantial_i2:
        reasons.append(Reason("inconsistency", 1, "disagree", {"i2": f"{body.i2:.0f}"}))
    if body.surrogate:
        reasons.append(Reason("indirectness", 1, "surrogate"))
    if body.broad:
        reasons.append(Reason("indirectness", 1, "broad"))
    if body.unlike:
        reasons.append(Reason("indirectness", 1, "unlike"))
    crosses = body.low <= body.null <= body.high
    few = {"n": f"{body.people:,}", "k": f"{body.trials}"}
    if body.people < limits.very_few_people:
        reasons.append(Reason("imprecision", 2, "few_open" if crosses else "few", few))
    elif crosses:
        reasons.append(Reason("imprecision", 1, "open"))
    elif body.people < limits.optimal_information_size:
        reasons.append(Reason("imprecision", 1, "few", few))
    if body.compared and body.missing / body.compared >= limits.many_missing:
        fields = {"missing": f"{body.missing}", "all": f"{body.compared}"}
        reasons.append(Reason("publication-bias", 1, "missing", fields))
    return tuple(reasons)
