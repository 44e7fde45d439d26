"""Linear mixed models with known sampling covariance: y ~ N(X beta, V + sum of s_i A_i), s_i >= 0.

The likelihood, its gradient and its curvature, and a search for the best variances s. Rows that no covariance connects
are separate blocks, and the work grows with the cube of the largest block only.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt

from metafit.multilevel.nested import (
    Labels,
    Nested,
    NestedSolution,
    derivatives_nested,
    labels_of,
    reduce_nested,
    solve_nested,
    told_apart,
    values_nested,
)
from metafit.results import Bools, Floats

_MOST_STEPS = 200
_HALVINGS = 40
_ROUGH = 1e-5
#: What a likelihood of size 1 may be off by, of a few hundred terms.
_ROUNDING = 1e-15


@dataclass(frozen=True, slots=True)
class MixedModel:
    """y (k,), v (k, k), x (k, p), parts: the A_i, each (k, k). restricted: REML rather than ML."""

    y: Floats
    v: Floats
    x: Floats
    parts: tuple[Floats, ...]
    restricted: bool

    def marginal(self, s: Floats) -> Floats:
        """V + sum of s_i A_i."""
        total = self.v.copy()
        for one, part in zip(s, self.parts, strict=True):
            if one > 0.0:
                total += one * part
        return total

    def scaled(self) -> tuple[MixedModel, float]:
        """The model in units (a power of two) in which the smallest sampling variance is near 1, and the unit."""
        unit = float(np.ldexp(1.0, int(np.frexp(np.diag(self.v).min())[1]) // 2))
        return MixedModel(self.y / unit, self.v / unit / unit, self.x, self.parts, self.restricted), unit


@dataclass(frozen=True, slots=True)
class _Stack:
    """All blocks of one size b, stacked: y (n, b, 1), x (n, b, p), v and parts (n, b, b)."""

    y: Floats
    x: Floats
    v: Floats
    parts: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """A model cut into blocks; half_log_design: half of log |X'X|."""

    stacks: tuple[_Stack, ...]
    k: int
    p: int
    m: int
    restricted: bool
    half_log_design: float


def groups_of(model: MixedModel) -> tuple[Labels, ...] | None:
    """The groupings of a model whose sampling errors are independent; None for any other."""
    if np.count_nonzero(model.v - np.diag(np.diag(model.v))):
        return None
    found = tuple(labels_of(part) for part in model.parts)
    return None if any(one is None for one in found) else found  # type: ignore[return-value]  # None was looked for in this very line


def prepared(model: MixedModel) -> Blocks | Nested:
    """The model in closed form where it has one, else cut into blocks.

    Raises NotPositiveDefinite if X has not full rank.
    """
    groups = groups_of(model)
    if groups:
        try:
            design = _half_log_det(model.x.T @ model.x)
        except np.linalg.LinAlgError as error:
            raise NotPositiveDefinite from error
        v = np.diag(model.v)
        found = reduce_nested(model.y, v, model.x, groups, restricted=model.restricted, half_log_design=design)
        if found is not None:
            return found
    return cut(model)


def cut(model: MixedModel) -> Blocks:
    """Find the blocks of a model. Raises NotPositiveDefinite if X has not full rank."""
    k, p = model.x.shape
    linked = model.v != 0.0
    for part in model.parts:
        linked |= part != 0.0
    block = np.arange(k)
    for row in range(k):
        # Every row takes the number of the first block it is linked to.
        together = np.unique(block[linked[row]])
        if together.size > 1:
            block[np.isin(block, together)] = together[0]
    rows: dict[int, list[npt.NDArray[np.int64]]] = {}
    for number in np.unique(block):
        here = np.flatnonzero(block == number)
        rows.setdefault(here.size, []).append(here)
    stacks = []
    for every in rows.values():
        index = np.stack(every)
        square = (index[:, :, None], index[:, None, :])
        stacks.append(
            _Stack(model.y[index][..., None], model.x[index], model.v[square], tuple(a[square] for a in model.parts))
        )
    try:
        design = _half_log_det(model.x.T @ model.x)
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefinite from error
    return Blocks(tuple(stacks), k, p, len(model.parts), model.restricted, design)


