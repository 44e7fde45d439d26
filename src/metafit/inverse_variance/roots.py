"""Roots in tau2 that cannot fail to converge: a grid that brackets, then Newton's method inside the bracket.

Each estimator is written as a curve h(tau2) that is positive below its root and negative above it, as the log of
a ratio, because that is close to a straight line in log(tau2 + smallest variance). Newton's step is taken on
that scale; a step that leaves the bracket, or a search that lingers, is replaced by halving the bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from metafit.inverse_variance.projection import Design, Projection
from metafit.results import Bools, Floats, Ints

_sum = np.add.reduce

#: Distance of two grid points in log(tau2 + smallest variance). Every weight changes over about one unit of
#: it, so two maxima of a likelihood are further apart than this.
_GRID_STEP = 0.6
_GRID_MOST = 257
_STEP_DONE = 1e-6
"""Newton converges quadratically: after a relative step this small the error is about its square."""
_PLAIN_NEWTON = 12
_MOST_STEPS = 400

Curve = Callable[[Projection, Floats, Floats, bool], tuple[Floats, "Floats | None"]]
"""(projection at 1/(v + tau2), weighted residuals e, target, slope wanted) -> (h, dh/dtau2)."""


def reml_curve(fit: Projection, e: Floats, target: Floats, slope: bool) -> tuple[Floats, Floats | None]:
    """Restricted likelihood: y'PPy against tr(P)."""
    trace, quadratic = fit.trace_p(), fit.quadratic(e) if slope else None
    e *= e
    score = _sum(e, 0)
    h = np.log(score / trace)
    return h, fit.rough_trace_pp() / trace - 2.0 * quadratic / score if quadratic is not None else None


def ml_curve(fit: Projection, e: Floats, target: Floats, slope: bool) -> tuple[Floats, Floats | None]:
    """Likelihood: y'PPy against tr(W)."""
    score, trace = _sum(e * e, 0), _sum(fit.w, 0)
    h = np.log(score / trace)
    return h, _sum(fit.w * fit.w, 0) / trace - 2.0 * fit.quadratic(e) / score if slope else None


def q_curve(fit: Projection, e: Floats, target: Floats, slope: bool) -> tuple[Floats, Floats | None]:
    """Generalised Q(tau2) against a target: its expectation (Paule-Mandel), or a chi-square quantile."""
    q = _sum(e * fit.residual, 0)
    return np.log(q / target), -_sum(e * e, 0) / q if slope else None


def _evaluate(
    curve: Curve, design: Design, y: Floats, v: Floats, tau2: Floats, target: Floats, slope: bool
) -> tuple[Floats, Floats | None]:
    w = v + tau2
    np.reciprocal(w, out=w)
    fit = design.project(w, y)
    return curve(fit, w * fit.residual, target, slope)


def brackets(
    curve: Curve, design: Design, y: Floats, v: Floats, target: Floats, ceiling: Floats
) -> tuple[Floats, Floats, Bools]:
    """Evaluate h on a grid over [0, ceiling].

    Returns the grid (G, B), h on it, and where a point is the left end of a downward crossing (G-1, B).
    """
    v_min = v.min(0)
    span = np.log1p(ceiling / v_min)
    points = int(min(max(np.ceil(span.max(initial=0.0) / _GRID_STEP), 2.0) + 1.0, _GRID_MOST))
    grid = v_min * np.expm1(np.arange(points)[:, None] * (span / (points - 1)))
    if y.size * points <= 1 << 14:
        h, _ = _evaluate(curve, design, y[:, None, :], v[:, None, :], grid, target, False)
    else:
        h = np.empty_like(grid)
        for g in range(points):
            h[g], _ = _evaluate(curve, design, y, v, grid[g], target, False)
    above = h > 0.0
    # The ceiling is proven to lie above every root; rounding must not be able to say otherwise.
    above[-1] = False
    return grid, h, above[:-1] & ~above[1:]


def _first_guess(step: Floats, low: Floats, high: Floats, third: Floats, below: Bools) -> Floats:
    """Where h is 0, as a distance in log from the left end of the bracket.

    Inverse quadratic interpolation through h at the ends and at the next grid point; where that leaves the bracket or
    a value is infinite, a straight line, or the middle.
    """
    line = low / (low - high)
    outer = np.where(below, -1.0, 2.0)
    curve = low * third / ((high - low) * (high - third)) + outer * low * high / ((third - low) * (third - high))
    share = np.where((curve > 0.0) & (curve < 1.0), curve, line)
    return step * np.where(np.isfinite(share), share, 0.5)


def refine(
    curve: Curve, design: Design, y: Floats, v: Floats, target: Floats, grid: Floats, h: Floats, left: Ints
) -> Floats:
    """The root between grid points left and left + 1 of each column, h there being > 0 and <= 0; (B,)."""
    v_min = v.min(0)
    columns = np.arange(left.size)
    low, high = grid[left, columns], grid[left + 1, columns]
    below = left > 0
    third = np.where(below, left - 1, left + 2)
    step_log = np.log((high + v_min) / (low + v_min))
    guess = _first_guess(step_log, h[left, columns], h[left + 1, columns], h[third, columns], below)
    tau2 = low + (low + v_min) * np.expm1(guess)
    root: Floats = tau2
    live = None  # columns still searched; None while that is all of them
    for step in range(_MOST_STEPS):
        h, slope = _evaluate(curve, design, y, v, tau2, target, True)
        positive = h > 0.0
        low = np.where(positive, tau2, low)
        high = np.where(positive, high, tau2)
        base = tau2 + v_min
        slope_log = slope * base
        new = tau2 + base * np.expm1(-h / slope_log)
        # dh / dlog lies in [-2, 1] for every curve: anything steeper has underflowed and would feign convergence.
        outside = ~((new >= low) & (new <= high) & (slope_log >= -2.01))
        if step >= _PLAIN_NEWTON and step % 2:
            outside[:] = True
        if outside.any():
            middle = np.sqrt((low + v_min) * (high + v_min)) - v_min
            new = np.where(outside, np.clip(middle, low, high), new)
        done = ~outside & (np.abs(new - tau2) <= _STEP_DONE * base)
        done |= high - low <= 4e-16 * (high + v_min)
        tau2 = new
        if live is None:
            root = tau2
            if done.all():
                break
            if 2 * np.count_nonzero(done) < done.size:
                continue
            live = np.flatnonzero(~done)
        else:
            root[live] = tau2
            if done.all():
                break
            if 2 * np.count_nonzero(done) < done.size:
                continue
            live = live[~done]
        keep = ~done
        y, v, v_min, target = y[:, keep], v[:, keep], v_min[keep], target[keep]
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
