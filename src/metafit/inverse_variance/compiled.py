"""The kernel of a batch as machine code, by numba: for many thousands of data sets, where compiling pays.

The same grid, the same steps and the same sums as `moments`, `roots` and `single`, one data set after another. Whatever
is unusual (absent studies, variances that need a scale, a second maximum) is left to the kernel in NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

from metafit.inverse_variance.layout import LARGE, SMALL
from metafit.inverse_variance.roots import (
    BEND_DOWN,
    BEND_UP,
    FINER,
    GRID_MOST,
    GRID_STEP,
    MOST_STEPS,
    NARROWEST,
    PLAIN_NEWTON,
    STEEPEST,
    STEP_DONE,
)
from metafit.results import Floats

_REML, _ML, _Q = 0, 1, 2
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _compile(function: _Function) -> _Function:
    return cast(_Function, numba.njit(error_model="numpy")(function))


class Row(NamedTuple):
    """Sums of one data set at one tau2: the first study's weight, and over the others w^n, w^n y, w^n y^2."""

    w: float
    a1: float
    b1: float
    c1: float
    a2: float
    b2: float
    c2: float
    a3: float
    b3: float
    c3: float


@_compile
def _sums(y: Floats, v: Floats, tau2: float) -> Row:
    a1 = b1 = c1 = a2 = b2 = c2 = a3 = b3 = c3 = 0.0
    for i in range(1, y.size):
        w = 1.0 / (v[i] + tau2)
        y1, y2 = y[i], y[i] * y[i]
        w2 = w * w
        w3 = w2 * w
        a1, b1, c1 = a1 + w, b1 + w * y1, c1 + w * y2
        a2, b2, c2 = a2 + w2, b2 + w2 * y1, c2 + w2 * y2
        a3, b3, c3 = a3 + w3, b3 + w3 * y1, c3 + w3 * y2
    return Row(1.0 / (v[0] + tau2), a1, b1, c1, a2, b2, c2, a3, b3, c3)


@_compile
def _q(at: Row) -> float:
    return at.c1 - at.b1 * at.b1 / (at.w + at.a1)


@_compile
def _score(at: Row) -> float:
    beta = at.b1 / (at.w + at.a1)
    return at.c2 + beta * (beta * (at.w * at.w + at.a2) - 2.0 * at.b2)


@_compile
def _trace_p(at: Row) -> float:
    return (at.a1 * (2.0 * at.w + at.a1) - at.a2) / (at.w + at.a1)


@_compile
def _trace_pp(at: Row) -> float:
    s0 = at.w + at.a1
    share = at.w / s0
    own, cross = share * at.a1, share * share * at.a2
    return own * own + 2.0 * cross + at.a2 + (at.a2 * at.a2 / s0 - 2.0 * at.a3) / s0


@_compile
def _ratio(curve: int, at: Row, target: float) -> float:
    if curve == _Q:
        return _q(at) / target
    return _score(at) / (_trace_p(at) if curve == _REML else at.w + at.a1)


@_compile
def _slope(curve: int, at: Row) -> float:
    score = _score(at)
    if curve == _Q:
        return -score / _q(at)
    s0, w2 = at.w + at.a1, at.w * at.w
    beta = at.b1 / s0
    total = at.b2 - beta * (w2 + at.a2)
    quadratic = at.c3 + beta * (beta * (w2 * at.w + at.a3) - 2.0 * at.b3) - total * total / s0
    trace = _trace_pp(at) / _trace_p(at) if curve == _REML else (w2 + at.a2) / s0
    return trace - 2.0 * quadratic / score


@_compile
def _reach(h: float) -> float:
    return math.sqrt(2.0 * h / BEND_UP if h > 0.0 else -2.0 * h / BEND_DOWN)


@_compile
def _root(curve: int, y: Floats, v: Floats, first: float, target: float, ceiling: float, h: Floats) -> float:
    """`single.only_root`, NaN where that gives None; h: room for the curve on the grid."""
    span = math.log1p(ceiling / v[0])
    steps = min(max(math.ceil(span / GRID_STEP), 1), GRID_MOST)
    step = span / steps
    h[0] = math.log(first)
    for i in range(1, steps + 1):
        h[i] = math.log(_ratio(curve, _sums(y, v, v[0] * math.expm1(i * step)), target))
        if not math.isfinite(h[i] + h[i - 1]):
            return math.nan
        if curve != _Q and _reach(h[i]) + _reach(h[i - 1]) < step:
            changes, above = 0, h[i - 1] > 0.0
            for part in range(1, FINER + 1):
                tau2 = v[0] * math.expm1((i - 1 + part / FINER) * step)
                now = _ratio(curve, _sums(y, v, tau2), target) > 1.0 if part < FINER else h[i] > 0.0
                changes += now != above
                above = now
            if changes > 1:
                return math.nan
    left = -1
    while left + 1 < steps and h[left + 1] > 0.0:
        left += 1
    for i in range(left + 1, steps):
        if h[i] > 0.0:
            return math.nan
    if left < 0:
        return 0.0
    share = h[left] / (h[left] - h[left + 1])
    if steps > 1:
        share = _share(share, h[left], h[left + 1], h[left - 1 if left > 0 else left + 2], left > 0)
    low, high = v[0] * math.expm1(left * step), v[0] * math.expm1((left + 1) * step)
    return _refined(curve, y, v, target, low, high, share * step)


