"""Roots in tau2 that cannot fail to converge: a grid that brackets, then Newton's method inside the bracket.

Each estimator is written as a curve whose logarithm h(tau2) is positive below its root and negative above it, because
that is close to a straight line in log(tau2 + smallest variance). Newton's step is taken on that scale; a step that
leaves the bracket, or a search that lingers, is replaced by halving the bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from metafit.inverse_variance.sums import DataSets, Sums, Value, columns_of
from metafit.results import Bools, Floats, Ints

GRID_STEP = 1.0
"""Distance of two grid points in log(tau2 + smallest variance); every weight changes over about one unit of it."""
GRID_MOST = 256
FINER = 8
BEND_UP, BEND_DOWN = 1.05, 0.7
"""Most by which h bends, d2h / dlog2. A search for the worst data sets (differential evolution over effects and
variances, 3 to 6 studies) came to 1.00 and 0.64."""
_AT_ONCE = 1 << 14
"""Elements below which the whole grid is evaluated at once."""
STEP_DONE = 1e-6
"""Newton converges quadratically: after a relative step this small the error is about its square."""
PLAIN_NEWTON = 12
MOST_STEPS = 400
STEEPEST = -2.01
"""dh / dlog lies in [-2, 1] for every curve: anything steeper has underflowed and would feign convergence."""
NARROWEST = 4e-16


class Curve(NamedTuple):
    """An estimator as a ratio that is 1 at its root. order: the highest power of the weights in the ratio."""

    ratio: Callable[[Sums, Value], Value]
    slope: Callable[[Sums], Value]
    """Of the logarithm of the ratio, by tau2."""
    order: int


REML = Curve(
    lambda at, target: at.score() / at.trace_p(),
    lambda at: at.trace_pp() / at.trace_p() - 2.0 * at.quadratic() / at.score(),
    2,
)
"""Restricted likelihood: y'PPy against tr(P)."""
ML = Curve(
    lambda at, target: at.score() / at.trace_w(),
    lambda at: at.trace_ww() / at.trace_w() - 2.0 * at.quadratic() / at.score(),
    2,
)
"""Likelihood: y'PPy against tr(W)."""
Q = Curve(lambda at, target: at.q() / target, lambda at: -at.score() / at.q(), 1)
"""Generalised Q against a target: its expectation (Paule-Mandel), or a chi-square quantile."""


class Brackets(NamedTuple):
    """A grid over [0, ceiling] (G, B), h on it, and where a point is the left end of a downward crossing (G-1, B).

    Data sets with a wide range have more points; beyond its own last point, the ceiling, a column means nothing.
    """

    grid: Floats
    h: Floats
    down: Bools

    def columns(self, which: Ints | Bools) -> Brackets:
        """Those of some of the data sets."""
        return Brackets(*(columns_of(rows, which) for rows in self))


def widths(v_min: Floats, ceiling: Floats, finer: bool) -> tuple[Floats, Ints]:
    """The range of each search in log(tau2 + smallest variance), and the number of steps over it."""
    span = np.log1p(ceiling / v_min)
    steps = np.clip(np.ceil(span / GRID_STEP), 1.0, GRID_MOST).astype(np.int64)
    return span, steps * FINER if finer else steps


def reach(h: Floats) -> Floats:
    """How far at least from a point, in log, h can touch 0 and turn there: it bends no more than it can."""
    distance: Floats = np.sqrt(2.0 * np.abs(h) / np.where(h > 0.0, BEND_UP, BEND_DOWN))
    return distance


def hiding(curve: Curve, data: DataSets, target: Floats, found: Brackets, step: Floats) -> Ints:
    """Data sets whose h crosses 0 more often between two grid points than the signs at these tell.

    It would have to turn there, at reach of both: where it may, it is looked at more closely. Q falls everywhere.
    """
    if curve.order == 1:
        return np.zeros(0, dtype=np.int64)
    h, turned = found.h, reach(found.h)
    g, column = np.nonzero(turned[1:] + turned[:-1] < step)
    parts = np.arange(1, FINER) / FINER
    low, high = found.grid[g, column], found.grid[g + 1, column]
    columns = np.tile(column, parts.size)
    at = data.columns(columns).at((low + (high - low) * parts[:, None]).ravel(), curve.order)
    between = curve.ratio(at, target[columns]).reshape(parts.size, column.size) > 1.0
    signs = np.vstack([h[g, column] > 0.0, between, h[g + 1, column] > 0.0])
    changes = np.count_nonzero(signs[1:] != signs[:-1], axis=0)
    return np.unique(column[changes > (signs[0] != signs[-1])])


