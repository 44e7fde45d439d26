"""Estimators of the between-study variance, for a batch of data sets and any design.

Arrays are (k, B): studies first, one column a data set. Absent studies have y = 0 and v = inf.
DL DerSimonian & Laird 1986; HE Hedges & Olkin 1985 (variance component); HS Hunter & Schmidt; SJ Sidik & Jonkman
2005; ML and REML; PM Paule & Mandel 1982, whose root the empirical Bayes estimator EB (Morris 1983) shares. Standard
errors: Fisher information for ML, REML, and for the moment estimators the variance of their quadratic form.
"""

from __future__ import annotations

import numpy as np

from metafit.inverse_variance.projection import Design, Projection
from metafit.inverse_variance.roots import Curve, brackets, crossings, ml_curve, q_curve, refine, reml_curve
from metafit.results import Floats, Ints

_sum = np.add.reduce

FIXED = ("FE", "EE")
METHODS = ("FE", "EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
_CURVES: dict[str, Curve] = {"REML": reml_curve, "ML": ml_curve, "PM": q_curve, "EB": q_curve}


def _present(v: Floats) -> tuple[Floats, Floats]:
    """Weights 1 for present studies, and v with absent studies at 0."""
    here = np.isfinite(v)
    return here.astype(np.float64), np.where(here, v, 0.0)


def _ceiling(method: str, df: Floats, ones: Floats, v0: Floats, v_min: Floats, residual: Floats) -> Floats:
    """A value no root can exceed.

    With s2 = residual sum of squares / df and weights between 1/(tau2 + v_max) and 1/(tau2 + v_min), h < 0 once
    (tau2 + v_min)^2 > s2 (tau2 + v_max) for the likelihoods, and once tau2 + v_min > s2 for Q.
    """
    s2 = _sum(ones * residual * residual, 0) / df
    if method in ("ML", "REML"):
        root = np.sqrt(s2)
        s2 = 0.5 * (s2 + root * np.hypot(root, 2.0 * np.sqrt(v0.max(0) - v_min)))
    # A single study has s2 = 0 / 0 and no root: fmax makes its ceiling 0.
    ceiling: Floats = np.fmax(1.001 * s2 - v_min, 0.0)
    return ceiling


def _log_likelihood(method: str, fit: Projection, ones: Floats) -> Floats:
    logs = _sum(np.log(np.where(ones > 0.0, fit.w, 1.0)), 0)
    value: Floats = logs - _sum(fit.w * fit.residual * fit.residual, 0)
    return value - fit.log_det() if method == "REML" else value


def solve(method: str, design: Design, y: Floats, v: Floats, target: Floats, residual: Floats) -> Floats:
    """Root of an iterative estimator, or of Q(tau2) = target; 0 where the curve starts below its target.

    residual: of any fit of the design, for an upper bound. Of several local maxima of a likelihood (0 included) the
    highest is returned.
    """
    curve = _CURVES[method]
    ones, v0 = _present(v)
    v_min = v.min(0)
    ceiling = _ceiling(method, target, ones, v0, v_min, residual)
    # Effects whose squares overflow have no answer here.
    tau2 = np.where(np.isfinite(ceiling), 0.0, np.nan)
    ceiling = np.where(np.isfinite(ceiling), ceiling, 0.0)
    grid, h, down = brackets(curve, design, y, v, target, ceiling)
    count = down.sum(0)
    several = (count > 1) | ((count == 1) & ~(h[0] > 0.0))
    rivals = method in ("ML", "REML") and bool(several.any())
    for columns, left in crossings(down):
        if columns.size == v.shape[1]:
            part = (y, v, target, grid, h)
        else:
            part = (y[:, columns], v[:, columns], target[columns], grid[:, columns], h[:, columns])
        root = refine(curve, design, *part, left)
        if rivals:
            tie = several[columns]
            yt, vt, old, new = part[0][:, tie], part[1][:, tie], tau2[columns[tie]], root[tie]
            ones = np.isfinite(vt).astype(np.float64)
            was = _log_likelihood(method, design.project(1.0 / (vt + old), yt), ones)
            now = _log_likelihood(method, design.project(1.0 / (vt + new), yt), ones)
            # A zero that is no maximum (the curve starts above) loses to any root.
            first = (h[0, columns[tie]] > 0.0) & (old == 0.0)
            root[tie] = np.where(first | (now > was), new, old)
        tau2[columns] = root
    return tau2


def q_profile(design: Design, y: Floats, v: Floats, quantile: Floats) -> Floats:
    """tau2 at which the generalised Q statistic equals a chi-square quantile (Viechtbauer 2007); (B,)."""
    return solve("PM", design, y, v, quantile, design.project(1.0 / v, y).residual)


def estimate(
    method: str, design: Design, y: Floats, v: Floats, k: Ints, start: Projection
) -> tuple[Floats, Floats, Projection]:
    """tau2, its standard error, and the projection at weights 1/(v + tau2).

    start is the projection at weights 1/v. k counts the studies of each column, at least design.p + 1.
    """
    df = (k - design.p).astype(np.float64)
    if method in FIXED:
        zero = np.zeros(v.shape[1])
        return zero, np.full_like(zero, np.nan), start
    if method in _CURVES:
        tau2 = solve(method, design, y, v, df, start.residual)
        fit = design.project(1.0 / (v + tau2), y)
        if method == "REML":
            information = fit.trace_pp()
        elif method == "ML":
            information = _sum(fit.w * fit.w, 0)
        else:
            s0 = _sum(fit.w, 0)
            information = s0 * s0 * df / (k.astype(np.float64) ** 2)
        return tau2, np.sqrt(2.0 / information), fit

    ones, v0 = _present(v)
    if method in ("DL", "HS"):
        fit, q = start, _sum(start.w * start.residual * start.residual, 0)
        scale = fit.trace_p() if method == "DL" else _sum(fit.w, 0)
        tau2 = np.maximum((q - (df if method == "DL" else k)) / scale, 0.0)
    elif method == "HE":
        fit = design.project(ones, y)
        scale = df
        tau2 = np.maximum((_sum(ones * fit.residual**2, 0) - fit.trace_pv(v0)) / df, 0.0)
    else:
        mean = _sum(y, 0) / k
        before = _sum(ones * (y - mean) ** 2, 0) / k
        fit = design.project(1.0 / (v + before), y)
        scale = df / before
        tau2 = _sum(fit.w * fit.residual**2, 0) / scale
        # Identical effects: before is 0 and the estimator says 0.
        tau2 = np.where(before > 0.0, tau2, 0.0)
    if method in ("DL", "HS"):
        variance = 2.0 * df + 4.0 * tau2 * fit.trace_p() + 2.0 * tau2 * tau2 * fit.trace_pp()
    else:
        variance = 2.0 * fit.trace_pvpv(v0) + 4.0 * tau2 * fit.trace_pvp(v0) + 2.0 * tau2 * tau2 * fit.trace_pp()
    return tau2, np.sqrt(variance) / scale, design.project(1.0 / (v + tau2), y)
