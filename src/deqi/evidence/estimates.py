"""Pooling the effects of one cell, alone and by condition, and turning ratios into people per hundred."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from deqi.evidence.effects import TrialEffect
from deqi.knowledge.thresholds import thresholds
from metafit import Status, pool, subgroups
from metafit.absolute import absolute_effect, number_needed
from metafit.results import Floats


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A pooled value with its interval, prediction interval, and everything behind it.

    Numbers are on the reader's scale: SMD as such, risk ratios as ratios. ``tau2`` stays on the analysis scale.
    ``weights`` are percentages in the order of the effects. There is a prediction interval from five trials on.
    """

    measure: str
    value: float
    low: float
    high: float
    prediction_low: float | None
    prediction_high: float | None
    p: float
    k: int
    n: int
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    method: str
    test: str
    weights: tuple[float, ...]
    rows: tuple[str, ...]
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Subgroup:
    """The trials of one condition within a broad pool. With fewer than three trials there is no number."""

    condition: str
    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True)
class Subgroups:
    """A broad pool by condition, and the test that the conditions agree (chi-square, each with its own tau2).

    The test takes every condition with an estimate, single trials among them; with few trials it sees little.
    """

    levels: tuple[Subgroup, ...]
    q: float | None
    df: int
    p: float | None


@dataclasses.dataclass(frozen=True)
class Absolute:
    """A ratio as people per hundred, at the control-arm risk of a trial that is named.

    The interval carries the doubt about the ratio, not about that risk. ``needed`` is the number needed to treat for
    one more person to get better (negative ends: one more *not* to get better); ``needed_best`` and ``needed_worst``
    are the ends, and ``crosses`` says that the interval runs through infinity, so they must not be read as a range.
    """

    trial: str
    baseline_events: int
    baseline_total: int
    control: float
    treated: float
    treated_low: float
    treated_high: float
    difference: float
    difference_low: float
    difference_high: float
    needed: float | None
    needed_best: float | None
    needed_worst: float | None
    crosses: bool
    assumption: str
    rows: tuple[str, ...]


def estimate(effects: Sequence[TrialEffect], method: str = "REML") -> Estimate:
    """The pool of at least three effects of one measure; random effects by REML unless asked otherwise."""
    yi, vi = effect_arrays(effects)
    fit = pool(yi, vi, method=method)
    ratio = effects[0].measure == "RR"
    n = sum(effect.people for effect in effects)
    predicted = len(effects) >= thresholds().least_to_predict and np.isfinite(float(fit.prediction.low))
    heterogeneity = fit.heterogeneity
    weight = 1 / (vi + float(heterogeneity.tau2))
    low, high = as_read(fit.ci_low, ratio), as_read(fit.ci_high, ratio)
    return Estimate(
        measure=effects[0].measure,
        value=as_read(fit.estimate, ratio),
        low=low,
        high=high,
        prediction_low=as_read(fit.prediction.low, ratio) if predicted else None,
        prediction_high=as_read(fit.prediction.high, ratio) if predicted else None,
        p=float(fit.p),
        k=len(effects),
        n=n,
        tau2=float(heterogeneity.tau2),
        i2=float(heterogeneity.i2),
        q=float(heterogeneity.q),
        q_df=int(heterogeneity.q_df),
        q_p=float(heterogeneity.q_p),
        method=fit.method,
        test=fit.test,
        weights=tuple(float(one) for one in 100 * weight / weight.sum()),
        rows=tuple(row for effect in effects for row in effect.rows),
        source=tuple(dict.fromkeys(source for effect in effects for source in effect.source)),
    )


def by_condition(effects: Sequence[TrialEffect]) -> Subgroups | None:
    """The effects of a broad pool by condition; None when they are all of one condition."""
    names = [effect.trial.condition for effect in effects]
    if len(set(names)) < 2:
        return None
    yi, vi = effect_arrays(effects)
    found = subgroups(yi, vi, names, method="REML")
    ratio = effects[0].measure == "RR"
    levels = []
    for index, name in enumerate(found.levels):
        inside = [effect for effect in effects if effect.trial.condition == name]
        shown = len(inside) >= thresholds().least_to_pool and found.fit.status[index] == Status.OK
        numbers = (found.fit.estimate[index], found.fit.ci_low[index], found.fit.ci_high[index])
        value, low, high = (as_read(one, ratio) if shown else None for one in numbers)
        n = sum(effect.people for effect in inside)
        levels.append(Subgroup(str(name), len(inside), n, value, low, high))
    q, p = float(found.q_between), float(found.p)
    known = np.isfinite(p)
    return Subgroups(tuple(levels), q if known else None, found.q_df, p if known else None)


def at_a_named_risk(effects: Sequence[TrialEffect], pooled: Estimate | None) -> Absolute | None:
    """A ratio per hundred people, at the control-arm risk of the trial in the middle when they are put in its order.

    pooled: the estimate of these effects; None takes the one effect there is (several without a pool give None).
    Effects that are not ratios of counts give None: without a control-arm risk there is no absolute number.
    """
    counted = [effect for effect in effects if effect.events is not None]
    if not counted or (pooled is None and len(effects) != 1):
        return None
    counted.sort(key=lambda effect: (_control_risk(effect), effect.trial.trial))
    named = counted[(len(counted) - 1) // 2]
    _, _, events, total = named.events or (0, 0, 0, 0)
    if pooled is None:
        value, low, high = named.natural, named.natural_low, named.natural_high
    else:
        value, low, high = pooled.value, pooled.low, pooled.high
    moved = absolute_effect("RR", np.log(value), np.log(low), np.log(high), baseline=events / total)
    if not np.isfinite(float(moved.treated)):
        return None
    ends = (float(moved.difference), float(moved.difference_low), float(moved.difference_high))
    needed = number_needed(*(one / 100 for one in ends), event="good")
    return Absolute(
        trial=named.trial.trial,
        baseline_events=events,
        baseline_total=total,
        control=float(moved.control),
        treated=float(moved.treated),
        treated_low=float(moved.treated_low),
        treated_high=float(moved.treated_high),
        difference=ends[0],
        difference_low=ends[1],
        difference_high=ends[2],
        needed=_finite(float(needed.value) * (1 if needed.benefit else -1)),
        needed_best=_finite(float(needed.best) * (1 if needed.best_benefit else -1)),
        needed_worst=_finite(float(needed.worst) * (1 if needed.worst_benefit else -1)),
        crosses=bool(needed.crosses),
        assumption=moved.assumption.value,
        rows=named.rows,
    )


def _control_risk(effect: TrialEffect) -> float:
    _, _, events, total = effect.events or (0, 0, 0, 1)
    return events / total


def effect_arrays(effects: Sequence[TrialEffect]) -> tuple[Floats, Floats]:
    """Effects and their variances on the analysis scale."""
    return np.array([effect.yi for effect in effects]), np.array([effect.vi for effect in effects])


def as_read(value: Floats | float, ratio: bool) -> float:
    """A number of the analysis scale on the reader's: log ratios as ratios."""
    return float(np.exp(value)) if ratio else float(value)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
