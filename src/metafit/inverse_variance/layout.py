"""From the caller's arrays (..., k) to the kernel's columns (k, B), with a status for each data set."""

from __future__ import annotations

from math import isfinite, isnan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from metafit.errors import StatsInputError
from metafit.results import Floats, Ints, Status

#: Between these, cubes of weights and their sums can be held.
SMALL, LARGE = 1e-40, 1e40


class Columns(NamedTuple):
    """A batch as the kernel wants it: (k, B), absent studies y = 0, v = inf, unusable columns made harmless."""

    y: Floats
    v: Floats
    k: Ints
    status: Ints
    scale: Floats | None
    """Powers of two (B,) by which effects were divided so that squares of variances can be held, or None."""


def as_floats(name: str, values: npt.ArrayLike) -> Floats:
    """An array of float64; raises StatsInputError for text and ragged lists."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise StatsInputError(
            f"{name}: give numbers, in rows of equal length, with NaN where one is absent."
        ) from error


def as_batch(yi: npt.ArrayLike, vi: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both arrays as float64 of one shape (..., k)."""
    y, v = as_floats("yi", yi), as_floats("vi", vi)
    if y.ndim == 0 or v.ndim == 0:
        raise StatsInputError("yi and vi: give arrays with the studies on the last axis, not single numbers.")
    if y.shape != v.shape:
        if y.shape[-1] != v.shape[-1]:
            raise StatsInputError(f"yi and vi: shapes {y.shape} and {v.shape} do not match.")
        try:
            y, v = np.broadcast_arrays(y, v)
        except ValueError as error:
            raise StatsInputError(f"yi and vi: shapes {y.shape} and {v.shape} do not match.") from error
    return y, v


def to_columns(y: Floats, v: Floats, p: int = 1) -> Columns:
    """Turn (B, k) into the kernel's layout and give each data set its status."""
    if y.shape[0] and y.shape[1] > p and v.min() > SMALL and v.max() < LARGE and np.isfinite(y.sum()):
        # The common case: nothing absent (NaN fails every comparison), nothing odd.
        k = np.full(y.shape[0], y.shape[1], dtype=np.int64)
        return Columns(y.T.copy(), v.T.copy(), k, np.zeros_like(k), None)
    here = ~(np.isnan(y) | np.isnan(v)).T
    k = here.sum(0)
    y, v = np.where(here, y.T, 0.0), np.where(here, v.T, np.inf)
    status = np.where(k > p, int(Status.OK), int(Status.NOT_ESTIMABLE))
    if p == 1:
        status[k == 1] = Status.SINGLE_STUDY
    status[k == 0] = Status.NO_STUDIES
    status[(v == 0.0).any(0)] = Status.ZERO_VARIANCE
    status[((v < 0.0) | (here & np.isinf(v)) | np.isinf(y)).any(0)] = Status.BAD_INPUT
    unusable = status > Status.SINGLE_STUDY
    y[:, unusable], v[:, unusable] = 0.0, 1.0
    scale: Floats | None = None
    if not (v.min(initial=1.0) > SMALL and v[v < np.inf].max(initial=1.0) < LARGE):
        # Effects are divided by it and variances by its square, both exactly.
        scale = np.ldexp(1.0, np.frexp(v.min(0))[1] // 2)
        y, v = y / scale, v / scale / scale
    return Columns(y, v, k, status, scale)


def order_by_precision(y: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """Put each column's most precise study first and measure effects from it.

    Returns the new y and v, and the effect subtracted (B,). Sums then lose nothing to a dominant study or to a
    large common shift. y and v are changed in place.
    """
    columns = np.arange(y.shape[1])
    best = v.argmin(0)
    origin = y[best, columns]
    v_best = v[best, columns]
    y[best, columns], v[best, columns] = y[0], v[0]
    y[0], v[0] = origin, v_best
    y -= origin
    if v.max(initial=0.0) == np.inf:
        y[v == np.inf] = 0.0
    return y, v, origin


def one_ordered(y: Floats, v: Floats) -> tuple[Floats, Floats, Floats] | None:
    """`to_columns` and `order_by_precision` for one usual analysis (k,): absent studies left out.

    None for fewer than two studies and for numbers that need a status or a scale.
    """
    if isnan(y.dot(v)):
        here = ~(np.isnan(y) | np.isnan(v))
        y, v = y[here], v[here]
    if v.size < 2:
        return None
    best = v.argmin()
    v_best, origin = v[best], y[best]
    y = y - origin
    if not (v_best > SMALL and v.sum() < LARGE and isfinite(y.dot(y))):
        return None
    v = v.copy()
    y[best], v[best] = y[0], v[0]
    y[0], v[0] = 0.0, v_best
    return y, v, origin
