"""What harm it does, and how often: counts of surveys by event, by unit (per person or per treatment, never mixed), by
the time each person was asked about, and by who said so.

Events contain events: where a survey saw none of the wider kind, it saw none of the narrower (``event_parts``).
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np

from deqi.evidence.grade import Certainty, Reason, certainty
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.harms import HarmRow, HarmSurvey, HarmUse
from deqi.knowledge.tables.words import EventPart
from deqi.knowledge.thresholds import thresholds
from metafit.counts.data import OneArm
from metafit.counts.exact import exact_proportion, exact_rate, zero_upper
from metafit.counts.pooling import pool_counts

NAGQ = 61
"""Quadrature points: with mostly empty counts the usual seven are several percent off."""
Per = Literal["person", "treatment", "event-per-treatment"]


@dataclasses.dataclass(frozen=True)
class SurveyCount:
    """One survey's count of one event.

    ``implied`` marks a count worked back from a printed rate; ``within`` names the wider event whose zero this is.
    """

    survey: HarmSurvey
    row: HarmRow
    events: float
    denominator: float
    implied: bool
    within: str = ""

    @property
    def rate(self) -> float:
        return self.events / self.denominator


@dataclasses.dataclass(frozen=True)
class HarmRate:
    """How often one event happens, as a fraction of persons or treatments.

    ``window`` is the time each person was asked about (empty for counts of treatments). ``model`` is ``GLMM`` for a
    pool of three or more, ``exact`` for one survey or for zeros only; two surveys stand side by side with no number of
    their own. ``upper_only``: nothing was seen, and ``high`` is what that still allows.
    """

    event: str
    per: Per
    window: str
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

    @property
    def events(self) -> float:
        return sum(count.events for count in self.counts)

    @property
    def total(self) -> float:
        return sum(count.denominator for count in self.counts)

    @property
    def once(self) -> bool:
        """One event in all: it was seen once, which is no rate."""
        return self.events == 1

    @property
    def largest(self) -> SurveyCount:
        return max(self.counts, key=lambda count: count.denominator)


@dataclasses.dataclass(frozen=True)
class CourseRisk:
    """A rate turned into a course of treatment, or why it cannot be. Never more than 100 of 100 people."""

    per_100: float
    low: float
    high: float
    basis: Literal["per-person", "treatment-times-sessions", "not-comparable"]


def harm_rates(knowledge: Knowledge) -> tuple[HarmRate, ...]:
    """Every event with at least one usable count, commonest first."""
    groups: dict[tuple[str, Per, str, str], list[SurveyCount]] = defaultdict(list)
    for count, event, per, reporter in _with_inherited(list(_counts(knowledge)), knowledge):
        window = count.survey.window if per == "person" or count.survey.window == "one_treatment" else ""
        groups[event, per, window, reporter].append(count)
    rates = [harm_rate(*key, counts) for key, counts in groups.items()]
    return tuple(sorted(rates, key=lambda one: (-(one.high if one.upper_only else one.rate), one.event, one.per)))


_Counted = tuple[SurveyCount, str, Per, str]


def _counts(knowledge: Knowledge) -> Iterable[_Counted]:
    surveys = {row.survey: row for row in knowledge.rows(HarmSurvey)}
    rows = {row.harm: row for row in knowledge.rows(HarmRow)}
    for use in knowledge.rows(HarmUse):
        row = rows[use.harm]
        if use.use == "pool" and row.verified != "no" and (count := _count(row, use, surveys[row.survey])) is not None:
            event, unit, reporter = use.pool_key.split("|")
            per: Per = (
                "person" if unit == "patients" else "treatment" if unit == "treatments" else "event-per-treatment"
            )
            yield count, event, per, reporter


def _count(row: HarmRow, use: HarmUse, survey: HarmSurvey) -> SurveyCount | None:
    if row.denominator is None:
        return None
    if row.events is not None:
        return SurveyCount(survey, row, row.events, row.denominator, False)
    if use.implied_low is None or use.implied_high is None:
        return None
    return SurveyCount(survey, row, round((use.implied_low + use.implied_high) / 2), row.denominator, True)


def parts_of(knowledge: Knowledge) -> Mapping[str, frozenset[str]]:
    """For each event all events it contains, at any depth."""
    direct: dict[str, set[str]] = defaultdict(set)
    for row in knowledge.rows(EventPart):
        direct[row.whole].add(row.part)
    found: dict[str, frozenset[str]] = {}
    for whole in direct:
        seen: set[str] = set()
        todo = list(direct[whole])
        while todo:
            part = todo.pop()
            if part not in seen:
                seen.add(part)
                todo += direct.get(part, ())
        found[whole] = frozenset(seen)
    return found


def _with_inherited(counted: list[_Counted], knowledge: Knowledge) -> Iterable[_Counted]:
    """The counts, and for each zero of a wider event the zeros of its parts in surveys that did not count these."""
    yield from counted
    own = {(count.row.survey, event) for count, event, _, _ in counted}
    parts = parts_of(knowledge)
    for count, event, per, reporter in counted:
        if count.events == 0:
            for part in sorted(parts.get(event, ())):
                if (count.row.survey, part) not in own:
                    yield dataclasses.replace(count, within=event), part, per, reporter


def harm_rate(event: str, per: Per, window: str, reporter: str, counts: Iterable[SurveyCount]) -> HarmRate:
    """The rate of some counts of one event."""
    kept = one_per_group(counts)
    events = np.array([count.events for count in kept])
    totals = np.array([count.denominator for count in kept])
    nan = float("nan")
    rate = low = high = prediction_low = prediction_high = nan
    model: Literal["GLMM", "exact", "none"] = "none"
    upper_only = not events.any()
    if upper_only:
        model, rate, low = "exact", 0.0, 0.0
        high = float(zero_upper(totals.sum()))
    elif len(kept) >= thresholds().least_to_pool:
        model = "GLMM"
        binomial = per != "event-per-treatment"
        fit = pool_counts(OneArm(events, totals), measure="PLO" if binomial else "IRLN", method="GLMM", nagq=NAGQ)
        back = _inverse_logit if binomial else _exponent
        rate, low, high = (back(float(one)) for one in (fit.estimate, fit.ci_low, fit.ci_high))
        if len(kept) >= thresholds().least_to_predict:
            prediction_low, prediction_high = (back(float(one)) for one in (fit.prediction.low, fit.prediction.high))
    elif len(kept) == 1:
        model = "exact"
        rate = float(events[0] / totals[0])
        found = (exact_rate if per == "event-per-treatment" else exact_proportion)(events[0], totals[0])
        low, high = float(found.low), float(found.high)
    return HarmRate(
        event=event,
        per=per,
        window=window,
        reporter=reporter,
        counts=tuple(kept),
        model=model,
        rate=rate,
        low=low,
        high=high,
        prediction_low=prediction_low,
        prediction_high=prediction_high,
        upper_only=upper_only,
        certainty=None if model == "none" else certainty(harm_reasons(kept, low, high)),
        rows=tuple(dict.fromkeys(f"harm:{count.row.harm}" for count in kept)),
        source=tuple(dict.fromkeys(source for count in kept for source in count.row.source)),
    )


def one_per_group(counts: Iterable[SurveyCount]) -> list[SurveyCount]:
    """One row for each group of surveys that share people: the one with the largest denominator."""
    best: dict[str, SurveyCount] = {}
    for count in counts:
        group = count.survey.overlap_group or count.survey.survey
        if group not in best or count.denominator > best[group].denominator:
            best[group] = count
    return list(best.values())


def harm_reasons(counts: list[SurveyCount], low: float, high: float) -> tuple[Reason, ...]:
    """The steps down for one event. Few events are imprecise, never inconsistent: chance alone scatters them."""
    reasons = [Reason("risk-of-bias", 1, "harm_unchecked")]
    events = sum(count.events for count in counts)
    if len(counts) == 1:
        reasons.append(Reason("imprecision", 1, "harm_one_survey"))
    if events < thresholds().few_events:
        reasons.append(Reason("imprecision", 1, "harm_few", {"events": f"{events:,.0f}"}))
    elif high / max(low, 1e-12) > thresholds().wide_interval:
        reasons.append(Reason("imprecision", 1, "harm_wide"))
    if len(counts) > 1 and events >= thresholds().few_events and _differ(counts):
        reasons.append(Reason("inconsistency", 1, "harm_differ"))
    return tuple(reasons)


def _differ(counts: list[SurveyCount]) -> bool:
    """Several-fold rates that chance does not explain (chi-square of the counts at their common rate)."""
    from scipy.special import chdtrc

    rates = [count.rate for count in counts]
    if min(rates) > 0 and max(rates) / min(rates) <= thresholds().wide_interval:
        return False
    common = sum(count.events for count in counts) / sum(count.denominator for count in counts)
    expected = [common * count.denominator for count in counts]
    chi2 = sum((count.events - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return bool(chdtrc(len(counts) - 1, chi2) < thresholds().differing_p)


def over_a_course(rate: HarmRate, sessions: int) -> CourseRisk:
    """Per 100 people over a course. Only rare per-treatment rates may be multiplied by sessions.

    The multiple is a ceiling (several events may meet one person), so it is cut at 100. A rate of a window other than
    a course, or of events of which one person may have several, is not turned into a course.
    """
    nan = float("nan")
    if rate.per == "person":
        if rate.window == "course":
            return CourseRisk(100 * rate.rate, 100 * rate.low, 100 * rate.high, "per-person")
    elif not rate.window and rate.rate < thresholds().rare_per_treatment:
        per_100, low, high = (min(100.0, 100 * sessions * one) for one in (rate.rate, rate.low, rate.high))
        return CourseRisk(per_100, low, high, "treatment-times-sessions")
    return CourseRisk(nan, nan, nan, "not-comparable")


def _inverse_logit(x: float) -> float:
    return float(1 / (1 + math.exp(-x)))


def _exponent(x: float) -> float:
    return math.exp(x)
