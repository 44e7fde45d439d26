"""What harm it does, and how often: by event, by unit (per person or per treatment, never mixed) and by reporter."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

import numpy as np

from deqi.evidence.grade import Certainty, Reason, certainty
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.harms import HarmRow, HarmSurvey, HarmUse
from metafit.counts.data import OneArm
from metafit.counts.exact import exact_proportion, exact_rate, zero_upper
from metafit.counts.pooling import pool_counts

LEAST_TO_POOL = 3
COURSE_SESSIONS = 10
NAGQ = 61
"""Quadrature points: with mostly empty counts the usual seven are several percent off."""
RARE_PER_TREATMENT = 1e-4
"""Below one in 10,000 treatments the same person is so seldom hit twice that sessions may be multiplied."""

Per = Literal["person", "treatment", "event per treatment"]


@dataclasses.dataclass(frozen=True)
class SurveyCount:
    """One survey's count of one event. ``implied`` marks a count worked back from a printed rate."""

    survey: HarmSurvey
    row: HarmRow
    events: float
    denominator: float
    implied: bool


@dataclasses.dataclass(frozen=True)
class HarmRate:
    """How often one event happens, as a fraction of persons or treatments.

    ``model`` is ``GLMM`` for a pool of three or more, ``exact`` for one survey; two surveys stand side by side with
    no number of their own. ``upper_only``: nothing was seen, and ``high`` is what that still allows.
    """

    event: str
    per: Per
    reporter: str
    counts: tuple[SurveyCount, ...]
    model: Literal["GLMM", "exact", "none"]
    rate: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float
    upper_only: bool
    certainty: Certainty | None
    rows: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def k(self) -> int:
        return len(self.counts)


@dataclasses.dataclass(frozen=True)
class CourseRisk:
    """A rate turned into a course of treatment, or why it cannot be."""

    per_100: float
    low: float
    high: float
    basis: Literal["per person", "per treatment times sessions", "not comparable"]


def harm_rates(knowledge: Knowledge) -> tuple[HarmRate, ...]:
    """Every event with at least one usable count, commonest first."""
    surveys = {row.survey: row for row in knowledge.rows(HarmSurvey)}
    rows = {row.harm: row for row in knowledge.rows(HarmRow)}
    groups: dict[str, list[SurveyCount]] = defaultdict(list)
    for use in knowledge.rows(HarmUse):
        row = rows[use.harm]
        if use.use == "pool" and row.verified != "no" and (count := _count(row, use, surveys[row.survey])) is not None:
            groups[use.pool_key].append(count)
    rates = [_rate(key, counts) for key, counts in groups.items()]
    return tuple(sorted(rates, key=lambda one: (-(one.high if one.upper_only else one.rate), one.event, one.per)))


def _count(row: HarmRow, use: HarmUse, survey: HarmSurvey) -> SurveyCount | None:
    if row.denominator is None:
        return None
    if row.events is not None:
        return SurveyCount(survey, row, row.events, row.denominator, False)
    if use.implied_low is None or use.implied_high is None:
        return None
    return SurveyCount(survey, row, round((use.implied_low + use.implied_high) / 2), row.denominator, True)


