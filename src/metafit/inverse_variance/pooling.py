"""`pool`: the inverse-variance meta-analysis, one analysis or a batch through the same kernel.

Names and meanings are those of metafor's `rma.uni` and `predict.rma` (Viechtbauer 2010, doi:10.18637/jss.v036.i03),
against which every number is checked. Written from the published formulas, not from that program.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from metafit.errors import StatsInputError
from metafit.inputs import Frame, Given, Names, Values, take
from metafit.inverse_variance.layout import as_batch, order_by_precision, to_columns
from metafit.inverse_variance.projection import Design, MeanDesign, Projection
from metafit.inverse_variance.tau2 import FIXED, METHODS, estimate
from metafit.levels import as_fraction
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.results import Fit, Floats, Heterogeneity, Ints, Prediction, Status

Method = Literal["FE", "EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"]
Test = Literal["z", "t", "knha", "adhoc"]
TESTS = ("z", "t", "knha", "adhoc")

_sum = np.add.reduce
_CHUNK_ELEMENTS = 40_000
"""Studies times data sets handled at once, so that the working arrays stay in the processor's cache."""


def check_call(method: str, test: str | None, level: float) -> tuple[str, str, float]:
    """Validate the options; returns the method, the test to use and the level as a fraction.

    Raises StatsInputError for an unknown method or test, a level that is none, or Knapp-Hartung with a fixed-effect
    model, which has no meaning (metafor warns).
    """
    if method not in METHODS:
        raise StatsInputError(f"method: {method!r} is not one of {', '.join(METHODS)}.")
    if test is None:
        test = "z" if method in FIXED else "adhoc"
    if test not in TESTS:
        raise StatsInputError(f"test: {test!r} is not one of {', '.join(TESTS)}.")
    if method in FIXED and test in ("knha", "adhoc"):
        raise StatsInputError(f"test: {test!r} needs a random-effects method; with {method} use 'z' or 't'.")
    return method, test, as_fraction(level)


class Ends(NamedTuple):
    """What is common to a mean and a regression after tau2 is known; arrays (B,)."""

    final: Projection
    tau2: Floats
    se_tau2: Floats
    factor: Floats
    """Knapp-Hartung multiplier of the covariance; 1 for z and t."""
    q: Floats
    i2: Floats
    h2: Floats


def fit_columns(design: Design, y: Floats, v: Floats, k: Ints, method: str, test: str) -> Ends:
    """Estimate tau2 and everything that follows from it, for columns with k > p (k = 1 = p is tolerated)."""
    start = design.project(1.0 / v, y)
    df = k - design.p
    q = np.maximum(_sum(start.w * start.residual**2, 0), 0.0)
    tau2, se_tau2, final = estimate(method, design, y, v, k, start)
    factor = np.ones_like(tau2)
    if test in ("knha", "adhoc"):
        factor = _sum(final.w * final.residual**2, 0) / df
        if test == "adhoc":
            factor = np.maximum(factor, 1.0)
    if method in FIXED:
        h2 = q / df
        i2 = 100.0 * np.maximum(1.0 - df / q, 0.0)
        i2 = np.where(q > 0.0, i2, 0.0)
    else:
        typical = df / start.trace_p()
        i2 = 100.0 * tau2 / (tau2 + typical)
        h2 = 1.0 + tau2 / typical
    return Ends(final, tau2, se_tau2, factor, q, i2, h2)


class _Parts(NamedTuple):
    """Numbers of a batch before intervals and p values, each (B,). spread: of a new study's true effect."""

    estimate: Floats
    se: Floats
    spread: Floats
    tau2: Floats
    se_tau2: Floats
    i2: Floats
    h2: Floats
    q: Floats
    k: Ints
    status: Ints


def _pool_chunk(yi: Floats, vi: Floats, method: str, test: str) -> _Parts:
    y, v, k, status, scale = to_columns(yi, vi)
    y, v, origin = order_by_precision(y, v)
    ends = fit_columns(MeanDesign(), y, v, k, method, test)
    se = np.sqrt(ends.factor / _sum(ends.final.w, 0))
    spread = np.full(se.shape, np.nan) if method in FIXED else np.sqrt(se * se + ends.tau2)
    parts = _Parts(
        ends.final.beta + origin,
        se,
        spread,
        ends.tau2,
        ends.se_tau2,
        ends.i2,
        ends.h2,
        ends.q,
        k,
        status,
    )
    if status.any():
        parts = _single_studies(parts, origin, np.sqrt(v[0]))
    parts = _blank(parts)
    return parts if scale is None else _unscaled(parts, scale)


def _single_studies(parts: _Parts, effect: Floats, se: Floats) -> _Parts:
    """One study is its own estimate, and has no heterogeneity."""
    single = parts.status == Status.SINGLE_STUDY

    def instead(value: Floats | float, other: Floats) -> Floats:
        return np.where(single, value, other)

    return parts._replace(
        estimate=instead(effect, parts.estimate),
        se=instead(se, parts.se),
        spread=instead(np.nan, parts.spread),
        tau2=instead(0.0, parts.tau2),
        se_tau2=instead(np.nan, parts.se_tau2),
        i2=instead(0.0, parts.i2),
        h2=instead(1.0, parts.h2),
        q=instead(0.0, parts.q),
    )


