"""The same likelihood where sampling errors are independent and one grouping lies within the other: in closed form.

Within a group all effects share one number, so a level is known by the mean and the precision of each of its groups,
and the inverse of the covariance is never formed (Sherman and Morrison 1950, twice). All that a likelihood and its
derivatives need of the inner groups are sums of their precisions, of the squares and of the cubes of these, by outer
group. What is summed are distances from the mean of the outer group, which loses no digits however large a variance is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt

from metafit.results import Floats

Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Nested:
    """Groups (h) within groups (g), of rows that are reduced to a mean and a precision a group.

    Columns c = p + 1 are those of X and y; from y the coefficients `origin` (p,) of the model without variances are
    taken off, which leaves `squares`, the sum of its squared residuals.

    a: (h,) precisions; outer: the first h of each g, in order; centre: (g, c) means of the columns; moments:
    (h, 1 + c + c * c) a 1, the means of h from the centre of its g, and their products; within: (c, c) sums of squares
    inside the groups h; inner_first: whether the first variance is that of h; alone: whether there is no grouping g.
    """

    a: Floats
    outer: Labels
    centre: Floats
    moments: Floats
    within: Floats
    origin: Floats
    squares: float
    log_v: float
    k: int
    p: int
    m: int
    restricted: bool
    half_log_design: float
    inner_first: bool
    alone: bool

    def sums(self, weights: Floats) -> Floats:
        """Weighted sums (..., g, 1 + c + c * c) of the moments, of weights (..., h)."""
        total: Floats = np.add.reduceat(weights[..., None] * self.moments, self.outer, axis=-2)
        return total


@dataclass(frozen=True, slots=True)
class _Middles:
    """Of each g at variances (...): precision of its mean (..., g), the part of it that the variance of g leaves, the
    mean from its centre and whole (..., g, c)."""

    big: Floats
    shrunk: Floats
    off: Floats
    whole: Floats


@dataclass(frozen=True, slots=True)
class NestedSolution:
    """Generalised least squares at one set of variances, and the parts that the derivatives reuse.

    moved: (p,) coefficients from their origin. sums: (3, g, 1 + c + c * c) of the moments, by the first three powers of
    the precisions of h.
    """

    beta: Floats
    cov: Floats
    q: float
    log_likelihood: float
    moved: Floats
    sums: Floats
    middles: _Middles


def reduce_nested(
    y: Floats, v: Floats, x: Floats, groups: tuple[Labels, ...], *, restricted: bool, half_log_design: float
) -> Nested | None:
    """The model by groups; None where neither grouping lies within the other. v (k,): sampling variances.

    Raises:
        LinAlgError: X has not full rank.
    """
    if not 1 <= len(groups) <= 2:
        return None
    alone = len(groups) == 1
    pairs = [(groups[0], groups[0])] if alone else [(groups[1], groups[0]), (groups[0], groups[1])]
    for place, (inner, outer) in enumerate(pairs):
        _, first, index = np.unique(inner, return_index=True, return_inverse=True)
        if not bool((outer[first][index] == outer).all()):
            continue
        weighted = x / v[:, None]
        origin = np.asarray(np.linalg.solve(weighted.T @ x, weighted.T @ y), dtype=np.float64)
        residual = y - x @ origin
        order = np.lexsort((index, outer))
        starts = _firsts(index[order])
        w = 1.0 / v[order]
        columns = np.column_stack([x, residual])[order]
        a = np.add.reduceat(w, starts)
        z = np.add.reduceat(columns * w[:, None], starts) / a[:, None]
        rest = columns - np.repeat(z, np.diff(starts, append=y.size), axis=0)
        above = np.arange(starts.size) if alone else _firsts(outer[order][starts])
        centre = np.add.reduceat(z * a[:, None], above) / np.add.reduceat(a, above)[:, None]
        away = z - np.repeat(centre, np.diff(above, append=starts.size), axis=0)
        products = (away[:, :, None] * away[:, None, :]).reshape(starts.size, -1)
        return Nested(
            a=a,
            outer=above,
            centre=centre,
            moments=np.column_stack([np.ones(starts.size), away, products]),
            within=rest.T @ (rest * w[:, None]),
            origin=origin,
            squares=float(residual @ residual),
            log_v=float(np.log(v).sum()),
            k=y.size,
            p=x.shape[1],
            m=len(groups),
            restricted=restricted,
            half_log_design=half_log_design,
            inner_first=place == 1 or alone,
            alone=alone,
        )
    return None


def _firsts(labels: Labels) -> Labels:
    """Where each group begins, of labels in order."""
    return np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])


def _middles(model: Nested, sums: Floats, outer: Floats) -> _Middles:
    big = sums[..., 0]
    off = sums[..., 1 : model.p + 2] / big[..., None]
    return _Middles(big, 1.0 / (1.0 + outer[..., None] * big), off, model.centre + off)


def _gram(model: Nested, sums: Floats, at: _Middles) -> Floats:
    """[X y]' W [X y], (..., c, c): inside the groups h, of h inside g, and of g."""
    c = model.p + 1
    products = sums[..., 1 + c :].sum(-2).reshape(*sums.shape[:-2], c, c)
    inside = products - np.swapaxes(at.off, -1, -2) @ (at.big[..., None] * at.off)
    total: Floats = model.within + inside + np.swapaxes(at.whole, -1, -2) @ ((at.big * at.shrunk)[..., None] * at.whole)
    return total


