"""The search for the best variances of a mixed model."""

from __future__ import annotations

import numpy as np

from metafit.ascent import first_bound, moved
from metafit.multilevel.model import Blocks, NotPositiveDefinite, Solution, derivatives, solve
from metafit.multilevel.nested import Labels, Nested, NestedSolution, values_nested
from metafit.results import Bools, Floats

_MOST_STEPS = 200
_HALVINGS = 40
_ROUGH = 1e-5
_LAST = 1e-12
#: What a likelihood of size 1 may be off by, of a few hundred terms.
_ROUNDING = 1e-15


def _direction(gradient: Floats, expected: Floats, observed: Floats, free: Bools) -> Floats:
    """Newton's step over the free variances where the likelihood is curved like a hill, else Fisher's."""
    step = np.zeros_like(gradient)
    here = np.flatnonzero(free)
    if not here.size:
        return step
    if here.size <= 2:  # by hand: the usual case, and a tenth of the time
        for matrix in (observed, expected):
            small = _small_solve(matrix, gradient, here)
            if small is not None:
                step[here] = small
                return step
        step[free] = gradient[free] / np.maximum(np.diag(expected)[free], 1e-300)
        return step
    inside = np.ix_(free, free)
    for matrix in (observed[inside], expected[inside]):
        try:
            np.linalg.cholesky(matrix)  # only a positive definite one leads uphill
            step[free] = np.linalg.solve(matrix, gradient[free])
        except np.linalg.LinAlgError:
            continue
        return step
    step[free] = gradient[free] / np.maximum(np.diag(expected)[free], 1e-300)
    return step


def _small_solve(matrix: Floats, gradient: Floats, here: Labels) -> tuple[float, ...] | None:
    """The step over one or two variances; None where the matrix is not positive definite."""
    i = here[0]
    a, g = float(matrix[i, i]), float(gradient[i])
    if not a > 0.0:
        return None
    if here.size == 1:
        return (g / a,)
    j = here[1]
    b, c, h = float(matrix[i, j]), float(matrix[j, j]), float(gradient[j])
    rest = c - b * b / a
    if not rest > 1e-14 * c:
        return None
    second = (h - b / a * g) / rest
    return (g - b * second) / a, second


def climb(
    model: Blocks | Nested, start: Floats, held: Bools | None = None, *, close: float = 1e-20
) -> tuple[Floats, Solution | NestedSolution, bool]:
    """The nearest maximum over s >= 0; held variances keep their value; the rise still possible is at most `close`.

    Returns s, the fit, and convergence.
    """
    s = start.copy()
    at = solve(model, s)
    fixed = np.zeros(s.size, dtype=np.bool_) if held is None else held
    low, high = np.zeros(s.size), np.full(s.size, np.inf)
    gain = before = np.inf
    for _ in range(_MOST_STEPS):
        gradient, expected, observed = derivatives(model, at)
        free = ~fixed & ((s > 0.0) | (gradient > 0.0))
        step = _direction(gradient, expected, observed, free)
        # A variance on its way below 0 stops there; the others must not be led by a step they do not make.
        for _ in range(s.size):
            stuck = free & (s == 0.0) & (step < 0.0)
            if not stuck.any():
                break
            free = free & ~stuck
            step = _direction(gradient, expected, observed, free)
        gain, before = float(gradient @ step), gain
        size = 1.0 + abs(at.log_likelihood)
        # Below rounding of the likelihood the slope alone is trusted, until rounding of the slope ends the fall of it.
        unseen = gain < 1e-10 + _ROUNDING * size
        if gain <= close * size or (unseen and gain >= before):
            return s, at, True
        share = 1.0
        for halving in range(_HALVINGS):
            new = moved(s, share * step, low, high)
            there = solve(model, new)
            rise = there.log_likelihood - at.log_likelihood
            if unseen or rise >= 1e-4 * float(gradient @ (new - s)) - _ROUNDING * size:
                break
            share = first_bound(s, step, low, high) if halving == 0 else 0.5 * share
        else:
            break
        s, at = new, there
        # Newton's steps square what is left: that of this one is below rounding.
        if gain <= _LAST:
            return s, at, True
    return s, at, gain < 1e-8 + _ROUNDING * (1.0 + abs(at.log_likelihood))


def _totals(squares: float, df: int) -> Floats:
    """Variances to look at, of residuals with this sum of squares: 0, and all sizes that they could speak for."""
    top = 4.0 * max(squares / df, 1.0)
    # In units of the smallest sampling variance, below a tenth of which nothing can hide.
    return np.concatenate([[0.0], np.geomspace(0.1, top, 2 + int(np.ceil(np.log(top / 0.1))))])


def _line_peaks(model: Blocks) -> list[Floats]:
    """No variance, and the peaks along lines of rising total variance, all of it in one part or spread evenly."""
    m = model.m
    none = solve(model, np.zeros(m))
    squares = sum(float(((stack.y - stack.x @ none.beta[:, None]) ** 2).sum()) for stack in model.stacks)
    totals = _totals(squares, model.k - model.p)
    starts = [np.zeros(m)]
    for share in [np.full(m, 1.0 / m), *np.eye(m)] if m > 1 else [np.ones(1)]:
        values = [none.log_likelihood, *(solve(model, one * share).log_likelihood for one in totals[1:])]
        padded = np.concatenate([[-np.inf], values, [-np.inf]])
        peaks = np.flatnonzero((padded[1:-1] >= padded[:-2]) & (padded[1:-1] > padded[2:]))
        starts += [totals[i] * share for i in peaks if i > 0]
    return starts


def _grid_peaks(model: Nested) -> list[Floats]:
    """The points of a grid of variances that none of their neighbours exceeds.

    A likelihood in closed form costs so little that every pair of variances is tried. A hill that lines would pass by
    is found as well; and most often there is one peak, from which to climb but once.
    """
    totals = _totals(model.squares, model.k - model.p)
    try:
        values = values_nested(model, *((totals, np.zeros(1)) if model.alone else (totals[:, None], totals)))
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefinite from error
    padded = np.pad(values, 1, constant_values=-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3,) * values.ndim)
    peaks = totals[np.argwhere(values >= around.max(axis=tuple(range(-values.ndim, 0))))]
    return list(peaks if model.inner_first else peaks[:, ::-1])


def maximise(model: Blocks | Nested) -> tuple[Floats, Solution | NestedSolution, bool]:
    """The best of the maxima found: a likelihood of variances may have several.

    Climbs from every peak among variances spread over all sizes, none at all included: so neither a maximum at 0 nor a
    higher one far away is missed. No climb ends lower than it began, and each ends, because a step that does not rise
    is halved until it does or until what could be gained is below the rounding of the likelihood.
    """
    if model.m == 0:
        none = np.zeros(0)
        return none, solve(model, none), True
    starts = _grid_peaks(model) if isinstance(model, Nested) else _line_peaks(model)
    if len(starts) == 1:
        return climb(model, starts[0])
    # All roughly, and the best to the end: near a maximum each step doubles the digits.
    found = max((climb(model, start, close=_ROUGH) for start in starts), key=lambda one: one[1].log_likelihood)
    return climb(model, found[0])
