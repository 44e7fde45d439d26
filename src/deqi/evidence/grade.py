"""How sure we are: GRADE levels with a reason for each step down.

Risk of bias is judged only where a cited review judged it; otherwise it counts as not assessed and lowers certainty
one step. Thresholds follow the GRADE guidance series (imprecision: Guyatt 2011, J Clin Epidemiol 64:1283;
inconsistency: Guyatt 2011, 64:1294).
"""

from __future__ import annotations

import dataclasses
from typing import Literal

Level = Literal["high", "moderate", "low", "very low"]
LEVELS: tuple[Level, ...] = ("high", "moderate", "low", "very low")

OPTIMAL_INFORMATION_SIZE = 400
"""People in all arms below which a pooled continuous result counts as imprecise (GRADE's rule of thumb)."""
VERY_FEW_PEOPLE = 100
"""People below which imprecision takes two steps (a cautious default; no paper states the number)."""
FEWEST_ALL_ONE_WAY = 5
"""Small trials that all point one way make one suspect that others are missing (GRADE: Guyatt 2011,
doi:10.1016/j.jclinepi.2011.01.011)."""
SUBSTANTIAL_I2 = 50.0
MANY_MISSING = 0.2
"""Share of results out of reach above which what is missing could change the picture."""


@dataclasses.dataclass(frozen=True)
class Reason:
    """One step down, or two."""

    domain: Literal["risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias", "design"]
    steps: int
    why: str


@dataclasses.dataclass(frozen=True)
class Certainty:
    """A level and how it was reached."""

    level: Level
    reasons: tuple[Reason, ...]


def certainty(reasons: tuple[Reason, ...], *, start: Level = "high") -> Certainty:
    """Step down from where the design starts (high for randomised trials and safety surveys, low for other studies)."""
    place = LEVELS.index(start) + sum(reason.steps for reason in reasons)
    return Certainty(LEVELS[min(place, len(LEVELS) - 1)], reasons)


def benefit_reasons(
    *, blinded: bool, k: int, n: int, ci_low: float, ci_high: float, null: float, i2: float | None, broad: bool
) -> tuple[Reason, ...]:
    """The steps down for a pooled benefit. ``blinded`` is true for sham-controlled comparisons."""
    reasons = [
        Reason(
            "risk of bias",
            1 if blinded else 2,
            "risk of bias was not assessed by a review we can cite"
            + ("" if blinded else ", and people knew which treatment they had"),
        )
    ]
    if i2 is not None and i2 >= SUBSTANTIAL_I2:
        reasons.append(Reason("inconsistency", 1, f"the trials disagree (I2 {i2:.0f} %)"))
    if broad:
        reasons.append(Reason("indirectness", 1, "several kinds of neuropathy and outcome are put together"))
    if n < OPTIMAL_INFORMATION_SIZE or ci_low <= null <= ci_high:
        crosses = ci_low <= null <= ci_high
        why = "the interval includes no difference" if crosses else f"only {n} people in {k} trials"
        reasons.append(Reason("imprecision", 2 if n < VERY_FEW_PEOPLE else 1, why))
    return tuple(reasons)


def direction_reasons(
    *, blinded: bool, favour: int, seen: int, not_seen: int, n: int, broad: bool
) -> tuple[Reason, ...]:
    """The steps down for a synthesis of directions, which says which way and never how much."""
    reasons = [
        Reason(
            "risk of bias",
            1 if blinded else 2,
            "risk of bias was not assessed by a review we can cite"
            + ("" if blinded else ", and people knew which treatment they had"),
        )
    ]
    if 1 / 3 <= favour / seen <= 2 / 3 and seen > 1:
        reasons.append(Reason("inconsistency", 1, f"the trials disagree ({favour} of {seen} favour acupuncture)"))
    if broad:
        reasons.append(Reason("indirectness", 1, "several kinds of neuropathy and outcome are put together"))
    few = 2 if n < VERY_FEW_PEOPLE else 1
    why = "directions say which way, not how much" if n >= OPTIMAL_INFORMATION_SIZE else f"only {n} people"
    reasons.append(Reason("imprecision", few, why))
    if not_seen / (seen + not_seen) >= MANY_MISSING:
        why = f"{not_seen} of {seen + not_seen} results are not available to us"
        reasons.append(Reason("publication bias", 1, why))
    elif favour == seen >= FEWEST_ALL_ONE_WAY and n / seen < OPTIMAL_INFORMATION_SIZE:
        reasons.append(
            Reason("publication bias", 1, f"all {seen} results favour acupuncture, and the trials are small")
        )
    return tuple(reasons)