def brackets(curve: Curve, data: DataSets, first: Floats, target: Floats, span: Floats, steps: Ints) -> Brackets:
    """Evaluate h on the grid; the data sets must stand in order, those with most steps first.

    first: the ratio at 0.
    """
    points = int(steps.max(initial=1)) + 1
    growth, grid = np.expm1(span / steps), np.zeros((points, span.size))
    for g in range(1, points):
        grid[g] = grid[g - 1] + (grid[g - 1] + data.v_min) * growth
    ratio = np.full_like(grid, np.nan)
    ratio[0] = first
    if span.size * points <= _AT_ONCE:
        every = np.tile(np.arange(span.size), points - 1)
        at = data.columns(every).at(grid[1:].ravel(), curve.order)
        ratio[1:] = curve.ratio(at, target[every]).reshape(points - 1, -1)
    else:
        for g in range(1, points):
            some = slice(int(np.searchsorted(-steps, -g, side="right")))
            ratio[g, some] = curve.ratio(data.columns(some).at(grid[g, some], curve.order), target[some])
    above = ratio > 1.0
    # The ceiling is proven to lie above every root; rounding must not be able to say otherwise.
    above[np.arange(points)[:, None] >= steps] = False
    return Brackets(grid, np.log(ratio), above[:-1] & ~above[1:])


def inverse_quadratic(low: Value, high: Value, third: Value, outer: Value) -> Value:
    """Where h is 0, from its values at 0, at 1 and at outer; floats or arrays."""
    return low * third / ((high - low) * (high - third)) + outer * low * high / ((third - low) * (third - high))


def _first_guess(low: Floats, high: Floats, third: Floats, below: Bools) -> Floats:
    """Where in its bracket h is 0, judged by h at the ends and at the next grid point.

    Where the curve through them leaves the bracket or a value is infinite, a straight line, or the middle.
    """
    line = low / (low - high)
    curve = inverse_quadratic(low, high, third, np.where(below, -1.0, 2.0))
    share = np.where((curve > 0.0) & (curve < 1.0), curve, line)
    return np.where(np.isfinite(share), share, 0.5)


def refine(curve: Curve, data: DataSets, target: Floats, found: Brackets, left: Ints) -> Floats:
    """The root between grid points left and left + 1 of each column, h there being > 0 and <= 0; (B,)."""
    v_min, columns = data.v_min, np.arange(left.size)
    low, high = found.grid[left, columns], found.grid[left + 1, columns]
    below = left > 0
    third = found.h[np.where(below, left - 1, np.minimum(left + 2, len(found.h) - 1)), columns]
    step_log = np.log((high + v_min) / (low + v_min))
    share = _first_guess(found.h[left, columns], found.h[left + 1, columns], third, below)
    tau2 = low + (low + v_min) * np.expm1(step_log * share)
    root: Floats = tau2
    live = None  # columns still searched; None while that is all of them
    for step in range(MOST_STEPS):
        at = data.at(tau2, curve.order + 1)
        h = np.log(curve.ratio(at, target))
        positive = h > 0.0
        low = np.where(positive, tau2, low)
        high = np.where(positive, high, tau2)
        base = tau2 + v_min
        slope_log = curve.slope(at) * base
        new = tau2 + base * np.expm1(-h / slope_log)
        outside = ~((new >= low) & (new <= high) & (slope_log >= STEEPEST))
        if step >= PLAIN_NEWTON and step % 2:
            outside[:] = True
        if outside.any():
            middle = np.sqrt((low + v_min) * (high + v_min)) - v_min
            new = np.where(outside, np.clip(middle, low, high), new)
        done = ~outside & (np.abs(new - tau2) <= STEP_DONE * base)
        done |= high - low <= NARROWEST * (high + v_min)
        tau2 = new
        if live is None:
            root = tau2
        else:
            root[live] = tau2
        if done.all():
            break
        if 2 * np.count_nonzero(done) < done.size:
            continue
        keep = ~done
        live = np.flatnonzero(keep) if live is None else live[keep]
        data, v_min, target = data.columns(keep), v_min[keep], target[keep]
        low, high, tau2 = low[keep], high[keep], tau2[keep]
    return root


def crossings(down: Bools) -> Iterator[tuple[Ints, Ints]]:
    """Each further downward crossing in turn: (columns, left grid index)."""
    columns = np.flatnonzero(down.any(0))
    if columns.size == 0:
        return
    more = np.count_nonzero(down) > columns.size
    left = down.argmax(0)[columns]
    yield columns, left
    if more:
        down = down.copy()
    while more and columns.size:
        down[left, columns] = False
        columns = columns[down[:, columns].any(0)]
        left = down[:, columns].argmax(0)
        if columns.size:
            yield columns, left
