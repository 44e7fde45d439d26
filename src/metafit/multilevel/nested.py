"""The same likelihood where sampling errors are independent and one grouping lies within the other: in closed form.

Within a group all effects share one number, so a level is known by the mean and the precision of each of its groups,
and the inverse of the covariance is never formed (Sherman and Morrison 1950, twice). Sums of squares are taken around
the means of their groups, which loses no digits however large a variance is.
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

    z: (h, p + 1) means of the columns of X and y; a: (h,) their precisions; outer: the first h of each g, in order, and
    of: the g of each h; within: (p + 1, p + 1) sums of squares inside the groups h; inner_first: whether the first
    variance is that of h; alone: whether there is no grouping g at all.
    """

    z: Floats
    a: Floats
    outer: Labels
    of: Labels
    within: Floats
    log_v: float
    k: int
    p: int
    m: int
    restricted: bool
    half_log_design: float
    inner_first: bool
    alone: bool

    def variances(self, s: Floats) -> tuple[Floats, Floats]:
        """Those of h and of g, (..., 1)."""
        if self.alone:
            return s[..., :1], np.zeros_like(s[..., :1])
        return (s[..., :1], s[..., 1:]) if self.inner_first else (s[..., 1:], s[..., :1])

    def sums(self, values: Floats) -> Floats:
        """Sums over the h of each g, along the axis before the last one."""
        total: Floats = np.add.reduceat(values, self.outer, axis=-2)
        return total


@dataclass(frozen=True, slots=True)
class NestedSolution:
    """Generalised least squares at one set of variances, and the parts that the derivatives reuse."""

    beta: Floats
    cov: Floats
    q: float
    log_likelihood: float
    t: Floats
    big: Floats
    shrunk: Floats


def labels_of(part: Floats) -> Labels | None:
    """The group of each row, where a part of the covariance is 1 within groups and 0 between them."""
    labels = part.argmax(axis=1)
    return labels if bool((part == (labels[:, None] == labels)).all()) else None


