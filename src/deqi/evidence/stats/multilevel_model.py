"""Linear mixed models with known sampling covariance: y ~ N(X beta, V + sum of s_i A_i), s_i >= 0.

The likelihood, its gradient and its curvature, and a search for the best variances s. Everything is dense: the work
grows with the cube of the number of effects, which is meant to stay in the hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np

from .results import Bools, Floats

_MOST_STEPS = 200
_HALVINGS = 40


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


@dataclass(frozen=True, slots=True)
class Solution:
    """Generalised least squares at one set of variances."""

    beta: Floats
    cov: Floats
    residual: Floats
    inverse: Floats
    log_likelihood: float


class NotPositiveDefinite(Exception):  # noqa: N818 - never leaves the package
    """A covariance matrix that is none."""


def _half_log_det(matrix: Floats) -> float:
    return float(np.log(np.diag(np.linalg.cholesky(matrix))).sum())


def solve(model: MixedModel, s: Floats) -> Solution:
    """Coefficients, their covariance, and the log-likelihood, at variances s.

    Raises NotPositiveDefinite if V + sum s_i A_i, or X'WX, is not.
    """
    k, p = model.x.shape
    try:
        marginal = model.marginal(s)
        # numpy's own routines: at this size scipy's start threads that cost more than the work.
        half_log_det = _half_log_det(marginal)
        inverse = np.linalg.inv(marginal)
        inverse = 0.5 * (inverse + inverse.T)
        gram = model.x.T @ inverse @ model.x
        half_log_gram, half_log_design = _half_log_det(gram), _half_log_det(model.x.T @ model.x)
        cov: Floats = np.asarray(np.linalg.inv(gram), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefinite from error
    beta = cov @ (model.x.T @ (inverse @ model.y))
    residual = model.y - model.x @ beta
    value = -half_log_det - 0.5 * float(residual @ inverse @ residual)
    if model.restricted:
        # With log |X'X| the value does not depend on how the columns of X are scaled.
        value += half_log_design - half_log_gram
        value -= 0.5 * (k - p) * log(2.0 * pi)
    else:
        value -= 0.5 * k * log(2.0 * pi)
    return Solution(beta, cov, residual, inverse, value)


def _derivatives(model: MixedModel, at: Solution) -> tuple[Floats, Floats, Floats]:
    """Gradient of the log-likelihood in s, and its expected and observed information."""
    projection = at.inverse - at.inverse @ model.x @ at.cov @ model.x.T @ at.inverse
    trace_of = projection if model.restricted else at.inverse
    py = at.inverse @ at.residual
    products = [trace_of @ part for part in model.parts]
    pushed = [part @ py for part in model.parts]
    m = len(model.parts)
    gradient = np.array([0.5 * float(pushed[i] @ py - np.trace(products[i])) for i in range(m)])
    expected, observed = np.empty((m, m)), np.empty((m, m))
    for i in range(m):
        for j in range(i + 1):
            expected[i, j] = expected[j, i] = 0.5 * float((products[i] * products[j].T).sum())
            observed[i, j] = observed[j, i] = float(pushed[i] @ projection @ pushed[j]) - expected[i, j]
    return gradient, expected, observed


def _direction(gradient: Floats, expected: Floats, observed: Floats, free: Bools) -> Floats:
    """Newton's step over the free variances where the likelihood is curved like a hill, else Fisher's."""
    step = np.zeros_like(gradient)
    if not free.any():
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


def climb(
    model: MixedModel, start: Floats, held: Bools | None = None, *, close: float = 1e-20
) -> tuple[Floats, Solution, bool]:
    """The nearest maximum over s >= 0; held variances keep their value; the rise still possible is at most `close`.

    Returns s, the fit, and convergence.
    """
    s = start.copy()
    at = solve(model, s)
    fixed = np.zeros(s.size, dtype=np.bool_) if held is None else held
    for _ in range(_MOST_STEPS):
        gradient, expected, observed = _derivatives(model, at)
        free = ~fixed & ((s > 0.0) | (gradient > 0.0))
        step = _direction(gradient, expected, observed, free)
        # A variance on its way below 0 stops there; the others must not be led by a step they do not make.
        for _ in range(s.size):
            stuck = free & (s == 0.0) & (step < 0.0)
            if not stuck.any():
                break
            free = free & ~stuck
            step = _direction(gradient, expected, observed, free)
        gain = float(gradient @ step)
        if gain <= close * (1.0 + abs(at.log_likelihood)):
            return s, at, True
        share = 1.0
        for _ in range(_HALVINGS):
            new = np.maximum(s + share * step, 0.0)
            there = solve(model, new)
            rise = there.log_likelihood - at.log_likelihood
            # Below rounding of the likelihood the slope alone is trusted.
            if rise >= 1e-4 * float(gradient @ (new - s)) or gain < 1e-10:
                break
            share *= 0.5
        else:
            return s, at, bool(gain < 1e-8)
        s, at = new, there
    return s, at, False


def maximise(model: MixedModel) -> tuple[Floats, Solution, bool]:
    """The best of the maxima reached from no variance, all variance in each part, and an even spread."""
    m = len(model.parts)
    none = np.zeros(m)
    if m == 0:
        return none, solve(model, none), True
    first = solve(model, none)
    k, p = model.x.shape
    extra = float(first.residual @ first.residual) / (k - p)
    starts = [none, np.full(m, extra / m)]
    if m > 1:
        starts += [np.where(np.arange(m) == i, extra, 0.0) for i in range(m)]
    found = [climb(model, start) for start in starts]
    return max(found, key=lambda one: one[1].log_likelihood)


def identified(model: MixedModel) -> bool:
    """Whether the data can tell the variances from each other and from the coefficients."""
    m = len(model.parts)
    if m == 0:
        return True
    k = model.y.size
    q, _ = np.linalg.qr(model.x)
    remainder = np.eye(k) - q @ q.T
    seen = [remainder @ part @ remainder for part in model.parts]
    gram = np.array([[float((a * b).sum()) for b in seen] for a in seen])
    size = np.sqrt(np.diag(gram))
    plain = np.array([float(np.linalg.norm(part)) for part in model.parts])
    if (size <= 1e-10 * plain).any():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(size, size))[0] > 1e-10)
