"""Synthesis without meta-analysis: which way every trial went, those without numbers included.

Reporting follows SWiM (Campbell 2020, BMJ 368:l6890): the standardised metric is the direction of effect, the test a
sign test where at least five results were seen. A trial without a clear difference counts as not favouring
acupuncture, which is the cautious way to count.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

from deqi.knowledge.tables.evidence import Trial, TrialArm, TrialResult

LEAST_FOR_SIGN_TEST = 5
SEEN = ("favours_acupuncture", "favours_control", "no_difference", "mixed")


@dataclasses.dataclass(frozen=True)
class TrialDirection:
    """One trial's result in one comparison, seen or not."""

    trial: Trial
    comparator: str
    direction: str
    summary: str
    n: int | None
    numbers_status: str
    numbers_reason: str
    report_of: str
    """The trial this is a further report of; it is shown beside that trial and never counted."""
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SignTest:
    """How many of the results seen favour acupuncture; ``p`` two-sided, or None below five results."""

    favour: int
    seen: int
    not_seen: int
    p: float | None


def directions(
    trials: Iterable[Trial], arms: Iterable[TrialArm], results: Iterable[TrialResult], *, comparators: Iterable[str]
) -> tuple[TrialDirection, ...]:
    """Every result of these trials in these comparisons, largest trial first."""
    known = {trial.trial: trial for trial in trials}
    sizes = {(arm.trial, arm.comparator): _size(arm) for arm in arms}
    wanted = set(comparators)
    found = [
        TrialDirection(
            known[row.trial],
            row.comparator,
            row.direction,
            row.summary,
            sizes.get((row.trial, row.comparator)),
            row.numbers_status,
            row.numbers_reason,
            row.report_of,
            row.source,
        )
        for row in results
        if row.trial in known and row.comparator in wanted
    ]
    return tuple(sorted(found, key=lambda one: (-(one.n or 0), one.trial.trial)))


def sign_test(found: Iterable[TrialDirection]) -> SignTest:
    """The sign test over randomised results that were seen. A companion report has no vote of its own."""
    randomised = [
        one for one in found if one.trial.randomised != "no" and one.direction != "not_applicable" and not one.report_of
    ]
    seen = [one for one in randomised if one.direction in SEEN]
    favour = sum(one.direction == "favours_acupuncture" for one in seen)
    p = _two_sided(favour, len(seen)) if len(seen) >= LEAST_FOR_SIGN_TEST else None
    return SignTest(favour, len(seen), sum(one.direction == "not_seen" for one in randomised), p)


def _two_sided(favour: int, seen: int) -> float:
    """Exact two-sided p of so many of so many at even odds: twice the smaller tail, the two being alike."""
    tail = sum(math.comb(seen, count) for count in range(min(favour, seen - favour) + 1))
    return min(1.0, 2 * tail / 2.0**seen)


def _size(arm: TrialArm) -> int | None:
    for pair in ((arm.analysed_acupuncture, arm.analysed_control), (arm.n_acupuncture, arm.n_control)):
        if pair[0] is not None and pair[1] is not None:
            return pair[0] + pair[1]
    return arm.n_randomised
