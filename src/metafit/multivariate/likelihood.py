"""The likelihood of a multivariate model: y_s ~ N(X_s beta, V_s + Z_s G Z_s') for each study s, beta profiled out.

Z_s picks the outcomes that study s has. With its slope and curvature in the elements of G. Studies with as many rows
are worked on together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import NamedTuple

import numpy as np

from metafit.results import Floats, Ints


@dataclass(frozen=True, slots=True)
class _Stack:
    """Studies of n rows each: y (s, n, 1), x (s, n, p), v (s, n, n), z (s, n, m)."""

    y: Floats
    x: Floats
    v: Floats
    z: Floats


class Point(NamedTuple):
    """At one G: the log-likelihood, its gradient and second derivatives in the upper triangle of G, and beta."""

    value: float
    gradient: Floats
    second: Floats
    beta: Floats
    cov: Floats


def _t(matrix: Floats) -> Floats:
    return np.swapaxes(matrix, -1, -2)


class MultivariateModel:
    """The rows of all studies; x should have orthonormal columns."""

    def __init__(self, y: Floats, v: Floats, x: Floats, study: Ints, outcome: Ints, restricted: bool) -> None:
        self.k, self.p = x.shape
        self.m = int(outcome.max()) + 1
        self.restricted = restricted
        places: dict[int, list[Ints]] = {}
        for one in np.unique(study):
            here = np.flatnonzero(study == one)
            places.setdefault(here.size, []).append(here)
        unit = np.eye(self.m)
        self._stacks = []
        for every in places.values():
            index = np.stack(every)
            square = (index[:, :, None], index[:, None, :])
            self._stacks.append(_Stack(y[index][..., None], x[index], v[square], unit[outcome[index]]))
        upper = np.triu_indices(self.m)
        self._basis = np.zeros((upper[0].size, self.m, self.m))
        for j, (a, b) in enumerate(zip(*upper, strict=True)):
            self._basis[j, a, b] = self._basis[j, b, a] = 1.0
        self._parts = [np.einsum("sna,jab,smb->sjnm", one.z, self._basis, one.z) for one in self._stacks]

    def _weigh(self, g: Floats) -> tuple[list[Floats], Floats, Floats, float, float] | None:
        """W stack by stack, (X'WX)^-1, X'Wy, half the log determinants of W and of X'WX."""
        p = self.p
        gram, moment, value = np.zeros((p, p)), np.zeros((p, 1)), 0.0
        weights = []
        try:
            for one in self._stacks:
                marginal = one.v + one.z @ g @ _t(one.z)
                root = np.linalg.cholesky(marginal)
                value -= float(np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum())
                w = np.asarray(np.linalg.inv(marginal))
                weights.append(0.5 * (w + _t(w)))
                xw = _t(one.x) @ weights[-1]
                gram += (xw @ one.x).sum(0)
                moment += (xw @ one.y).sum(0)
            half_log_gram = float(np.log(np.diag(np.linalg.cholesky(gram))).sum())
            return weights, np.asarray(np.linalg.inv(gram)), moment, value, half_log_gram
        except np.linalg.LinAlgError:
            return None

    def height(self, g: Floats) -> float:
        """The log-likelihood alone, but for what is the same everywhere; -inf where `at` gives none."""
        weighed = self._weigh(g)
        if weighed is None:
            return -np.inf
        weights, c, moment, value, half_log_gram = weighed
        beta = c @ moment
        for one, w in zip(self._stacks, weights, strict=True):
            residual = one.y - one.x @ beta
            value -= 0.5 * float((residual * (w @ residual)).sum())
        return value - half_log_gram if self.restricted else value

    def at(self, g: Floats) -> Point | None:
        """None where V + ZGZ' or X'WX is not positive definite."""
        weighed = self._weigh(g)
        if weighed is None:
            return None
        weights, c, moment, value, half_log_gram = weighed
        p, r = self.p, len(self._basis)
        beta = c @ moment
        form, trace, double, cross = np.zeros(r), np.zeros(r), np.zeros((r, r)), np.zeros((r, r))
        inner, pair, pushed = np.zeros((r, p, p)), np.zeros((r, r, p, p)), np.zeros((r, p))
        for one, w, a in zip(self._stacks, weights, self._parts, strict=True):
            residual = one.y - one.x @ beta
            u = w @ residual
            value -= 0.5 * float((residual * u).sum())
            wx = (w @ one.x)[:, None]
            au = a @ u[:, None]  # (s, r, n, 1)
            wa = w[:, None] @ a
            form += (u[:, None] * au).sum((0, 2, 3))
            trace += np.trace(wa, axis1=-2, axis2=-1).sum(0)
            double += np.moveaxis(wa, 1, 0).reshape(r, -1) @ np.moveaxis(_t(wa), 1, 0).reshape(r, -1).T
            cross += np.einsum("sinq,sjnq->ij", au, w[:, None] @ au)
            pushed += (_t(wx) @ au).sum(0)[..., 0]
            if self.restricted:
                ax = a @ wx
                inner += (_t(wx) @ ax).sum(0)
                flat = np.moveaxis(ax, 2, 1).reshape(-1, r * p)
                pair += (
                    (flat.T @ np.moveaxis(w[:, None] @ ax, 2, 1).reshape(-1, r * p)).reshape(r, p, r, p).swapaxes(1, 2)
                )
        if self.restricted:
            value += -half_log_gram - 0.5 * (self.k - p) * log(2.0 * pi)
            trace = trace - np.einsum("pq,jqp->j", c, inner)
            ci = c @ inner
            double = double - 2.0 * np.einsum("pq,ijqp->ij", c, pair) + np.einsum("ipq,jqp->ij", ci, ci)
        else:
            value -= 0.5 * self.k * log(2.0 * pi)
        second = 0.5 * double - cross + pushed @ c @ pushed.T
        return Point(value, 0.5 * (form - trace), second, beta[:, 0], c)

    def cochran(self) -> float:
        """Q: weighted squares about the model without G."""
        at = self.at(np.zeros((self.m, self.m)))
        if at is None:
            return float("nan")
        total = 0.0
        for one in self._stacks:
            residual = one.y - one.x @ at.beta[:, None]
            total += float((residual * np.linalg.solve(one.v, residual)).sum())
        return total
