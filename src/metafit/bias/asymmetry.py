"""Is the funnel lopsided? Egger's, Peters' and Harbord's tests, and trim and fill.

All are refused with fewer than ten studies (Cochrane Handbook 13.3.5.3), where they cannot tell asymmetry from
chance, unless forced. Asymmetry has many causes; publication bias is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.effects.base import arrays
from metafit.effects.counts import binary_effects
from metafit.errors import StatsInputError
from metafit.inputs import Values, take
from metafit.inverse_variance.layout import as_batch
from metafit.inverse_variance.pooling import check_call, pool
from metafit.levels import as_fraction
from metafit.quantiles import t_quantile, t_two_sided
from metafit.regression.fit import regress
from metafit.results import Fit, Floats, Interval, Status

FEWEST = 10
_ROUNDING = 1e-13
_SAME = 1e-7
"""Precisions whose spread is below this share of their size are the same, as columns are for R's `lm`."""


class TooFewStudiesError(StatsInputError):
    """Fewer than ten studies; the message says how many there are."""


@dataclass(frozen=True, slots=True, repr=False)
class Asymmetry(Shown):
    """Slope of the effects on a measure of precision, and its test.

    limit: the effect expected of a study without error (Egger, Harbord) or without end (Peters), with interval.
    df: NaN for a z test.
    """

    name: str
    k: int
    slope: float
    se: float
    statistic: float
    df: float
    p: float
    limit: float
    limit_interval: Interval
    level: float
    measure: str = "GEN"


def _studies(yi: Values, vi: npt.ArrayLike | None, force: bool) -> tuple[Floats, Floats]:
    given = take(yi, vi)
    y, v = as_batch(given.yi, given.vi)
    if y.ndim != 1:
        raise StatsInputError("yi and vi: give one analysis: two arrays of the same length.")
    here = np.isfinite(y) & np.isfinite(v)
    y, v = y[here], v[here]
    if y.size < FEWEST and not force:
        raise TooFewStudiesError(
            f"a test for funnel asymmetry needs {FEWEST} studies and there are {y.size}: its answer would be chance."
        )
    if y.size < 3 or not (v > 0).all():
        raise TooFewStudiesError("a test for funnel asymmetry needs three studies with variances above 0.")
    return y, v


def _weighted_line(name: str, y: Floats, x: Floats, w: Floats, level: float, measure: str) -> Asymmetry:
    """Weighted least squares with multiplicative dispersion; exactly R's lm(y ~ x, weights = w)."""
    level = as_fraction(level)
    df = y.size - 2
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    spread = (w * (x - mean_x) ** 2).sum()
    if spread <= _SAME**2 * (w * x * x).sum():  # what is left of equal precisions is rounding, and no line
        spread = np.float64(np.nan)
    slope = (w * (x - mean_x) * (y - mean_y)).sum() / spread
    limit = mean_y - slope * mean_x
    scale = (w * (y - limit - slope * x) ** 2).sum() / df
    se = np.sqrt(scale / spread)
    reach = t_quantile(level, np.asarray(df)) * np.sqrt(scale * (1.0 / w.sum() + mean_x**2 / spread))
    statistic = slope / se
    p = float(t_two_sided(statistic, np.asarray(df, dtype=np.float64)))
    interval = Interval(limit - reach, limit + reach)
    return Asymmetry(name, y.size, slope, se, statistic, float(df), p, limit, interval, level, measure)