def _log_likelihood(
    model: Nested, inner: Floats, shrunk: Floats, q: Floats | float, half_log_gram: Floats | float
) -> Floats:
    log_det = model.log_v + np.log1p(inner[..., None] * model.a).sum(-1) - np.log(shrunk).sum(-1)
    value: Floats = -0.5 * (log_det + q)
    if model.restricted:
        return value + (model.half_log_design - half_log_gram - 0.5 * (model.k - model.p) * log(2.0 * pi))
    return value - 0.5 * model.k * log(2.0 * pi)


def values_nested(model: Nested, inner: Floats, outer: Floats) -> Floats:
    """Log-likelihoods at many variances of h and of g at once, two arrays that broadcast to the shape of the answer.

    Raises:
        LinAlgError: X'WX is not positive definite.
    """
    p = model.p
    sums = model.sums(model.a / (1.0 + inner[..., None] * model.a))
    middles = _middles(model, sums, outer)
    gram = _gram(model, sums, middles)
    root = np.linalg.cholesky(gram[..., :p, :p])
    half = np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(-1)
    beta = np.linalg.solve(gram[..., :p, :p], gram[..., :p, p:])
    q = gram[..., p, p] - (gram[..., p, :p] * beta[..., 0]).sum(-1)
    return _log_likelihood(model, inner, middles.shrunk, q, half)


def solve_nested(model: Nested, s: Floats) -> NestedSolution:
    """Coefficients, their covariance, and the log-likelihood, at variances s (m,).

    Raises:
        LinAlgError: X'WX is not positive definite.
    """
    p = model.p
    first, last = s[..., 0], (np.zeros(()) if model.alone else s[..., 1])
    inner, outer = (first, last) if model.inner_first else (last, first)
    t = model.a / (1.0 + inner * model.a)
    square = t * t
    sums = model.sums(np.array([t, square, square * t]))
    middles = _middles(model, sums[0], outer)
    gram = _gram(model, sums[0], middles)
    half = float(np.log(np.linalg.cholesky(gram[:p, :p]).diagonal()).sum())
    cov = np.linalg.inv(gram[:p, :p])
    cov = 0.5 * (cov + cov.T)
    moved = cov @ gram[:p, p]
    # The coefficients begin at those without variances, so little is taken off here.
    q = float(gram[p, p] - gram[p, :p] @ moved)
    value = float(_log_likelihood(model, inner, middles.shrunk, q, half))
    return NestedSolution(model.origin + moved, cov, q, value, moved, sums, middles)


