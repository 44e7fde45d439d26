"""Linear mixed models with known sampling covariance: y ~ N(X beta, V + sum of s_i A_i), s_i >= 0.

The likelihood, its gradient and its curvature. Rows that no covariance connects are separate blocks, and the work grows
with the cube of the largest block only.
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
    reduce_nested,
    solve_nested,
    told_apart,
)
from metafit.results import Floats


@dataclass(frozen=True, slots=True)
class MixedModel:
    """y (k,); v: variances (k,) of independent sampling errors, or their covariance (k, k); x (k, p).

    parts: each A_i (k, k), or the group of each row (k,) where A_i is 1 within groups and 0 between them. restricted:
    REML rather than ML.
    """

    y: Floats
    v: Floats
    x: Floats
    parts: tuple[Floats | Labels, ...]
    restricted: bool

    @property
    def variances(self) -> Floats:
        """Sampling variances (k,)."""
        return self.v if self.v.ndim == 1 else np.diag(self.v)

    def dense(self) -> tuple[Floats, tuple[Floats, ...]]:
        """V and the A_i as matrices (k, k)."""
        whole = [part if part.ndim == 2 else part[:, None] == part for part in self.parts]
        return (self.v if self.v.ndim == 2 else np.diag(self.v)), tuple(one.astype(np.float64) for one in whole)

    def marginal(self, s: Floats) -> Floats:
        """V + sum of s_i A_i, (k, k)."""
        v, parts = self.dense()
        total: Floats = v + sum(one * part for one, part in zip(s, parts, strict=True))
        return total

    def scaled(self) -> tuple[MixedModel, float]:
        """The model in units (a power of two) in which the smallest sampling variance is near 1, and the unit."""
        unit = float(np.ldexp(1.0, int(np.frexp(self.variances.min())[1]) // 2))
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


def prepared(model: MixedModel) -> Blocks | Nested:
    """The model in closed form where it has one, else cut into blocks.

    Raises NotPositiveDefinite if X has not full rank.
    """
    groups = groups_of(model)
    if groups:
        try:
            design = _half_log_det(model.x.T @ model.x)
            found = reduce_nested(
                model.y, model.v, model.x, groups, restricted=model.restricted, half_log_design=design
            )
        except np.linalg.LinAlgError as error:
            raise NotPositiveDefinite from error
        if found is not None:
            return found
    return cut(model)


def groups_of(model: MixedModel) -> tuple[Labels, ...] | None:
    """The groupings of a model whose sampling errors are independent; None for any other."""
    if model.v.ndim == 2 or any(part.ndim == 2 for part in model.parts):
        return None
    return tuple(part.astype(np.intp) for part in model.parts)


def cut(model: MixedModel) -> Blocks:
    """Find the blocks of a model. Raises NotPositiveDefinite if X has not full rank."""
    k, p = model.x.shape
    v, parts = model.dense()
    linked = v != 0.0
    for part in parts:
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
        stacks.append(_Stack(model.y[index][..., None], model.x[index], v[square], tuple(a[square] for a in parts)))
    try:
        design = _half_log_det(model.x.T @ model.x)
    except np.linalg.LinAlgError as error:
        raise NotPositiveDefinite from error
    return Blocks(tuple(stacks), k, p, len(parts), model.restricted, design)


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
    _, parts = model.dense()
    seen = [remainder @ part @ remainder for part in parts]
    gram = np.array([[float((a * b).sum()) for b in seen] for a in seen])
    size = np.sqrt(np.diag(gram))
    plain = np.array([float(np.linalg.norm(part)) for part in parts])
    if (size <= 1e-10 * plain).any():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(size, size))[0] > 1e-10)
