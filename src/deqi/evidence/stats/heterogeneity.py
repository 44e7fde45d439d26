"""What follows from a pool: intervals for the heterogeneity, weights, shrunken study effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from .pool import as_batch, order_by_precision, pool, to_columns
from .projection import MeanDesign
from .quantiles import t_quantile, z_quantile
from .results import Floats, Interval, Prediction, Status
from .tau2 import q_profile


@dataclass(frozen=True, slots=True)
class HeterogeneityIntervals:
    """Q-profile intervals for tau2, I2 (percent) and H2; NaN for fewer than two studies."""

    tau2: Interval
    i2: Interval
    h2: Interval


def heterogeneity_intervals(yi: npt.ArrayLike, vi: npt.ArrayLike, *, level: float = 0.95) -> HeterogeneityIntervals:
    """Exact intervals by inverting the generalised Q test (Viechtbauer 2007); arrays as for `pool`.

    They belong to every random-effects method. Studies that agree more than chance allows give the empty set, which
    is reported as [0, 0], as metafor does.
    """
    y, v = as_batch(yi, vi)
    shape = y.shape[:-1]
    width = y.shape[-1]
    y, v = y.reshape(prod(shape), width), v.reshape(prod(shape), width)
    bounds = np.full((2, len(y)), np.nan)
    typical = np.full(len(y), np.nan)
    if width:
        with np.errstate(all="ignore"):
            columns = to_columns(y, v)
            ordered, variances, _ = order_by_precision(columns.y, columns.v)
            design = MeanDesign()
            df = columns.k - 1.0
            tail = (1.0 - level) / 2.0
            for i, upper_tail in enumerate((tail, 1.0 - tail)):
                quantile = chdtri(np.maximum(df, 1.0), upper_tail)
                bounds[i] = q_profile(design, ordered, variances, quantile)
            trace = design.project(1.0 / variances, ordered).trace_p()
            typical = df / trace
            if columns.scale is not None:
                bounds = bounds * columns.scale * columns.scale
                typical = typical * columns.scale * columns.scale
            missing = columns.status != Status.OK
            bounds[:, missing] = np.nan
    low, high = bounds[0].reshape(shape)[()], bounds[1].reshape(shape)[()]
    between = typical.reshape(shape)[()]
    return HeterogeneityIntervals(
        tau2=Interval(low, high),
        i2=Interval(100.0 * low / (low + between), 100.0 * high / (high + between)),
        h2=Interval(1.0 + low / between, 1.0 + high / between),
    )


def weights(vi: npt.ArrayLike, tau2: npt.ArrayLike) -> Floats:
    """Weights in percent, (..., k); NaN for absent studies. tau2 has the batch shape (0 for FE)."""
    v = np.asarray(vi, dtype=np.float64)
    raw = 1.0 / (v + np.asarray(tau2, dtype=np.float64)[..., None])
    share: Floats = 100.0 * raw / np.nansum(raw, axis=-1, keepdims=True)
    return share


@dataclass(frozen=True, slots=True)
class Blups:
    """Study effects shrunken towards the pool, each (..., k), with standard error and interval."""

    estimate: Floats
    se: Floats
    interval: Prediction


def blups(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
) -> Blups:
    """Best linear unbiased predictions of the studies' true effects, as metafor's `blup`."""
    y, v = as_batch(yi, vi)
    fit = pool(y, v, method=method, test=test, level=level)
    mean, tau2, se = (np.asarray(x)[..., None] for x in (fit.estimate, fit.tau2, fit.se))
    trust = tau2 / (tau2 + v)
    value = trust * y + (1.0 - trust) * mean
    error = np.sqrt(trust * v + ((1.0 - trust) * se) ** 2)
    critical: Any = z_quantile(level)
    if fit.test != "z":
        critical = t_quantile(level, np.asarray(fit.k) - 1)[..., None]
    return Blups(value, error, Prediction(value - critical * error, value + critical * error))
