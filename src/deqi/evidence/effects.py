"""One effect per trial and comparison, by a written rule.

Of a trial's usable outcomes the first by this order is taken: reported by the patient before by a clinician before by
an instrument; the domain's order (pain first); the end of treatment before a follow-up; then the outcome's id. Of one
outcome's numbers: a between-group difference as printed, then change in each arm, then values at the end.

Scores are standardised mean differences turned so that a negative value favours acupuncture. Counts are risk ratios of
the better result, so that a value above 1 favours acupuncture.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from scipy.special import ndtri, stdtrit

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import Outcome, OutcomeContrast, OutcomeValue, Trial, TrialArm
from deqi.knowledge.tables.vocabulary import ComparatorKind, Domain
from metafit import binary_effects, hedges_factor, mean_effects

Family = Literal["score", "responder"]
REPORTERS = ("patient", "clinician", "instrument", "")
TIMEPOINTS = ("end_of_treatment", "during", "not_stated", "follow_up")


@dataclasses.dataclass(frozen=True)
class TrialEffect:
    """One trial's effect in one comparison.

    ``yi`` and ``vi`` are on the analysis scale (SMD, or log risk ratio); ``natural`` is the same result as a reader
    knows it (points of its own scale with their interval, or the risk ratio).
    """

    trial: Trial
    comparator: str
    group: str
    outcome: Outcome
    family: Family
    measure: Literal["SMD", "RR"]
    yi: float
    vi: float
    natural_measure: str
    natural: float
    natural_low: float
    natural_high: float
    n_acupuncture: int
    n_control: int
    events: tuple[int, int, int, int] | None
    how: str
    rows: tuple[str, ...]
    source: tuple[str, ...]


def leaning(effect: TrialEffect) -> Literal["acupuncture", "control", "neither"]:
    """Which side the result is on, whatever the direction of its own scale; says nothing of how sure it is."""
    if effect.yi == 0:
        return "neither"
    return "acupuncture" if (effect.yi > 0) == (effect.measure == "RR") else "control"


@dataclasses.dataclass(frozen=True)
class _Numbers:
    """An outcome with its rows and the sizes of the trial's arms."""

    outcome: Outcome
    values: tuple[OutcomeValue, ...]
    contrasts: tuple[OutcomeContrast, ...]
    arm: TrialArm | None


def chosen_effects(knowledge: Knowledge, family: Family, domain: str = "") -> tuple[TrialEffect, ...]:
    """At most one effect for every trial and comparison, from rows that may be pooled; of one domain if it is named."""
    trials = {row.trial: row for row in knowledge.rows(Trial)}
    groups = {row.comparator: row.group for row in knowledge.rows(ComparatorKind)}
    order = {row.domain: row.order for row in knowledge.rows(Domain)}
    candidates: dict[tuple[str, str], list[_Numbers]] = defaultdict(list)
    for numbers in _usable(knowledge):
        if domain and numbers.outcome.domain != domain:
            continue
        candidates[numbers.outcome.trial, numbers.outcome.comparator].append(numbers)
    found = []
    for (trial, comparator), options in candidates.items():
        options.sort(key=lambda one: _preference(one.outcome, order))
        for numbers in options:
            effect = (_score if family == "score" else _responder)(
                numbers, trials[trial], comparator, groups[comparator]
            )
            if effect is not None:
                found.append(effect)
                break
    return tuple(found)


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
    arms = {(row.trial, row.comparator): row for row in knowledge.rows(TrialArm)}
    for outcome in knowledge.rows(Outcome):
        if outcome.poolable == "yes" and outcome.verified != "no" and outcome.lower_is_better is not None:
            yield _Numbers(
                outcome,
                tuple(values[outcome.outcome]),
                tuple(contrasts[outcome.outcome]),
                arms.get((outcome.trial, outcome.comparator)),
            )


def _arms(values: Iterable[OutcomeValue], value_type: str) -> tuple[OutcomeValue, OutcomeValue] | None:
    """The one acupuncture and the one control row of a kind; None when either is missing or stands twice."""
    of_type = [value for value in values if value.value_type == value_type]
    acupuncture = [value for value in of_type if value.arm == "acupuncture"]
    control = [value for value in of_type if value.arm == "control"]
    return (acupuncture[0], control[0]) if len(acupuncture) == len(control) == 1 else None


