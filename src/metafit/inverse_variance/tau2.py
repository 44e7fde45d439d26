"""Estimators of the between-study variance, for a batch of data sets and any design.

Arrays are (k, B): studies first, one column a data set. Absent studies have y = 0 and v = inf.
DL DerSimonian & Laird 1986; HE Hedges & Olkin 1985 (variance component); HS Hunter & Schmidt; SJ Sidik & Jonkman
2005; ML and REML; PM Paule & Mandel 1982, whose root the empirical Bayes estimator EB (Morris 1983) shares. Standard
errors: Fisher information for ML, REML, and for the moment estimators the variance of their quadratic form.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from metafit.inverse_variance.roots import (
    ML,
    REML,
    Brackets,
    Curve,
    Q,
    brackets,
    crossings,
    hiding,
    refine,
    widths,
)
from metafit.inverse_variance.single import OneMean, only_root
from metafit.inverse_variance.sums import DataSets, Projection, Sums, Value, square_root
from metafit.results import Floats

_sum = np.add.reduce

FIXED = ("FE", "EE")
METHODS = ("FE", "EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
SEARCHED = ("REML", "ML", "PM", "EB")
_CURVES: dict[str, Curve] = {"REML": REML, "ML": ML, "PM": Q, "EB": Q}


def _present(v: Floats) -> tuple[Value, Value]:
    """Weights 1 for present studies, and v with absent studies at 0."""
    here = np.isfinite(v)
    return here.astype(np.float64), np.where(here, v, 0.0)


def _ceiling(method: str, squares: Value, df: Value, v_max: Value, v_min: Value) -> Value:
    """A value no root can exceed, from the residual sum of squares.

    With s2 = squares / df and weights between 1/(tau2 + v_max) and 1/(tau2 + v_min), h < 0 once
    (tau2 + v_min)^2 > s2 (tau2 + v_max) for the likelihoods, and once tau2 + v_min > s2 for Q.
    """
    s2 = squares / df
    if method in ("ML", "REML"):
        s2 = 0.5 * (s2 + square_root(s2) * square_root(s2 + 4.0 * (v_max - v_min)))
    ceiling = 1.001 * s2 - v_min
    # A single study has s2 = 0 / 0 and no root: fmax makes its ceiling 0.
    return max(ceiling, 0.0) if isinstance(ceiling, float) else np.fmax(ceiling, 0.0)


def _log_likelihood(method: str, data: DataSets, tau2: Floats) -> Floats:
    fit = data.project(1.0 / (data.v + tau2))
    logs = _sum(np.log(np.where(np.isfinite(data.v), fit.w, 1.0)), 0)
    value: Floats = logs - _sum(fit.w * fit.residual * fit.residual, 0)
    return value - fit.log_det() if method == "REML" else value


def solve(method: str, data: DataSets, first: Floats, target: Floats, *, finer: bool = False) -> Floats:
    """Root of an iterative estimator, or of Q(tau2) = target; 0 where the curve starts below its target.

    first: the curve's ratio at 0. Of several local maxima of a likelihood (0 included) the highest is returned. finer:
    with more points in the grid.
    """
    curve = _CURVES[method]
    v_max = data.v.max(0)
    if np.max(v_max, initial=0.0) == np.inf:
        v_max = np.where(np.isfinite(data.v), data.v, 0.0).max(0)
    ceiling = _ceiling(method, data.squares(), target, v_max, data.v_min)
    # Effects whose squares overflow have no answer here.
    answer = np.where(np.isfinite(ceiling), 0.0, np.nan)
    span, steps = widths(data.v_min, np.where(np.isfinite(ceiling), ceiling, 0.0), finer)
    order = np.argsort(-steps, kind="stable")
    data, span, steps, first, target = data.columns(order), span[order], steps[order], first[order], target[order]
    found = brackets(curve, data, first, target, span, steps)
    answer[order] = _highest(method, data, target, found, answer[order])
    hidden = np.zeros(0, dtype=np.int64) if finer else hiding(curve, data, target, found, span / steps)
    if hidden.size:
        answer[order[hidden]] = solve(method, data.columns(hidden), first[hidden], target[hidden], finer=True)
    return answer


def _highest(method: str, data: DataSets, target: Floats, found: Brackets, zero: Floats) -> Floats:
    """The root of each data set in its brackets, of several the one where the likelihood is highest; zero without."""
    curve, tau2 = _CURVES[method], zero
    count = found.down.sum(0)
    several = (count > 1) | ((count == 1) & ~(found.h[0] > 0.0))
    rivals = method in ("ML", "REML") and bool(several.any())
    for columns, left in crossings(found.down):
        if columns.size == tau2.size:
            root = refine(curve, data, target, found, left)
        else:
            root = refine(curve, data.columns(columns), target[columns], found.columns(columns), left)
        if rivals:
            tie = several[columns]
            one = columns[tie]
            old, new = tau2[one], root[tie]
            was, now = (_log_likelihood(method, data.columns(one), tau) for tau in (old, new))
            # A zero that is no maximum (the curve starts above) loses to any root.
            first = (found.h[0, one] > 0.0) & (old == 0.0)
            root[tie] = np.where(first | (now > was), new, old)
        tau2[columns] = root
    return tau2


def _solve_one(method: str, data: OneMean, first: float, target: float) -> float:
    """`solve` for one data set."""
    ceiling = _ceiling(method, data.squares(), target, data.v_max, data.v_min)
    root = None
    # Numbers at the edge of what floats hold go the way of a batch.
    with suppress(ArithmeticError, ValueError):
        root = only_root(_CURVES[method], data, first, target, ceiling)
    if root is None:
        root = float(solve(method, data.as_batch(), np.array([first]), np.array([target]))[0])
    return root


def q_profile(data: DataSets, quantile: Floats) -> Floats:
    """tau2 at which the generalised Q statistic equals a chi-square quantile (Viechtbauer 2007); (B,)."""
    return solve("PM", data, Q.ratio(data.at(np.zeros_like(data.v_min), 1), quantile), quantile)


def estimate(method: str, data: DataSets | OneMean, start: Sums) -> tuple[Value, Value, Sums]:
    """tau2, its standard error, and the sums at weights 1/(v + tau2).

    start: the sums at weights 1/v. Each data set has at least p + 1 studies.
    """
    if method in FIXED:
        zero = np.zeros_like(data.v_min)
        return zero, np.full_like(zero, np.nan), start
    if method in _CURVES:
        return _by_search(method, data, start)
    tau2, se = _by_moments(method, data)
    return tau2, se, data.at(tau2, 1)


def _by_search(method: str, data: DataSets | OneMean, start: Sums) -> tuple[Value, Value, Sums]:
    df: Value = data.k - data.p
    tau2: Value
    if isinstance(data, OneMean):
        first = _CURVES[method].ratio(start, df)
        tau2 = _solve_one(method, data, first, float(df))
    else:
        target = df.astype(np.float64)
        tau2 = solve(method, data, _CURVES[method].ratio(start, target), target)
    if method == "REML":
        fit = data.at(tau2, 3)
        information = fit.trace_pp()
    elif method == "ML":
        fit = data.at(tau2, 2)
        information = fit.trace_ww()
    else:
        fit = data.at(tau2, 1)
        s0 = fit.trace_w()
        information = s0 * s0 * df / (1.0 * data.k * data.k)
    return tau2, square_root(2.0 / information), fit


def _by_moments(method: str, data: DataSets | OneMean) -> tuple[Value, Value]:
    k, v = data.k, data.v
    df = np.asarray(k - data.p, dtype=np.float64)
    ones, v0 = _present(v)
    fit: Projection
    if method in ("DL", "HS"):
        fit = data.project(1.0 / v)
        q = _sum(fit.w * fit.residual * fit.residual, 0)
        scale = fit.trace_p() if method == "DL" else _sum(fit.w, 0)
        tau2 = np.maximum((q - (df if method == "DL" else k)) / scale, 0.0)
    elif method == "HE":
        fit = data.project(ones)
        scale = df
        tau2 = np.maximum((_sum(ones * fit.residual**2, 0) - fit.trace_pv(v0)) / df, 0.0)
    else:
        mean = _sum(data.y, 0) / k
        before = _sum(ones * (data.y - mean) ** 2, 0) / k
        fit = data.project(1.0 / (v + before))
        scale = df / before
        # Identical effects: before is 0 and the estimator says 0.
        tau2 = np.where(before > 0.0, _sum(fit.w * fit.residual**2, 0) / scale, 0.0)
    if method in ("DL", "HS"):
        variance = 2.0 * df + 4.0 * tau2 * fit.trace_p() + 2.0 * tau2 * tau2 * fit.trace_pp()
    else:
        variance = 2.0 * fit.trace_pvpv(v0) + 4.0 * tau2 * fit.trace_pvp(v0) + 2.0 * tau2 * tau2 * fit.trace_pp()
    return tau2, np.sqrt(variance) / scale