@asked
def egger(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    model: Literal["lm", "rma"] = "lm",
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    force: bool = False,
) -> Asymmetry:
    """Egger's test: effects on their standard errors.

    model lm is the original (Egger et al. 1997), a weighted regression tested with t; rma a meta-regression with the
    given tau2 method and test (Sterne & Egger 2005). As metafor's `regtest`.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    model
        lm or rma, as above.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    force
        Answer below 10 studies, too.

    Returns
    -------
    Asymmetry
        Slope with its test, and the effect at the limit of no error.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if model not in ("lm", "rma"):
        raise StatsInputError(f"model: {model!r} is not one of lm, rma.")
    check_call(method, test, level)
    y, v = _studies(yi, vi, force)
    sei = np.sqrt(v)
    measure = take(yi, vi).measure
    if model == "lm":
        return _weighted_line("egger-lm", y, sei, 1.0 / v, level, measure)
    fit = regress(y, v, sei, method=method, test=test, level=level)
    return Asymmetry(
        "egger-rma",
        y.size,
        fit.coefficients[1],
        fit.se[1],
        fit.statistic[1],
        float(fit.df),
        fit.p[1],
        fit.coefficients[0],
        Interval(fit.ci_low[0], fit.ci_high[0]),
        fit.level,
        measure,
    )


def _tables(columns: tuple[npt.ArrayLike, ...]) -> tuple[Floats, ...]:
    x1, n1, x2, n2 = arrays(*columns)
    if x1.ndim != 1:
        raise StatsInputError("give one analysis: four arrays of the same length.")
    return x1, n1, x2, n2


@asked
def peters(
    events_t: npt.ArrayLike,
    total_t: npt.ArrayLike,
    events_c: npt.ArrayLike,
    total_c: npt.ArrayLike,
    *,
    level: float = 0.95,
    force: bool = False,
) -> Asymmetry:
    """Peters et al. 2006: log odds ratios on 1 / sample size, weighted by 1 / (1/events + 1/non-events).

    Parameters
    ----------
    events_t
        Events in the treated arm, whole; any shapes that broadcast.
    total_t
        People in the treated arm.
    events_c
        Events in the control arm.
    total_c
        People in the control arm.
    level
        Confidence level; 95 and 0.95 are the same.
    force
        Answer below 10 studies, too.

    Returns
    -------
    Asymmetry
        Slope with its test, and the effect at the limit of no error.
    """
    x1, n1, x2, n2 = _tables((events_t, total_t, events_c, total_c))
    odds = binary_effects("OR", x1, n1, x2, n2)
    events, total = x1 + x2, n1 + n2
    with np.errstate(all="ignore"):
        # Without events, or with nothing else, a study has no weight and is left out.
        usable = (events > 0) & (events < total)
        weight = np.where(usable, events * (total - events) / total, np.nan)
    y, inverse = _studies(odds.yi, 1.0 / weight, force)
    kept = np.isfinite(odds.yi) & np.isfinite(weight)
    return _weighted_line("peters", y, 1.0 / total[kept], 1.0 / inverse, level, "OR")


@asked
def harbord(
    events_t: npt.ArrayLike,
    total_t: npt.ArrayLike,
    events_c: npt.ArrayLike,
    total_c: npt.ArrayLike,
    *,
    level: float = 0.95,
    force: bool = False,
) -> Asymmetry:
    """Harbord et al. 2006: efficient score over its variance, on the root of that variance.

    Parameters
    ----------
    events_t
        Events in the treated arm, whole; any shapes that broadcast.
    total_t
        People in the treated arm.
    events_c
        Events in the control arm.
    total_c
        People in the control arm.
    level
        Confidence level; 95 and 0.95 are the same.
    force
        Answer below 10 studies, too.

    Returns
    -------
    Asymmetry
        Slope with its test, and the effect at the limit of no error.
    """
    peto = binary_effects("PETO", *_tables((events_t, total_t, events_c, total_c)))
    y, v = _studies(peto.yi, peto.vi, force)
    return _weighted_line("harbord", y, np.sqrt(v), 1.0 / v, level, "PETO")


@dataclass(frozen=True, slots=True, repr=False)
class TrimFill(Shown):
    """Trim and fill: how many studies seem missing on which side, the filled-in data and their pool.

    p: of no missing study, for R0 only (NaN for L0). status: OK; NOT_CONVERGED where the count goes round in a circle
    (the last one is given); NOT_ESTIMABLE where all but two studies would be trimmed, which says nothing about
    missing ones: `missing` is then where the search was stopped and `fit` is the pool of the studies as they are.
    """

    estimator: str
    side: Literal["left", "right"]
    status: Status
    missing: int
    se_missing: float
    p: float
    yi: Floats
    vi: Floats
    filled: npt.NDArray[np.bool_]
    fit: Fit

    @property
    def converged(self) -> bool:
        """Whether the count of missing studies settled."""
        return self.status == Status.OK


@asked
def trim_and_fill(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    estimator: Literal["L0", "R0"] = "L0",
    side: Literal["left", "right"] | None = None,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    force: bool = False,
) -> TrimFill:
    """Duval & Tweedie 2000, with the conventions of metafor's `trimfill`.

    side: where studies are missing; None asks Egger's regression (with the same method).

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    estimator
        L0 or R0.
    side
        Side on which studies are missing: left or right; None finds it.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    force
        Answer below 10 studies, too.

    Returns
    -------
    TrimFill
        The fit with imputed studies, and how many they are.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if estimator not in ("L0", "R0"):
        raise StatsInputError(f"estimator: {estimator!r} is not one of L0, R0.")
    y, v = _studies(yi, vi, force)
    k = y.size
    if side is None:
        slope = regress(y, v, np.sqrt(v), method=method, test="z").coefficients[1]
        side = "right" if slope < 0 else "left"
    if side not in ("left", "right"):
        raise StatsInputError(f"side: {side!r} is not one of left, right.")
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    ys, vs = sign * y[order], v[order]
    missing, previous, centre, exact, capped = 0, -1, 0.0, 0.0, False
    for _ in range(100):
        if missing == previous:
            break
        previous = missing
        kept = slice(0, k - missing)
        centre = float(pool(ys[kept], vs[kept], method=method, test="z").estimate)
        away = ys - centre
        away[np.abs(away) <= _ROUNDING * np.abs(ys).max()] = 0.0  # identical effects lie on neither side
        rank = np.empty(k)
        rank[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        if estimator == "R0":
            behind = rank[away <= 0]
            found = k - (behind.max() if behind.size else 0.0) - 1.0
        else:
            found = (4.0 * rank[away > 0].sum() - k * (k + 1.0)) / (2.0 * k - 1.0)
        exact = float(found)
        wanted = max(0, round(exact))
        missing = min(wanted, k - 2)
        capped = wanted > k - 2
    m = exact  # the standard error belongs to the estimate before rounding
    p = float("nan")
    if estimator == "R0":
        se, p = np.sqrt(2.0 * missing + 2.0), 0.5 ** (missing + 1.0)
    else:
        spread = k * (k + 1.0) * (2.0 * k + 1.0) + 10.0 * m**3 + 27.0 * m**2 + 17.0 * m
        spread += -18.0 * k * m**2 - 18.0 * k * m + 6.0 * k**2 * m
        # far beyond the data the polynomial goes below 0 and is no variance
        se = 4.0 * np.sqrt(spread / 24.0) / (2.0 * k - 1.0) if spread >= 0.0 else np.float64(np.nan)
    status = Status.NOT_ESTIMABLE if capped else Status.OK if missing == previous else Status.NOT_CONVERGED
    imputed = slice(k, k) if capped else slice(k - missing, k)
    y_all, v_all = np.concatenate([y, sign * (2.0 * centre - ys[imputed])]), np.concatenate([v, vs[imputed]])
    filled = np.arange(y_all.size) >= k
    told = take(yi, vi).measure
    fit = pool(y_all, v_all, method=method, test=test, level=level, measure=told)
    return TrimFill(estimator, side, status, missing, float(se), p, y_all, v_all, filled, fit)