@_compile
def _share(line: float, low: float, high: float, third: float, below: bool) -> float:
    outer = -1.0 if below else 2.0
    curve = low * third / ((high - low) * (high - third)) + outer * low * high / ((third - low) * (third - high))
    return curve if 0.0 < curve < 1.0 else line


@_compile
def _refined(curve: int, y: Floats, v: Floats, target: float, low: float, high: float, guess: float) -> float:
    """`single._refined`."""
    v_min: float = v[0]
    tau2 = low + (low + v_min) * math.expm1(guess)
    for step in range(MOST_STEPS):
        at = _sums(y, v, tau2)
        value = math.log(_ratio(curve, at, target))
        if value > 0.0:
            low = tau2
        else:
            high = tau2
        base = tau2 + v_min
        slope_log = _slope(curve, at) * base
        new = tau2 + base * math.expm1(-value / slope_log)
        inside = low <= new <= high and slope_log >= STEEPEST and not (step >= PLAIN_NEWTON and step % 2)
        if not inside:
            new = min(max(math.sqrt((low + v_min) * (high + v_min)) - v_min, low), high)
        if (inside and abs(new - tau2) <= STEP_DONE * base) or high - low <= NARROWEST * (high + v_min):
            return new
        tau2 = new
    return tau2


@_compile
def _ceiling(curve: int, squares: float, df: int, v_max: float, v_min: float) -> float:
    """`tau2._ceiling`."""
    s2 = squares / df
    if curve != _Q:
        s2 = 0.5 * (s2 + math.sqrt(s2) * math.sqrt(s2 + 4.0 * (v_max - v_min)))
    return max(1.001 * s2 - v_min, 0.0)


@_compile
def _rows(curve: int, yi: Floats, vi: Floats, found: Floats) -> None:
    """Write what `fits` gives; data sets that are not usual are passed over."""
    size, k = yi.shape
    h = np.empty(GRID_MOST + 1)
    y, v = np.empty(k), np.empty(k)
    df = k - 1
    for i in range(size):
        best = 0
        for j in range(k):
            y[j], v[j] = yi[i, j], vi[i, j]
            if v[j] < v[best]:
                best = j
        origin = y[best]
        y[best], y[0], v[best], v[0] = y[0], origin, v[0], v[best]
        total = squares = v_max = 0.0
        usual = k > 1 and v[0] > SMALL
        for j in range(k):
            y[j] -= origin
            total += y[j]
            squares += y[j] * y[j]
            v_max = max(v_max, v[j])
            usual = usual and v[j] < LARGE
        if not (usual and math.isfinite(squares)):
            continue
        start = _sums(y, v, 0.0)
        ceiling = _ceiling(curve, max(squares - total * total / k, 0.0), df, v_max, v[0])
        tau2 = _root(curve, y, v, _ratio(curve, start, df), df, ceiling, h)
        at = _sums(y, v, tau2)
        s0 = at.w + at.a1
        if curve == _REML:
            information = _trace_pp(at)
        elif curve == _ML:
            information = at.w * at.w + at.a2
        else:
            information = s0 * s0 * df / (k * k)
        typical = df / _trace_p(start)
        found[0, i] = at.b1 / s0 + origin
        found[1, i] = s0
        found[2, i] = _q(at)
        found[3, i] = tau2
        found[4, i] = math.sqrt(2.0 / information)
        found[5, i] = 100.0 * tau2 / (tau2 + typical)
        found[6, i] = 1.0 + tau2 / typical
        found[7, i] = max(_q(start), 0.0)


class Fits(NamedTuple):
    """A pool of each data set, (B,); NaN where it is left to NumPy. s0, q: at the weights 1 / (v + tau2)."""

    estimate: Floats
    s0: Floats
    q: Floats
    tau2: Floats
    se_tau2: Floats
    i2: Floats
    h2: Floats
    q_start: Floats


def fits(yi: Floats, vi: Floats, method: str) -> Fits:
    """Pool each row of a batch (B, k)."""
    found = np.full((len(Fits._fields), yi.shape[0]), np.nan)
    _rows({"REML": _REML, "ML": _ML}.get(method, _Q), yi, vi, found)
    return Fits(*found)
