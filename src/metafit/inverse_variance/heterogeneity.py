"""What follows from a pool: intervals for the heterogeneity, weights, shrunken study effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.inputs import Values, take
from metafit.inverse_variance.layout import as_batch, order_by_precision, to_columns
from metafit.inverse_variance.moments import MeanData
from metafit.inverse_variance.pooling import pool
from metafit.inverse_variance.projection import RegressionData
from metafit.inverse_variance.sums import DataSets
from metafit.inverse_variance.tau2 import q_profile
from metafit.levels import as_fraction
from metafit.quantiles import t_quantile, z_quantile
from metafit.regression.fit import prepare
from metafit.results import Floats, Interval, Prediction, Status


@dataclass(frozen=True, slots=True, repr=False)
class HeterogeneityIntervals(Shown):
    """Q-profile intervals for tau2, I2 (percent) and H2; NaN for fewer than two studies."""

    tau2: Interval
    i2: Interval
    h2: Interval


@asked
def heterogeneity_intervals(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    moderators: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    intercept: bool = True,
) -> HeterogeneityIntervals:
    """Exact intervals by inverting the generalised Q test (Viechtbauer 2007); arrays as for `pool` or `regress`.

    They belong to every random-effects method; with moderators, to the residual heterogeneity. Studies that agree more
    than chance allows give the empty set, which is reported as [0, 0], as metafor does.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    moderators
        Values (k,) or (k, m); for `regress` also names of columns of `data`.
    level
        Confidence level; 95 and 0.95 are the same.
    intercept
        Whether the model has an intercept.

    Returns
    -------
    HeterogeneityIntervals
        Intervals of tau2, tau, I2 and H2.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    given = take(yi, vi)
    data: DataSets
    with np.errstate(all="ignore"):
        if moderators is None:
            yb, vb = as_batch(given.yi, given.vi)
            shape, width = yb.shape[:-1], max(yb.shape[-1], 1)
            if yb.shape[-1] == 0:
                yb = vb = np.full((*shape, 1), np.nan)
            columns = to_columns(yb.reshape(prod(shape), width), vb.reshape(prod(shape), width))
            y, v, _ = order_by_precision(columns.y, columns.v)
            good = columns.status == Status.OK
            data = MeanData(y[:, good], v[:, good], columns.k[good])
            scale = np.ones(1) if columns.scale is None else columns.scale[good]
        else:
            prepared = prepare(given.yi, given.vi, moderators, intercept)
            shape, good = prepared.shape, prepared.good
            y, v, k, scale = prepared.usable()
            data = RegressionData(prepared.design, y, v, k)
        found = np.full((3, good.size), np.nan)
        if good.any():
            df = (data.k - data.p).astype(np.float64)
            tail = (1.0 - level) / 2.0
            found[0, good] = q_profile(data, chdtri(df, tail)) * scale * scale
            found[1, good] = q_profile(data, chdtri(df, 1.0 - tail)) * scale * scale
            found[2, good] = df / data.at(np.zeros_like(data.v_min), 2).trace_p() * scale * scale
        low, high, typical = (row.reshape(shape)[()] for row in found)
        return HeterogeneityIntervals(
            tau2=Interval(low, high),
            i2=Interval(100.0 * low / (low + typical), 100.0 * high / (high + typical)),
            h2=Interval(1.0 + low / typical, 1.0 + high / typical),
        )


@asked
def weights(vi: npt.ArrayLike, tau2: npt.ArrayLike) -> Floats:
    """Weights in percent, (..., k); NaN for absent studies. tau2 has the batch shape (0 for FE).

    Parameters
    ----------
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    tau2
        Variance between studies, of the batch shape.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.
    """
    v = np.asarray(vi, dtype=np.float64)
    raw = 1.0 / (v + np.asarray(tau2, dtype=np.float64)[..., None])
    share: Floats = 100.0 * raw / np.nansum(raw, axis=-1, keepdims=True)
    return share


@dataclass(frozen=True, slots=True, repr=False)
class Blups(Shown):
    """Study effects shrunken towards the pool, each (..., k), with standard error and interval of a level."""

    estimate: Floats
    se: Floats
    interval: Prediction
    level: float
    measure: str = "GEN"
    names: tuple[str, ...] | None = None


@asked
def blups(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
) -> Blups:
    """Best linear unbiased predictions of the studies' true effects, as metafor's `blup`.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    Blups
        Predictions with standard errors and intervals, (..., k).

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    given = take(yi, vi)
    y, v = as_batch(given.yi, given.vi)
    fit = pool(y, v, method=method, test=test, level=level)
    mean, tau2, se = (np.asarray(x)[..., None] for x in (fit.estimate, fit.tau2, fit.se))
    trust = tau2 / (tau2 + v)
    value = trust * y + (1.0 - trust) * mean
    error = np.sqrt(trust * v + ((1.0 - trust) * se) ** 2)
    critical: Any = z_quantile(level)
    if fit.test != "z":
        critical = t_quantile(level, np.asarray(fit.k) - 1)[..., None]
    ends = Prediction(value - critical * error, value + critical * error)
    return Blups(value, error, ends, fit.level, given.measure, given.names)