def _responder(numbers: _Numbers, trial: Trial, comparator: str, group: str) -> TrialEffect | None:
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
    return TrialEffect(
        trial=trial,
        comparator=comparator,
        group=group,
        outcome=numbers.outcome,
        family="responder",
        measure="RR",
        yi=yi,
        vi=vi,
        natural_measure="RR",
        natural=float(np.exp(yi)),
        natural_low=float(np.exp(low)),
        natural_high=float(np.exp(high)),
        n_acupuncture=totals[0],
        n_control=totals[1],
        events=(events[0], totals[0], events[1], totals[1]),
        how="counts in each arm",
        rows=tuple(f"value:{value.value}" for value in pair),
        source=_sources(pair),
    )


def _score(numbers: _Numbers, trial: Trial, comparator: str, group: str) -> TrialEffect | None:
    found = _from_contrast(numbers)
    if found is None:
        for kind, how in (("change", "change in each arm"), ("final", "values at the end in each arm")):
            found = _from_means(numbers, kind, how)
            if found is not None:
                break
    if found is None:
        return None
    sign = 1.0 if numbers.outcome.lower_is_better else -1.0
    # A change recorded as *improvement* is already covered: lower_is_better is "no" for it.
    return TrialEffect(
        trial=trial,
        comparator=comparator,
        group=group,
        outcome=numbers.outcome,
        family="score",
        measure="SMD",
        yi=sign * found.smd,
        vi=found.variance,
        natural_measure=found.natural_measure,
        natural=found.natural,
        natural_low=found.natural_low,
        natural_high=found.natural_high,
        n_acupuncture=found.n_acupuncture,
        n_control=found.n_control,
        events=None,
        how=found.how,
        rows=found.rows,
        source=found.source,
    )


@dataclasses.dataclass(frozen=True)
class _Score:
    smd: float
    variance: float
    natural_measure: str
    natural: float
    natural_low: float
    natural_high: float
    n_acupuncture: int
    n_control: int
    how: str
    rows: tuple[str, ...]
    source: tuple[str, ...]


def _from_means(numbers: _Numbers, kind: str, how: str) -> _Score | None:
    pair = _arms(numbers.values, kind)
    if pair is None or any(value.mean is None or value.sd is None or value.n is None for value in pair):
        return None
    acupuncture, control = pair
    six = (acupuncture.mean, acupuncture.sd, acupuncture.n, control.mean, control.sd, control.n)
    smd = mean_effects("SMD", *six)  # type: ignore[arg-type]
    md = mean_effects("MD", *six)  # type: ignore[arg-type]
    low, high = _interval(float(md.yi), float(md.vi))
    return _Score(
        float(smd.yi), float(smd.vi), "MD", float(md.yi), low, high, acupuncture.n or 0, control.n or 0, how,
        tuple(f"value:{value.value}" for value in pair), _sources(pair),
    )  # fmt: skip


def _from_contrast(numbers: _Numbers) -> _Score | None:
    """A printed mean difference, standardised by the spread its own interval implies (Cochrane Handbook 6.5.2.3)."""
    for contrast in numbers.contrasts:
        if None in (contrast.estimate, contrast.ci_low, contrast.ci_high) or contrast.measure not in ("MD", "SMD"):
            continue
        estimate, low, high = contrast.estimate or 0.0, contrast.ci_low or 0.0, contrast.ci_high or 0.0
        sizes = _sizes(contrast, numbers.arm)
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
            smd, variance, contrast.measure, estimate, low, high, n1, n2, "difference as printed",
            (f"contrast:{contrast.contrast}",), contrast.source,
        )  # fmt: skip
    return None


def _sizes(contrast: OutcomeContrast, arm: TrialArm | None) -> tuple[int, int] | None:
    for sizes in (
        (contrast.n_acupuncture, contrast.n_control),
        (arm.analysed_acupuncture, arm.analysed_control) if arm else (None, None),
        (arm.n_acupuncture, arm.n_control) if arm else (None, None),
    ):
        if sizes[0] and sizes[1]:
            return sizes[0], sizes[1]
    return None


def _interval(yi: float, vi: float) -> tuple[float, float]:
    half = float(ndtri(0.975)) * float(np.sqrt(vi))
    return yi - half, yi + half


def _sources(rows: Iterable[OutcomeValue]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for row in rows for source in row.source))