def reduce_nested(
    y: Floats, v: Floats, x: Floats, groups: tuple[Labels, ...], *, restricted: bool, half_log_design: float
) -> Nested | None:
    """The model by groups; None where neither grouping lies within the other. v (k,): sampling variances."""
    if not 1 <= len(groups) <= 2:
        return None
    alone = len(groups) == 1
    pairs = [(groups[0], groups[0])] if alone else [(groups[1], groups[0]), (groups[0], groups[1])]
    for place, (inner, outer) in enumerate(pairs):
        _, first, index = np.unique(inner, return_index=True, return_inverse=True)
        if not bool((outer[first][index] == outer).all()):
            continue
        order = np.lexsort((index, outer))
        inner_sorted, outer_sorted = index[order], outer[order]
        starts = np.flatnonzero(np.r_[True, inner_sorted[1:] != inner_sorted[:-1]])
        w = 1.0 / v[order]
        columns = np.column_stack([x, y])[order]
        a = np.add.reduceat(w, starts)
        z = np.add.reduceat(columns * w[:, None], starts) / a[:, None]
        rest = columns - np.repeat(z, np.diff(np.r_[starts, y.size]), axis=0)
        of_h = outer_sorted[starts]
        above = np.arange(starts.size) if alone else np.flatnonzero(np.r_[True, of_h[1:] != of_h[:-1]])
        return Nested(
            z=z,
            a=a,
            outer=above,
            of=np.searchsorted(above, np.arange(starts.size), side="right") - 1,
            within=rest.T @ (rest * w[:, None]),
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


def _precisions(model: Nested, s: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each h (..., h, 1), of each g (..., g, 1), and the part of a mean of g that its variance leaves."""
    inner, outer = model.variances(s)
    t = (model.a / (1.0 + inner * model.a))[..., None]
    big = model.sums(t)
    return t, big, 1.0 / (1.0 + outer[..., None] * big)


def _gram(model: Nested, t: Floats, big: Floats, shrunk: Floats) -> Floats:
    """[X y]' W [X y], (..., p + 1, p + 1)."""
    middle = model.sums(t * model.z) / big
    away = model.z - _spread(model, middle)
    top: Floats = model.within + np.swapaxes(away, -1, -2) @ (t * away)
    return top + np.swapaxes(middle, -1, -2) @ (big * shrunk * middle)


def _spread(model: Nested, values: Floats) -> Floats:
    """What belongs to each g, at each of its h."""
    return np.take(values, model.of, axis=-2)


def _log_likelihood(model: Nested, s: Floats, gram: Floats, shrunk: Floats, q: Floats, half_log_gram: Floats) -> Floats:
    inner, _ = model.variances(s)
    value: Floats = -0.5 * (model.log_v + np.log1p(inner * model.a).sum(-1) - np.log(shrunk).sum((-2, -1)) + q)
    if model.restricted:
        value = value + model.half_log_design - half_log_gram
        value = value - 0.5 * (model.k - model.p) * log(2.0 * pi)
    else:
        value = value - 0.5 * model.k * log(2.0 * pi)
    return value


def values_nested(model: Nested, s: Floats) -> Floats:
    """Log-likelihoods at many sets of variances (n, m) at once.

    Raises:
        LinAlgError: X'WX is not positive definite.
    """
    t, big, shrunk = _precisions(model, s)
    gram = _gram(model, t, big, shrunk)
    p = model.p
    root = np.linalg.cholesky(gram[..., :p, :p])
    half = np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(-1)
    beta = np.linalg.solve(gram[..., :p, :p], gram[..., :p, p:])
    q = gram[..., p, p] - (gram[..., p, :p] * beta[..., 0]).sum(-1)
    return _log_likelihood(model, s, gram, shrunk, q, half)


def solve_nested(model: Nested, s: Floats) -> NestedSolution:
    """Coefficients, their covariance, and the log-likelihood, at variances s (m,).

    Raises:
        LinAlgError: X'WX is not positive definite.
    """
    p = model.p
    t, big, shrunk = _precisions(model, s)
    gram = _gram(model, t, big, shrunk)
    root = np.linalg.cholesky(gram[:p, :p])
    cov = np.linalg.inv(gram[:p, :p])
    cov = 0.5 * (cov + cov.T)
    beta = cov @ gram[:p, p]
    full = np.append(-beta, 1.0)
    r = model.z @ full
    middle = model.sums(t * r[:, None]) / big
    away = r[:, None] - _spread(model, middle)
    q = float(full @ model.within @ full + (t * away**2).sum() + (big * shrunk * middle**2).sum())
    half = float(np.log(np.diagonal(root)).sum())
    value = float(_log_likelihood(model, s, gram, shrunk, np.float64(q), np.float64(half)))  # type: ignore[arg-type]  # scalars for arrays
    return NestedSolution(beta, cov, q, value, t, big, shrunk)


def derivatives_nested(model: Nested, at: NestedSolution) -> tuple[Floats, Floats, Floats]:
    """Gradient of the log-likelihood in s, and its expected and observed information.

    With 1_h and 1_g the indicators of groups, everything is made of 1_h' W 1_h, 1_h' W 1_g and 1_g' W 1_g, and of
    what W makes of the residuals and of X within them.
    """
    p, t, big, shrunk = model.p, at.t, at.big, at.shrunk
    z = np.column_stack([model.z[:, :p], model.z @ np.append(-at.beta, 1.0)])
    middle = model.sums(t * z) / big
    outer = big * shrunk * middle  # 1_g' W [X r]
    left = _spread(model, shrunk)
    inner = t * (z - _spread(model, middle) * (1.0 - left))  # 1_h' W [X r]
    tg = big * shrunk
    c = _spread(model, (1.0 - shrunk) / big)
    square = t**2
    own = t - c * square
    trace = {"h": own.sum(), "g": tg.sum()}
    sums = model.sums(square)
    cg = (1.0 - shrunk) / big
    double = {
        "hh": (own**2).sum() + (cg**2 * (sums**2 - model.sums(square**2))).sum(),
        "gg": (tg**2).sum(),
        "hg": ((t * left) ** 2).sum(),
    }
    level = {"h": inner, "g": outer}
    inside = {name: one.T @ one for name, one in level.items()}
    weighted = model.sums(t * inner)
    across = {
        "hh": inner.T @ (t * inner) - weighted.T @ (cg * weighted),
        "gg": outer.T @ (tg * outer),
        "hg": inner.T @ (t * left * _spread(model, outer)),
    }
    names = ("h",) if model.alone else (("h", "g") if model.inner_first else ("g", "h"))
    m, cov = len(names), at.cov
    gradient, expected, observed = np.empty(m), np.empty((m, m)), np.empty((m, m))
    for i, one in enumerate(names):
        lost = float((cov * inside[one][:p, :p]).sum()) if model.restricted else 0.0
        gradient[i] = 0.5 * (inside[one][p, p] - trace[one] + lost)
        for j, other in enumerate(names[: i + 1]):
            key = one + other if one + other in double else other + one
            both = double[key]
            if model.restricted:
                both = both - 2.0 * float((cov * across[key][:p, :p]).sum())
                both += float(((cov @ inside[one][:p, :p]) * (cov @ inside[other][:p, :p]).T).sum())
            expected[i, j] = expected[j, i] = 0.5 * both
            quadratic = across[key][p, p] - float(inside[one][:p, p] @ cov @ inside[other][:p, p])
            observed[i, j] = observed[j, i] = quadratic - 0.5 * both
    return gradient, expected, observed


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