def _rate(key: str, counts: list[SurveyCount]) -> HarmRate:
    event, unit, reporter = key.split("|")
    per: Per = "person" if unit == "patients" else "treatment" if unit == "treatments" else "event per treatment"
    kept = _one_per_group(counts)
    events = np.array([count.events for count in kept])
    totals = np.array([count.denominator for count in kept])
    nan = float("nan")
    rate = low = high = prediction_low = prediction_high = nan
    model: Literal["GLMM", "exact", "none"] = "none"
    upper_only = not events.any()
    if upper_only:
        model, rate, low = "exact", 0.0, 0.0
        high = float(zero_upper(totals.sum()))
    elif len(kept) >= LEAST_TO_POOL:
        model = "GLMM"
        binomial = per != "event per treatment"
        fit = pool_counts(OneArm(events, totals), measure="PLO" if binomial else "IRLN", method="GLMM", nagq=NAGQ)
        back = _inverse_logit if binomial else _exponent
        rate, low, high, prediction_low, prediction_high = (
            back(float(one)) for one in (fit.estimate, fit.ci_low, fit.ci_high, fit.prediction.low, fit.prediction.high)
        )
    elif len(kept) == 1:
        model = "exact"
        rate = float(events[0] / totals[0])
        found = (exact_rate if per == "event per treatment" else exact_proportion)(events[0], totals[0])
        low, high = float(found.low), float(found.high)
    return HarmRate(
        event=event,
        per=per,
        reporter=reporter,
        counts=tuple(kept),
        model=model,
        rate=rate,
        low=low,
        high=high,
        prediction_low=prediction_low,
        prediction_high=prediction_high,
        upper_only=upper_only,
        certainty=None if model == "none" else certainty(_reasons(kept, low, high, rate)),
        rows=tuple(f"harm:{count.row.harm}" for count in kept),
        source=tuple(dict.fromkeys(source for count in kept for source in count.row.source)),
    )


def _one_per_group(counts: Iterable[SurveyCount]) -> list[SurveyCount]:
    """One row for each group of surveys that share people: the one with the largest denominator."""
    best: dict[str, SurveyCount] = {}
    for count in counts:
        group = count.survey.overlap_group or count.survey.survey
        if group not in best or count.denominator > best[group].denominator:
            best[group] = count
    return list(best.values())


REPORTERS = ("patient", "mixed", "practitioner", "registry")
"""Who said so, the most telling first: patients notice more than practitioners write down."""
BASES = ("per person", "per treatment times sessions", "not comparable")


def chosen_rates(rates: Iterable[HarmRate]) -> dict[str, HarmRate]:
    """For each event the one rate to put into a sentence.

    A number comes before none, what patients report before what others do, a rate per person before one that has to
    be turned into a course and that before one that cannot be, more people before fewer. All others stay in the table.
    """
    best: dict[str, HarmRate] = {}
    for rate in sorted(rates, key=_preference):
        best.setdefault(rate.event, rate)
    return best


def _preference(rate: HarmRate) -> tuple[bool, int, int, float]:
    return (
        rate.model == "none",
        REPORTERS.index(rate.reporter) if rate.reporter in REPORTERS else len(REPORTERS),
        BASES.index(over_a_course(rate).basis),
        -sum(count.denominator for count in rate.counts),
    )


def _reasons(counts: list[SurveyCount], low: float, high: float, rate: float) -> tuple[Reason, ...]:
    reasons = [Reason("risk of bias", 1, "not checked against records, and who reports changes the count")]
    if len(counts) == 1:
        reasons.append(Reason("imprecision", 1, "one survey only"))
    elif rate > 0 and (high / max(low, 1e-12) > 4 or _spread(counts) > 4):
        reasons.append(Reason("inconsistency", 1, "the surveys differ several-fold"))
    return tuple(reasons)


def _spread(counts: Iterable[SurveyCount]) -> float:
    """How many times the highest of the surveys' rates is the lowest."""
    rates = [count.events / count.denominator for count in counts]
    return max(rates) / min(rates) if min(rates) > 0 else float("inf") if max(rates) > 0 else 1.0


def over_a_course(rate: HarmRate, sessions: int = COURSE_SESSIONS) -> CourseRisk:
    """Per 100 people over a course. Only rare per-treatment rates may be multiplied by sessions."""
    if rate.per == "person":
        return CourseRisk(100 * rate.rate, 100 * rate.low, 100 * rate.high, "per person")
    if rate.rate < RARE_PER_TREATMENT:
        factor = 100 * sessions
        return CourseRisk(factor * rate.rate, factor * rate.low, factor * rate.high, "per treatment times sessions")
    nan = float("nan")
    return CourseRisk(nan, nan, nan, "not comparable")


def _inverse_logit(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def _exponent(x: float) -> float:
    return float(np.exp(x))
