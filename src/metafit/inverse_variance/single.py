"""The pooled mean of one data set: `moments` and the search of `roots` in plain floats, where arrays only cost time.

Whatever is unusual here, a second root or numbers at the edge of what floats hold, goes the way of a batch of one.
"""

from __future__ import annotations

import math

import numpy as np

from metafit.inverse_variance.moments import MeanData, MeanSums
from metafit.inverse_variance.projection import MeanProjection
from metafit.inverse_variance.roots import (
    BEND_DOWN,
    BEND_UP,
    GRID_MOST,
    GRID_STEP,
    MOST_STEPS,
    NARROWEST,
    PLAIN_NEWTON,
    STEEPEST,
    STEP_DONE,
    Curve,
    inverse_quadratic,
)
from metafit.results import Floats

_sum = np.add.reduce


class OneMean:
    """`DataSets` for the mean of one data set (k,) with every study present: a product of matrices for all its sums."""

    __slots__ = ("_powers", "_rest", "_weights", "k", "v", "v_max", "v_min", "y")
    p = 1

    def __init__(self, y: Floats, v: Floats) -> None:
        self.y, self.v = y, v
        self.k: int = y.size
        self.v_min, self.v_max = float(v[0]), float(v.max())
        self._rest = v[1:]
        self._weights, self._powers = np.empty((2, 3, y.size - 1))
        self._powers[0] = 1.0
        self._powers[1] = y[1:]
        np.multiply(y[1:], y[1:], out=self._powers[2])

    def at(self, tau2: float, order: int = 3) -> MeanSums:
        """In plain floats, and of all powers whatever the order."""
        first, second, third = self._weights
        np.add(self._rest, tau2, out=first)
        np.reciprocal(first, out=first)
        np.multiply(first, first, out=second)
        np.multiply(second, first, out=third)
        moments = self._weights.dot(self._powers.T).tolist()
        return MeanSums(1.0 / (self.v_min + tau2), *moments)

    def on(self, grid: list[float]) -> list[MeanSums]:
        """At every point of a grid, with weights and their squares."""
        w = self._rest + np.array(grid)[:, None]
        np.reciprocal(w, out=w)
        first = w.dot(self._powers.T).tolist()
        w *= w
        second = w.dot(self._powers.T).tolist()
        return [MeanSums(1.0 / (self.v_min + tau2), *two) for tau2, *two in zip(grid, first, second, strict=True)]

    def project(self, w: Floats) -> MeanProjection:
        return MeanProjection(w, self.y)

    def squares(self) -> float:
        present, total, squares = _sum(self._powers, 1).tolist()
        k = present + 1.0
        residual: float = max(squares - total * total / k, 0.0)
        return residual

    def as_batch(self) -> MeanData:
        """The same, as a batch of one."""
        return MeanData(self.y[:, None], self.v[:, None], np.array([self.k]))


def only_root(curve: Curve, data: OneMean, first: float, target: float, ceiling: float) -> float | None:
    """The root by the same grid and the same steps as those of a batch; first: the ratio at 0.

    None where there may be several roots, or the curve starts below 1 and rises: `brackets` and `refine` weigh those.
    Raises ArithmeticError or ValueError for numbers that plain floats refuse.
    """
    v_min = data.v_min
    span = math.log1p(ceiling / v_min)
    steps = min(max(math.ceil(span / GRID_STEP), 1), GRID_MOST)
    step = span / steps
    grid = [v_min * math.expm1(i * step) for i in range(steps + 1)]
    h, left = [math.log(first)], -1
    near = _reach(h[0])
    for i, at in enumerate(data.on(grid[1:])):
        value = math.log(curve.ratio(at, target))
        nearer, near = near, _reach(value)
        if curve.order > 1 and nearer + near < step:
            return None
        if h[i] > 0.0:
            if left < i - 1:
                return None
            left = i
        h.append(value)
    if left < 0:
        return 0.0
    below = left > 0
    share = h[left] / (h[left] - h[left + 1])
    if steps > 1:
        curved = inverse_quadratic(h[left], h[left + 1], h[left - 1 if below else left + 2], -1.0 if below else 2.0)
        share = curved if 0.0 < curved < 1.0 else share
    return _refined(curve, data, target, grid[left], grid[left + 1], share * step)


def _reach(h: float) -> float:
    """`roots.reach` of one point."""
    return math.sqrt(2.0 * h / BEND_UP if h > 0.0 else -2.0 * h / BEND_DOWN)


def _refined(curve: Curve, data: OneMean, target: float, low: float, high: float, guess: float) -> float:
    """`roots.refine`; guess: a distance in log from the left end of the bracket."""
    v_min = data.v_min
    tau2 = low + (low + v_min) * math.expm1(guess)
    for step in range(MOST_STEPS):
        at = data.at(tau2)
        value = math.log(curve.ratio(at, target))
        if value > 0.0:
            low = tau2
        else:
            high = tau2
        base = tau2 + v_min
        slope_log = curve.slope(at) * base
        new = tau2 + base * math.expm1(-value / slope_log)
        inside = low <= new <= high and slope_log >= STEEPEST and not (step >= PLAIN_NEWTON and step % 2)
        if not inside:
            new = min(max(math.sqrt((low + v_min) * (high + v_min)) - v_min, low), high)
        if (inside and abs(new - tau2) <= STEP_DONE * base) or high - low <= NARROWEST * (high + v_min):
            return new
        tau2 = new
    return tau2