def _blank(parts: _Parts) -> _Parts:
    """NaN wherever there is no answer.

    A zero standard error is never one: identical effects under plain Knapp-Hartung keep estimate, tau2 and Q.
    """
    finite = np.isfinite(parts.estimate + parts.se + parts.tau2) & (parts.status <= Status.SINGLE_STUDY)
    usable = finite & (parts.se > 0.0)
    if usable.all():
        return parts
    bare = finite & ~usable & np.isfinite(parts.q)
    failed = ~usable & ~bare & (parts.status <= Status.SINGLE_STUDY)
    status = np.where(failed, int(Status.NOT_ESTIMABLE), np.where(bare, int(Status.NO_STANDARD_ERROR), parts.status))
    spoken = ("estimate", "tau2", "se_tau2", "i2", "h2", "q")
    numbers = {
        name: np.where(usable | bare if name in spoken else usable, getattr(parts, name), np.nan)
        for name in (*spoken, "se", "spread")
    }
    return parts._replace(**numbers, status=status)


def _unscaled(parts: _Parts, scale: Floats) -> _Parts:
    return parts._replace(
        estimate=parts.estimate * scale,
        se=parts.se * scale,
        spread=parts.spread * scale,
        tau2=parts.tau2 * scale * scale,
        se_tau2=parts.se_tau2 * scale * scale,
    )


def pool(
    yi: Values,
    vi: npt.ArrayLike | str | None = None,
    *,
    method: Method | str = "REML",
    test: Test | str | None = None,
    level: float = 0.95,
    names: Names | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
) -> Fit:
    """Pool effects with their sampling variances.

    Parameters
    ----------
    yi
        Effects (..., k), NaN where a study is absent; leading axes are a batch and the result has their shape. Or what
        an effect function gives (then without vi), or the name of a column of `data`.
    vi
        Sampling variances, of the same shape.
    method
        Estimator of tau2: REML, DL, PM, ML, EB, SJ, HE, HS; FE (or EE) for the common-effect model.
    test
        adhoc (Knapp-Hartung with a variance factor never below 1), knha, t or z. None: adhoc, and z for FE.
    level
        Confidence level; 95 and 0.95 are the same.
    names, measure
        Of the studies and of the effects; they stay with the result. `measure` gives the natural scale in print.
    data
        A data frame or a dictionary of columns, for yi, vi and names given as column names.

    Returns
    -------
    Fit
        One study gives that study with a z interval and status SINGLE_STUDY. The prediction interval uses t with k - 1
        degrees of freedom for t, knha and adhoc, and z otherwise.

    Raises
    ------
    StatsInputError
        Arguments without meaning; numbers without an answer give NaN and a status.
    """
    method, test, level = check_call(method, test, level)
    given = take(yi, vi, names=names, measure=measure, data=data)
    y, v = as_batch(given.yi, given.vi)
    shape = y.shape[:-1]
    size, width = prod(shape), y.shape[-1]
    y, v = y.reshape(size, width), v.reshape(size, width)
    if width == 0:
        y = v = np.full((size, 1), np.nan)
    rows = max(1, _CHUNK_ELEMENTS // max(width, 1))
    with np.errstate(all="ignore"):
        chunks = [
            _pool_chunk(y[first : first + rows], v[first : first + rows], method, test)
            for first in range(0, max(size, 1), rows)
        ]
        parts = chunks[0] if len(chunks) == 1 else _Parts._make(map(np.concatenate, zip(*chunks, strict=True)))
        return _assemble(parts, shape, method, test, level, given)


def _assemble(parts: _Parts, shape: tuple[int, ...], method: str, test: str, level: float, given: Given) -> Fit:
    estimate_, se, k = parts.estimate, parts.se, parts.k
    statistic = estimate_ / se
    q_df = np.maximum(k - 1, 0)
    p: Floats
    if test == "z":
        df = np.full_like(se, np.nan)
        p, critical = z_two_sided(statistic), np.full_like(se, z_quantile(level))
    else:
        df, critical = q_df.astype(np.float64), t_quantile(level, q_df)
        p = t_two_sided(statistic, df)
        if q_df.min(initial=1) < 1:
            few = q_df < 1
            df = np.where(few, np.nan, df)
            p = np.where(few, z_two_sided(statistic), p)
            critical = np.where(few, z_quantile(level), critical)
    reach, spread = critical * se, critical * parts.spread

    def give(x: npt.NDArray[Any]) -> Any:
        """Back to the caller's batch shape; a scalar for a single analysis."""
        return x.reshape(shape) if shape else x[0]

    return Fit(
        method=method,
        test=test,
        level=level,
        status=give(parts.status),
        k=give(k),
        estimate=give(estimate_),
        se=give(se),
        statistic=give(statistic),
        df=give(df),
        p=give(p),
        ci_low=give(estimate_ - reach),
        ci_high=give(estimate_ + reach),
        heterogeneity=Heterogeneity(
            tau2=give(parts.tau2),
            se_tau2=give(parts.se_tau2),
            i2=give(parts.i2),
            h2=give(parts.h2),
            q=give(parts.q),
            q_df=give(q_df),
            q_p=give(chi2_upper(parts.q, q_df)),
        ),
        prediction=Prediction(low=give(estimate_ - spread), high=give(estimate_ + spread)),
        measure=given.measure,
        studies=None if shape else given.studies(),
    )
