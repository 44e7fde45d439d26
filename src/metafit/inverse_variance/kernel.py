"""From effects and variances to every number of a pool: a batch of data sets, or one."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple, cast

import numpy as np

from metafit.errors import StatsInputError
from metafit.inverse_variance.layout import one_ordered, order_by_precision, to_columns
from metafit.inverse_variance.moments import MeanData, MeanSums
from metafit.inverse_variance.single import OneMean
from metafit.inverse_variance.sums import DataSets, Sums, Value, at_least, square_root
from metafit.inverse_variance.tau2 import FIXED, SEARCHED, estimate
from metafit.quantiles import t_quantile, z_quantile
from metafit.results import Floats, Ints, Status

_OK = np.int64(Status.OK)
_CHUNK_ELEMENTS = 60_000
"""Studies times data sets handled at once."""


class Ends(NamedTuple):
    """What is common to a mean and a regression after tau2 is known; arrays (B,), or numbers for one data set."""

    final: Sums
    tau2: Floats
    se_tau2: Floats
    factor: Floats
    """Knapp-Hartung multiplier of the covariance; 1 for z and t."""
    q: Floats
    i2: Floats
    h2: Floats


def _factor(test: str, ratio: Value) -> Value:
    """What Knapp and Hartung multiply the covariance with, from Q at the final weights over its degrees of freedom."""
    if test not in ("knha", "adhoc"):
        return np.ones_like(ratio)
    return at_least(ratio, 1.0 if test == "adhoc" else 0.0)


def fit_columns(data: DataSets | OneMean, method: str, test: str) -> Ends:
    """Estimate tau2 and everything that follows from it, for data sets with k > p (k = 1 = p is tolerated)."""
    start: Sums = data.at(cast(Value, 0.0 * data.v_min), 2)
    df = data.k - data.p
    q = at_least(start.q(), 0.0)
    tau2, se_tau2, final = estimate(method, data, start)
    factor = _factor(test, final.q() / df)
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


def _parts(data: MeanData | OneMean, origin: Floats, status: Value, method: str, test: str) -> _Parts:
    ends = fit_columns(data, method, test)
    final = cast(MeanSums, ends.final)
    se = square_root(ends.factor / final.s0)
    spread = np.full_like(se, np.nan) if method in FIXED else square_root(se * se + ends.tau2)
    return _Parts(
        final.beta + origin,
        se,
        spread,
        ends.tau2,
        ends.se_tau2,
        ends.i2,
        ends.h2,
        ends.q,
        cast(Value, data.k),
        status,
    )


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


class Numbers(NamedTuple):
    """What a pool tells, each (B,), or a number for one data set."""

    status: Ints
    k: Ints
    estimate: Floats
    se: Floats
    statistic: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats
    tau2: Floats
    se_tau2: Floats
    i2: Floats
    h2: Floats
    q: Floats
    q_df: Ints
    prediction_low: Floats
    prediction_high: Floats


def _told(parts: _Parts, test: str, level: float) -> Numbers:
    """Tests and intervals."""
    k, estimate_, se = parts.k, parts.estimate, parts.se
    statistic = estimate_ / se
    q_df = np.maximum(k - 1, 0) if k.ndim else k - 1
    if test == "z":
        df, critical = np.full_like(se, np.nan)[()], np.full_like(se, z_quantile(level))[()]
    else:
        df, critical = q_df.astype(np.float64), t_quantile(level, q_df)
        few = q_df < 1
        if few.any() if few.ndim else few:
            df = np.where(few, np.nan, df)
            critical = np.where(few, z_quantile(level), critical)
    reach, spread = critical * se, critical * parts.spread
    return Numbers(
        status=parts.status,
        k=k,
        estimate=estimate_,
        se=se,
        statistic=statistic,
        df=df,
        ci_low=estimate_ - reach,
        ci_high=estimate_ + reach,
        tau2=parts.tau2,
        se_tau2=parts.se_tau2,
        i2=parts.i2,
        h2=parts.h2,
        q=parts.q,
        q_df=q_df,
        prediction_low=estimate_ - spread,
        prediction_high=estimate_ + spread,
    )


def pool_batch(yi: Floats, vi: Floats, method: str, test: str, level: float) -> Numbers:
    """Every number of a batch (B, k), in pieces that the processor's cache holds."""
    rows = max(1, _CHUNK_ELEMENTS // yi.shape[1])
    pieces = [slice(first, first + rows) for first in range(0, max(yi.shape[0], 1), rows)]
    chunks = [_pool_chunk(yi[piece], vi[piece], method, test, level) for piece in pieces]
    return chunks[0] if len(chunks) == 1 else Numbers(*map(np.concatenate, zip(*chunks, strict=True)))


def _pool_chunk(yi: Floats, vi: Floats, method: str, test: str, level: float) -> Numbers:
    with np.errstate(all="ignore"):
        y, v, k, status, scale = to_columns(yi, vi)
        y, v, origin = order_by_precision(y, v)
        parts = _parts(MeanData(y, v, k), origin, status, method, test)
        if status.any():
            parts = _single_studies(parts, origin, np.sqrt(v[0]))
        parts = _blank(parts)
        return _told(parts if scale is None else _unscaled(parts, scale), test, level)


def pool_one(yi: Floats, vi: Floats, method: str, test: str, level: float) -> Numbers | None:
    """Every number of one usual analysis (k,); None where it is not usual, or plain floats refuse it."""
    ordered = one_ordered(yi, vi)
    if ordered is None:
        return None
    y, v, origin = ordered
    try:
        parts = _parts(OneMean(y, v), origin, _OK, method, test)
    except (ArithmeticError, ValueError):
        return None
    if not (parts.se > 0.0 and isfinite(parts.estimate + parts.se + parts.tau2)):
        return None
    arrays = _Parts._make((*map(np.float64, parts[:-2]), np.int64(parts.k), parts.status))
    return _told(arrays, test, level)


def pool_compiled(yi: Floats, vi: Floats, method: str, test: str, level: float) -> Numbers:
    """`pool_batch` in machine code where the method searches for tau2."""
    if method not in SEARCHED:
        return pool_batch(yi, vi, method, test, level)
    try:
        from metafit.inverse_variance.compiled import fits
    except ImportError:
        raise StatsInputError("compiled: this needs numba; install it, or leave compiled out.") from None
    with np.errstate(all="ignore"):
        found = fits(yi, vi, method)
        k = np.full(yi.shape[0], yi.shape[1], dtype=np.int64)
        se = np.sqrt(_factor(test, found.q / (k - 1)) / found.s0)
        spread = np.sqrt(se * se + found.tau2)
        status = np.full_like(k, int(Status.OK))
        heterogeneity = (found.tau2, found.se_tau2, found.i2, found.h2, found.q_start)
        numbers = _told(_Parts(found.estimate, se, spread, *heterogeneity, k, status), test, level)
        rest = np.flatnonzero(~((se > 0.0) & np.isfinite(found.estimate + se + found.tau2)))
    if rest.size:
        for ours, other in zip(numbers, pool_batch(yi[rest], vi[rest], method, test, level), strict=True):
            ours[rest] = other
    return numbers