@dataclass(frozen=True, slots=True)
class Solution:
    """Generalised least squares at one set of variances; q is the weighted sum of squared residuals."""

    beta: Floats
    cov: Floats
    q: float
    log_likelihood: float
    weights: tuple[Floats, ...]
    """Inverse of each stack's marginal covariance."""


class NotPositiveDefinite(Exception):  # noqa: N818 - never leaves the package
    """A covariance matrix that is none."""


def _half_log_det(matrix: Floats) -> float:
    roots = np.diagonal(np.linalg.cholesky(matrix), axis1=-2, axis2=-1)
    return float(np.log(roots).sum())


def _t(matrix: Floats) -> Floats:
    return np.swapaxes(matrix, -1, -2)


def solve(model: Blocks | Nested, s: Floats) -> Solution | NestedSolution:
    """Coefficients, their covariance, and the log-likelihood, at variances s.

    Raises NotPositiveDefinite if V + sum s_i A_i, or X'WX, is not.
    """
    if isinstance(model, Nested):
        try:
            return solve_nested(model, s)
        except np.linalg.LinAlgError as error:
            raise NotPositiveDefinite from error
    return _solve_blocks(model, s)


def _solve_blocks(model: Blocks, s: Floats) -> Solution:
    k, p = model.k, model.p
    weights = []
    gram, moment = np.zeros((p, p)), np.zeros((p, 1))
    value = 0.0
    try:
        for stack in model.stacks:
            marginal = stack.v.copy()
            for one, part in zip(s, stack.parts, strict=True):
                if one > 0.0:
                    marginal += one * part
            value -= _half_log_det(marginal)
            # numpy's own routines: at these sizes scipy's start threads that cost more than the work.
            w: Floats = np.asarray(np.linalg.inv(marginal), dtype=np.float64)
            w = 0.5 * (w + _t(w))
            weights.append(w)
            xw = _t(stack.x) @ w
            gram += (xw @ stack.x).sum(0)
            moment += (xw @ stack.y).sum(0)
        half_log_gram = _half_log_det(gram)
        cov: Floats = np.asarray(np.linalg.inv(gram), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefinite from error
    beta = cov @ moment
    q = 0.0
    for stack, w in zip(model.stacks, weights, strict=True):
        residual = stack.y - stack.x @ beta
        q += float((residual * (w @ residual)).sum())
    value -= 0.5 * q
    if model.restricted:
        # With log |X'X| the value does not depend on how the columns of X are scaled.
        value += model.half_log_design - half_log_gram
        value -= 0.5 * (k - p) * log(2.0 * pi)
    else:
        value -= 0.5 * k * log(2.0 * pi)
    return Solution(beta[:, 0], cov, q, value, tuple(weights))


def derivatives(model: Blocks | Nested, at: Solution | NestedSolution) -> tuple[Floats, Floats, Floats]:
    """Gradient of the log-likelihood in s, and its expected and observed information."""
    if isinstance(model, Nested):
        return derivatives_nested(model, at)  # type: ignore[arg-type]  # each model has its own solution
    return _derivatives_blocks(model, at)  # type: ignore[arg-type]  # each model has its own solution


def _derivatives_blocks(model: Blocks, at: Solution) -> tuple[Floats, Floats, Floats]:
    """Gradient of the log-likelihood in s, and its expected and observed information.

    With P = W - W X C X' W and C = (X'WX)^-1, every trace and form of P is one of W and a correction of size p.
    """
    m, p = model.m, model.p
    trace, double = np.zeros(m), np.zeros((m, m))
    form, cross = np.zeros(m), np.zeros((m, m))
    inner, pair = np.zeros((m, p, p)), np.zeros((m, m, p, p))
    pushed = np.zeros((m, p))
    for stack, w in zip(model.stacks, at.weights, strict=True):
        u = w @ (stack.y - stack.x @ at.beta[:, None])  # P y
        wx = w @ stack.x
        au = [part @ u for part in stack.parts]
        wa = [w @ part for part in stack.parts]
        ax = [part @ wx for part in stack.parts]
        wau = [w @ one for one in au]
        for i in range(m):
            trace[i] += np.trace(wa[i], axis1=-2, axis2=-1).sum()
            form[i] += (u * au[i]).sum()
            inner[i] += (_t(wx) @ ax[i]).sum(0)
            pushed[i] += (_t(wx) @ au[i]).sum((0, 2))
            for j in range(i + 1):
                double[i, j] += (wa[i] * _t(wa[j])).sum()
                cross[i, j] += (au[i] * wau[j]).sum()
                pair[i, j] += (_t(ax[i]) @ w @ ax[j]).sum(0)
    c = at.cov
    gradient, expected, observed = np.empty(m), np.empty((m, m)), np.empty((m, m))
    for i in range(m):
        lost = float((c * inner[i]).sum()) if model.restricted else 0.0
        gradient[i] = 0.5 * (form[i] - trace[i] + lost)
        for j in range(i + 1):
            both = double[i, j]
            if model.restricted:
                both += -2.0 * float((c * pair[i, j]).sum()) + float(((c @ inner[i]) * (c @ inner[j]).T).sum())
            expected[i, j] = expected[j, i] = 0.5 * both
            quadratic = cross[i, j] - float(pushed[i] @ c @ pushed[j])
            observed[i, j] = observed[j, i] = quadratic - 0.5 * both
    return gradient, expected, observed


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
        for _ in range(_HALVINGS):
            new = np.maximum(s + share * step, 0.0)
            there = solve(model, new)
            if unseen or there.log_likelihood - at.log_likelihood >= 1e-4 * float(gradient @ (new - s)):
                break
            share *= 0.5
        else:
            break
        s, at = new, there
    return s, at, gain < 1e-8 + _ROUNDING * (1.0 + abs(at.log_likelihood))


def _totals(squares: float, df: int) -> Floats:
    """Variances to look at, of residuals with this sum of squares: 0, and all sizes that they could speak for."""
    top = 4.0 * max(squares / df, 1.0)
    # In units of the smallest sampling variance, below a tenth of which nothing can hide.
    return np.concatenate([[0.0], np.geomspace(0.1, top, 2 + int(np.ceil(np.log(top / 0.1))))])


def _line_peaks(model: Blocks) -> list[Floats]:
    """No variance, and the peaks along lines of rising total variance, all of it in one part or spread evenly."""
    m = model.m
    none = _solve_blocks(model, np.zeros(m))
    squares = sum(float(((stack.y - stack.x @ none.beta[:, None]) ** 2).sum()) for stack in model.stacks)
    totals = _totals(squares, model.k - model.p)
    starts = [np.zeros(m)]
    for share in [np.full(m, 1.0 / m), *np.eye(m)] if m > 1 else [np.ones(1)]:
        values = [none.log_likelihood, *(_solve_blocks(model, one * share).log_likelihood for one in totals[1:])]
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

    Climbs from every peak among variances spread over all sizes, none at all included.
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


def identified(model: MixedModel) -> bool:
    """Whether the data can tell the variances from each other and from the coefficients."""
    m = len(model.parts)
    if m == 0:
        return True
    k = model.y.size
    groups = groups_of(model)
    if groups:
        return told_apart(model.x, groups)
    q, _ = np.linalg.qr(model.x)
    remainder = np.eye(k) - q @ q.T
    seen = [remainder @ part @ remainder for part in model.parts]
    gram = np.array([[float((a * b).sum()) for b in seen] for a in seen])
    size = np.sqrt(np.diag(gram))
    plain = np.array([float(np.linalg.norm(part)) for part in model.parts])
    if (size <= 1e-10 * plain).any():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(size, size))[0] > 1e-10)
