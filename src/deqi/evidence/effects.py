"""One effect per trial and comparison, by a written rule.

Of a trial's usable outcomes the first by this order is taken: reported by the patient before by a clinician before by
an instrument; the domain's order (pain first); the end of treatment before a follow-up; then the outcome's id. Of one
outcome's numbers: a between-group difference as printed, then change in each arm, then values at the end.

Scores are standardised mean differences turned so that a negative value favours acupuncture. Counts are risk ratios of
the better result, so that a value above 1 favours acupuncture. Where everybody had both treatments, people are counted
once; the interval is made as if the two periods had been two groups, which is too wide rather than too narrow
(Cochrane Handbook 23.2.6), because the spread of the differences within people was not printed.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from scipy.special import ndtri, stdtrit

from deqi.evidence.comparisons import Comparison, comparisons
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import (
    Outcome,
    OutcomeContrast,
    OutcomeDefinition,
    OutcomeValue,
    Score,
    Trial,
    TrialArm,
    TrialComparison,
)
from deqi.knowledge.tables.vocabulary import Domain
from metafit import binary_effects, hedges_factor, mean_effects

Family = Literal["score", "responder"]
Side = Literal["acupuncture", "control", "neither"]
How = Literal["printed_difference", "arm_changes", "arm_ends", "arm_counts"]
REPORTERS = ("patient", "clinician", "instrument", "")
TIMEPOINTS = ("end_of_treatment", "during", "not_stated", "follow_up")


@dataclasses.dataclass(frozen=True)
class TrialEffect:
    """One trial's effect on one outcome of one comparison.

    ``yi`` and ``vi`` are on the analysis scale (SMD, or log risk ratio); ``natural`` is the same result as a reader
    knows it (points of its own scale with their interval, or the risk ratio). ``people`` are counted once.
    ``score`` says whether it compares changes or ends, ``adjusted`` that the paper took other things into account,
    ``kind`` what "got better" means in a count of people.
    """

    trial: Trial
    comparator: str
    group: str
    design: TrialComparison
    outcome: Outcome
    family: Family
    kind: str
    score: Score
    adjusted: bool
    measure: Literal["SMD", "RR"]
    yi: float
    vi: float
    natural_measure: str
    natural: float
    natural_low: float
    natural_high: float
    n_acupuncture: int
    n_control: int
    people: int
    events: tuple[int, int, int, int] | None
    how: How
    rows: tuple[str, ...]
    source: tuple[str, ...]


def leaning(effect: TrialEffect) -> Side:
    """Which side the result is on, whatever the direction of its own scale; says nothing of how sure it is."""
    if effect.yi == 0:
        return "neither"
    return "acupuncture" if (effect.yi > 0) == (effect.measure == "RR") else "control"


def clear(effect: TrialEffect) -> bool:
    """Whether the interval leaves out no difference."""
    nothing = 1.0 if effect.natural_measure == "RR" else 0.0
    return not effect.natural_low <= nothing <= effect.natural_high


@dataclasses.dataclass(frozen=True)
class _Numbers:
    """An outcome with its rows, its comparison and what its counts mean."""

    outcome: Outcome
    values: tuple[OutcomeValue, ...]
    contrasts: tuple[OutcomeContrast, ...]
    comparison: Comparison
    kind: str


def every_effect(knowledge: Knowledge) -> tuple[TrialEffect, ...]:
    """Every effect that rows which may be used give, in the order in which one is chosen."""
    order = {row.domain: row.order for row in knowledge.rows(Domain)}
    usable = sorted(_usable(knowledge), key=lambda one: _preference(one.outcome, order))
    made = (make(numbers) for numbers in usable for make in (_responder, _score))
    return tuple(effect for effect in made if effect is not None)


def chosen_effects(
    effects: Iterable[TrialEffect], family: Family, *, domain: str = "", kind: str = ""
) -> tuple[TrialEffect, ...]:
    """At most one effect for every trial and comparison: the first of the family, domain and kind asked for."""
    first: dict[tuple[str, str], TrialEffect] = {}
    for effect in effects:
        fits = effect.family == family and (not domain or effect.outcome.domain == domain)
        if fits and (not kind or effect.kind == kind):
            first.setdefault((effect.trial.trial, effect.comparator), effect)
    return tuple(first.values())


def _preference(outcome: Outcome, order: Mapping[str, int]) -> tuple[int, int, int, float, str]:
    return (
        REPORTERS.index(outcome.reporter),
        order.get(outcome.domain, 99),
        TIMEPOINTS.index(outcome.timepoint) if outcome.timepoint in TIMEPOINTS else len(TIMEPOINTS),
        outcome.weeks if outcome.weeks is not None else 1e9,
        outcome.outcome,
    )


def _usable(knowledge: Knowledge) -> Iterable[_Numbers]:
    values, contrasts = defaultdict(list), defaultdict(list)
    for value in knowledge.rows(OutcomeValue):
        if value.verified != "no":
            values[value.outcome].append(value)
    for contrast in knowledge.rows(OutcomeContrast):
        if contrast.verified != "no":
            contrasts[contrast.outcome].append(contrast)
    compared = comparisons(knowledge)
    kinds = {row.outcome: row.kind for row in knowledge.rows(OutcomeDefinition)}
    for outcome in knowledge.rows(Outcome):
        if outcome.poolable == "yes" and outcome.verified != "no" and outcome.lower_is_better is not None:
            yield _Numbers(
                outcome,
                tuple(values[outcome.outcome]),
                tuple(contrasts[outcome.outcome]),
                compared[outcome.trial, outcome.comparator],
                kinds.get(outcome.outcome, ""),
            )


def _people(comparison: Comparison, acupuncture: int, control: int) -> int:
    """Each person once: where everybody had both treatments the two numbers are the same people.

    Where only the numbers allocated are known by arm, the number analysed in both is the smaller one.
    """
    if comparison.design.allocation == "crossover":
        return max(acupuncture, control)
    both = acupuncture + control
    return min(both, comparison.design.people or both)


def _arms(values: Iterable[OutcomeValue], value_type: str) -> tuple[OutcomeValue, OutcomeValue] | None:
    """The one acupuncture and the one control row of a kind; None when either is missing or stands twice."""
    of_type = [value for value in values if value.value_type == value_type]
    acupuncture = [value for value in of_type if value.arm == "acupuncture"]
    control = [value for value in of_type if value.arm == "control"]
    return (acupuncture[0], control[0]) if len(acupuncture) == len(control) == 1 else None


def _responder(numbers: _Numbers) -> TrialEffect | None:
    pair = _arms(numbers.values, "events")
    if pair is None or any(value.events is None or value.total is None for value in pair):
        return None
    events = [value.events or 0 for value in pair]
    totals = [value.total or 0 for value in pair]
    if numbers.outcome.lower_is_better:
        events = [total - count for count, total in zip(events, totals, strict=True)]
    effect = binary_effects("RR", events[0], totals[0], events[1], totals[1])
    yi, vi = float(effect.yi), float(effect.vi)
    low, high = _interval(yi, vi)
    comparison = numbers.comparison
    return TrialEffect(
        trial=comparison.trial,
        comparator=comparison.comparator,
        group=comparison.group,
        design=comparison.design,
        outcome=numbers.outcome,
        family="responder",
        kind=numbers.kind,
        score="",
        adjusted=False,
        measure="RR",
        yi=yi,
        vi=vi,
        natural_measure="RR",
        natural=float(np.exp(yi)),
        natural_low=float(np.exp(low)),
        natural_high=float(np.exp(high)),
        n_acupuncture=totals[0],
        n_control=totals[1],
        people=_people(comparison, totals[0], totals[1]),
        events=(events[0], totals[0], events[1], totals[1]),
        how="arm_counts",
        rows=tuple(f"value:{value.value}" for value in pair),
        source=_sources(pair),
    )


def _score(numbers: _Numbers) -> TrialEffect | None:
    found = _from_contrast(numbers)
    if found is None:
        for value_type, score, how in _SCORES:
            found = _from_means(numbers, value_type, score, how)
            if found is not None:
                break
    if found is None:
        return None
    sign = 1.0 if numbers.outcome.lower_is_better else -1.0
    # A change recorded as *improvement* is already covered: lower_is_better is "no" for it.
    comparison = numbers.comparison
    return TrialEffect(
        trial=comparison.trial,
        comparator=comparison.comparator,
        group=comparison.group,
        design=comparison.design,
        outcome=numbers.outcome,
        family="score",
        kind="",
        score=found.score,
        adjusted=found.adjusted,
        measure="SMD",
        yi=sign * found.smd,
        vi=found.variance,
        natural_measure=found.natural_measure,
        natural=found.natural,
        natural_low=found.natural_low,
        natural_high=found.natural_high,
        n_acupuncture=found.n_acupuncture,
        n_control=found.n_control,
        people=_people(comparison, found.n_acupuncture, found.n_control),
        events=None,
        how=found.how,
        rows=found.rows,
        source=found.source,
    )


_SCORES: tuple[tuple[str, Score, How], ...] = (("change", "change", "arm_changes"), ("final", "end", "arm_ends"))


@dataclasses.dataclass(frozen=True)
class _Score:
    score: Score
    adjusted: bool
    smd: float
    variance: float
    natural_measure: str
    natural: float
    natural_low: float
    natural_high: float
    n_acupuncture: int
    n_control: int
    how: How
    rows: tuple[str, ...]
    source: tuple[str, ...]


def _from_means(numbers: _Numbers, value_type: str, score: Score, how: How) -> _Score | None:
    pair = _arms(numbers.values, value_type)
    if pair is None or any(value.mean is None or value.sd is None or value.n is None for value in pair):
        return None
    acupuncture, control = pair
    six = (acupuncture.mean, acupuncture.sd, acupuncture.n, control.mean, control.sd, control.n)
    smd = mean_effects("SMD", *six)  # type: ignore[arg-type]  # none is None
    md = mean_effects("MD", *six)  # type: ignore[arg-type]  # none is None
    low, high = _interval(float(md.yi), float(md.vi))
    return _Score(
        score, False, float(smd.yi), float(smd.vi), "MD", float(md.yi), low, high, acupuncture.n or 0, control.n or 0,
        how, tuple(f"value:{value.value}" for value in pair), _sources(pair),
    )  # fmt: skip


def _from_contrast(numbers: _Numbers) -> _Score | None:
    """A printed mean difference, standardised by the spread its own interval implies (Cochrane Handbook 6.5.2.3)."""
    for contrast in numbers.contrasts:
        if None in (contrast.estimate, contrast.ci_low, contrast.ci_high) or contrast.measure not in ("MD", "SMD"):
            continue
        estimate, low, high = contrast.estimate or 0.0, contrast.ci_low or 0.0, contrast.ci_high or 0.0
        sizes = _sizes(contrast, numbers.comparison.arm)
        if sizes is None:
            continue
        n1, n2 = sizes
        half = (high - low) / 2
        df = n1 + n2 - 2
        if contrast.measure == "SMD":
            smd, variance = estimate, (half / float(ndtri(0.975))) ** 2
        else:
            se = half / float(stdtrit(df, 0.975))
            spread = se / float(np.sqrt(1 / n1 + 1 / n2))
            smd = float(hedges_factor(df)) * estimate / spread
            variance = 1 / n1 + 1 / n2 + smd**2 / (2 * (n1 + n2))
        return _Score(
            contrast.score or "not_stated", contrast.adjusted == "yes", smd, variance, contrast.measure, estimate, low,
            high, n1, n2, "printed_difference",
            (f"contrast:{contrast.contrast}",), contrast.source,
        )  # fmt: skip
    return None


def _sizes(contrast: OutcomeContrast, arm: TrialArm) -> tuple[int, int] | None:
    for sizes in (
        (contrast.n_acupuncture, contrast.n_control),
        (arm.analysed_acupuncture, arm.analysed_control),
        (arm.n_acupuncture, arm.n_control),
    ):
        if sizes[0] and sizes[1]:
            return sizes[0], sizes[1]
    return None


def _interval(yi: float, vi: float) -> tuple[float, float]:
    half = float(ndtri(0.975)) * float(np.sqrt(vi))
    return yi - half, yi + half


def _sources(rows: Iterable[OutcomeValue]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for row in rows for source in row.source))