def derivatives_nested(model: Nested, at: NestedSolution) -> tuple[Floats, Floats, Floats]:
    """Gradient of the log-likelihood in s, and its expected and observed information.

    With 1_h and 1_g the indicators of groups and r the residuals, everything is made of what W makes of 1_h, of 1_g and
    of [X r]: traces of W A_i and W A_i W A_j, and [X r]' W A_i W [X r] and [X r]' W A_i W A_j W [X r].
    """
    p, big, shrunk = model.p, at.middles.big, at.middles.shrunk
    c = p + 1
    _, t2, t3 = at.sums[:, :, 0]
    _, second, third = at.sums[:, :, 1 : c + 1]
    _, squares, cubes = at.sums[:, :, c + 1 :].sum(1).reshape(3, c, c)
    lost = (1.0 - shrunk) / big
    left = big * shrunk
    # 1_h' W [X y] is t (z - centre + shift); summed over g with weights t it is `pushed`; 1_g' W [X y] is `outer`.
    shift = shrunk[:, None] * at.middles.whole - at.middles.off
    pushed = second + t2[:, None] * shift
    outer = left[:, None] * at.middles.whole
    hh = cubes + third.T @ shift + shift.T @ (third + t3[:, None] * shift) - (lost[:, None] * pushed).T @ pushed
    hg = (shrunk[:, None] * pushed).T @ outer
    gg = (left[:, None] * outer).T @ outer
    turn = np.eye(c)
    turn[:p, p] = -at.moved  # from [X y] to [X r]
    forms = np.array([squares + second.T @ shift + shift.T @ pushed, outer.T @ outer, hh, hg, hg, gg])
    forms = turn.T @ forms @ turn
    once, twice = forms[:2], forms[2:].reshape(2, 2, c, c)
    trace = np.array([big.sum() - lost @ t2, left.sum()])
    mixed = (shrunk * shrunk) @ t2
    double = np.array([[t2.sum() - 2.0 * (lost @ t3) + ((lost * t2) ** 2).sum(), mixed], [mixed, left @ left]])
    gradient = once[:, p, p] - trace
    if model.restricted:
        spread = at.cov @ once[:, :p, :p]
        gradient = gradient + np.trace(spread, axis1=-2, axis2=-1)
        double = double - 2.0 * (at.cov * twice[:, :, :p, :p]).sum((-2, -1)) + np.einsum("aij,bji->ab", spread, spread)
    cross = once[:, p, :p]
    quadratic = twice[:, :, p, p] - cross @ at.cov @ cross.T
    order = slice(1) if model.alone else slice(None, None, 1 if model.inner_first else -1)
    return 0.5 * gradient[order], 0.5 * double[order, order], (quadratic - 0.5 * double)[order, order]


def told_apart(x: Floats, groups: tuple[Labels, ...]) -> bool:
    """Whether the variances of the groupings can be told from each other and from the coefficients.

    As `identified` does with the parts of a covariance, from counts of the groups.
    """
    q, _ = np.linalg.qr(x)
    index = [np.unique(one, return_inverse=True)[1] for one in groups]
    count = [int(one.max()) + 1 for one in index]
    shares = []
    for one, n in zip(index, count, strict=True):
        total = np.zeros((n, q.shape[1]))
        np.add.at(total, one, q)
        shares.append(total)
    m = len(groups)
    gram = np.empty((m, m))
    plain = np.empty(m)
    for i in range(m):
        plain[i] = float(np.linalg.norm(np.bincount(index[i]).astype(np.float64)))
        for j in range(m):
            together = -shares[i] @ shares[j].T
            np.add.at(together, (index[i], index[j]), 1.0)
            gram[i, j] = float((together**2).sum())
    size = np.sqrt(np.diag(gram))
    if (size <= 1e-10 * plain).any():
        return False
    return bool(np.linalg.eigvalsh(gram / np.outer(size, size))[0] > 1e-10)
