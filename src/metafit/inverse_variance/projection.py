"""Weighted least squares of a mean and of a regression at any weights, studies first: shape (k, ...).

An absent study has weight 0 and effect 0, so it drops out of every sum by itself.
"""

from __future__ import annotations

import numpy as np

from metafit.inverse_variance.sums import columns_of
from metafit.results import Bools, Floats, Ints

_sum = np.add.reduce


class MeanProjection:
    """X is a column of ones. A `Projection`.

    Row 0 must hold the most precise study (`order_by_precision` puts it there): the terms in which its
    weight would be subtracted from the total are then formed from the others, without cancellation, however
    dominant it is.
    """

    __slots__ = ("beta", "residual", "rest", "s0", "w")

    def __init__(self, w: Floats, y: Floats) -> None:
        self.w = w
        self.rest = _sum(w[1:], 0)
        self.s0 = w[0] + self.rest
        self.beta = _sum(w * y, 0) / self.s0
        self.residual = y - self.beta

    def trace_p(self) -> Floats:
        others = self.s0 - self.w
        others[0] = self.rest
        others *= self.w
        trace: Floats = _sum(others, 0) / self.s0
        return trace

    def trace_pp(self) -> Floats:
        others = self.s0 - self.w
        others[0] = self.rest
        others *= self.w / self.s0
        w2 = self.w * self.w / self.s0
        rest2 = _sum(w2[1:], 0)
        cross = (w2[0] + rest2) - w2
        cross[0] = rest2
        trace: Floats = _sum(others * others, 0) + _sum(w2 * cross, 0)
        return trace

    def trace_pv(self, v: Floats) -> Floats:
        wv = self.w * v
        trace: Floats = _sum(wv, 0) - _sum(wv * self.w, 0) / self.s0
        return trace

    def trace_pvp(self, v: Floats) -> Floats:
        w2 = self.w * self.w
        w2v = w2 * v
        cross = _sum(w2, 0) * _sum(w2v, 0) / (self.s0 * self.s0)
        trace: Floats = _sum(w2v, 0) - 2.0 * _sum(w2v * self.w, 0) / self.s0 + cross
        return trace

    def trace_pvpv(self, v: Floats) -> Floats:
        wv = self.w * v
        cross = _sum(wv * self.w, 0) / self.s0
        trace: Floats = _sum(wv * wv, 0) - 2.0 * _sum(wv * wv * self.w, 0) / self.s0 + cross * cross
        return trace

    def log_det(self) -> Floats:
        value: Floats = np.log(self.s0)
        return value


def _across(a: Floats, x: Floats) -> Floats:
    """Sum over studies of a (k, ...) times the rows of x (k, m): (..., m)."""
    total: Floats = np.moveaxis(a, 0, -1) @ x
    return total


_STEEP = 1e5
"""Where weights differ by more than this, what the heaviest leave to the others is not found by subtraction."""


class _Steep:
    """The data sets whose weights differ very much: P = BB', B (n, k, k - p), from the rest of a QR decomposition.

    Householder's reflections keep what is small in a row, if the rows stand in falling order of their weights: the
    traces of P and PP are sums of squares, without cancellation.
    """

    __slots__ = ("b", "beta", "inverse", "where")

    def __init__(self, where: Bools, x: Floats, w: Floats, y: Floats) -> None:
        self.where = where
        p = x.shape[1]
        order = np.argsort(-w, axis=-1)[..., None]
        root = np.sqrt(w)[..., None]
        q, r = np.linalg.qr(np.take_along_axis(root * x, order, 1), mode="complete")
        q = np.take_along_axis(q, np.argsort(order, axis=1), 1)
        back = np.linalg.inv(r[:, :p])
        self.inverse = back @ np.swapaxes(back, -1, -2)
        self.beta = (back @ (np.swapaxes(q[..., :p], -1, -2) @ (root * y[..., None])))[..., 0]
        self.b = root * q[..., p:]

    def trace_p(self) -> Floats:
        trace: Floats = (self.b * self.b).sum((-2, -1))
        return trace

    def trace_pp(self) -> Floats:
        square = np.swapaxes(self.b, -1, -2) @ self.b
        trace: Floats = (square * square).sum((-2, -1))
        return trace

    def quadratic(self, e: Floats) -> Floats:
        moment = np.swapaxes(self.b, -1, -2) @ e[..., None]
        form: Floats = (moment * moment).sum((-2, -1))
        return form


def _steep(x: Floats, w: Floats, y: Floats) -> _Steep | None:
    least = np.where(w > 0.0, w, np.inf).min(0)
    where = np.asarray(w.max(0) > _STEEP * least)
    if not where.any() or x.shape[0] <= x.shape[1]:
        return None
    return _Steep(where, x, *(np.moveaxis(np.broadcast_to(one, w.shape), 0, -1)[where] for one in (w, y)))


class RegressionProjection:
    """X is any matrix. A `Projection`."""

    __slots__ = ("_design", "_inverse", "_steep", "beta", "residual", "w")

    def __init__(self, design: RegressionDesign, w: Floats, y: Floats) -> None:
        self._design = design
        self.w = w
        self._inverse: Floats = np.asarray(np.linalg.inv(self._gram(w)), dtype=np.float64)
        moment = _across(w * y, design.x)
        self.beta: Floats = (self._inverse @ moment[..., None])[..., 0]
        self._steep = _steep(design.x, w, y)
        if self._steep is not None:
            self._inverse[self._steep.where], self.beta[self._steep.where] = self._steep.inverse, self._steep.beta
        self.residual = y - np.moveaxis(self.beta @ design.x.T, -1, 0)

    def _gram(self, a: Floats) -> Floats:
        p = self._design.p
        gram = _across(a, self._design.outer)
        return gram.reshape(*gram.shape[:-1], p, p)

    def _ratio(self, a: Floats) -> Floats:
        ratio: Floats = self._inverse @ self._gram(a)
        return ratio

    @staticmethod
    def _trace(m: Floats) -> Floats:
        trace: Floats = np.trace(m, axis1=-2, axis2=-1)
        return trace

    def trace_p(self) -> Floats:
        trace = np.asarray(_sum(self.w, 0) - self._trace(self._ratio(self.w * self.w)))
        if self._steep is not None:
            trace[self._steep.where] = self._steep.trace_p()
        return trace[()]

    def trace_pp(self) -> Floats:
        w2 = self.w * self.w
        square = self._ratio(w2)
        cube = self._trace(self._ratio(w2 * self.w))
        trace = np.asarray(_sum(w2, 0) - 2.0 * cube + self._trace(square @ square))
        if self._steep is not None:
            trace[self._steep.where] = self._steep.trace_pp()
        return trace[()]

    def trace_pv(self, v: Floats) -> Floats:
        wv = self.w * v
        trace: Floats = _sum(wv, 0) - self._trace(self._ratio(wv * self.w))
        return trace

    def trace_pvp(self, v: Floats) -> Floats:
        w2 = self.w * self.w
        w2v = w2 * v
        cross = self._trace(self._ratio(w2) @ self._ratio(w2v))
        trace: Floats = _sum(w2v, 0) - 2.0 * self._trace(self._ratio(w2v * self.w)) + cross
        return trace

    def trace_pvpv(self, v: Floats) -> Floats:
        wv = self.w * v
        square = self._ratio(wv * self.w)
        cube = self._trace(self._ratio(wv * wv * self.w))
        trace: Floats = _sum(wv * wv, 0) - 2.0 * cube + self._trace(square @ square)
        return trace

    def quadratic(self, e: Floats) -> Floats:
        """e'Pe."""
        we = self.w * e
        moment = _across(we, self._design.x)
        fitted: Floats = np.einsum("...i,...ij,...j->...", moment, self._inverse, moment)
        form = np.asarray(_sum(we * e, 0) - fitted)
        if self._steep is not None:
            form[self._steep.where] = self._steep.quadratic(np.moveaxis(e, 0, -1)[self._steep.where])
        return form[()]

    def log_det(self) -> Floats:
        value: Floats = np.negative(np.linalg.slogdet(self._inverse)[1])
        return value

    def inverse(self) -> Floats:
        """(X'WX)^-1, the covariance of the coefficients before any Knapp-Hartung factor."""
        return self._inverse


class RegressionDesign:
    """A regression on the columns of x (k, p), which should be orthonormal for the numbers to be stable."""

    def __init__(self, x: Floats) -> None:
        self.x = np.ascontiguousarray(x, dtype=np.float64)
        k = self.x.shape[0]
        self.p: int = int(self.x.shape[1])
        self.outer = (self.x[:, :, None] * self.x[:, None, :]).reshape(k, self.p * self.p)

    def project(self, w: Floats, y: Floats) -> RegressionProjection:
        return RegressionProjection(self, w, y)


class RegressionSums:
    """`Sums` of a regression."""

    __slots__ = ("_e", "_fit", "_score", "_trace_p")

    def __init__(self, fit: RegressionProjection) -> None:
        self._fit, self._e = fit, fit.w * fit.residual
        self._score: Floats = _sum(self._e * self._e, 0)
        self._trace_p = fit.trace_p()

    def q(self) -> Floats:
        q: Floats = _sum(self._e * self._fit.residual, 0)
        return q

    def score(self) -> Floats:
        return self._score

    def quadratic(self) -> Floats:
        return self._fit.quadratic(self._e)

    def trace_w(self) -> Floats:
        trace: Floats = _sum(self._fit.w, 0)
        return trace

    def trace_ww(self) -> Floats:
        trace: Floats = _sum(self._fit.w * self._fit.w, 0)
        return trace

    def trace_p(self) -> Floats:
        return self._trace_p

    def trace_pp(self) -> Floats:
        return self._fit.trace_pp()


class RegressionData:
    """`DataSets` for a regression: one design for all of them."""

    __slots__ = ("_design", "k", "p", "v", "v_min", "y")

    def __init__(self, design: RegressionDesign, y: Floats, v: Floats, k: Ints) -> None:
        self._design, self.p = design, design.p
        self.y, self.v, self.k = y, v, k
        self.v_min: Floats = v.min(0, initial=np.inf)

    def columns(self, which: Ints | Bools | slice) -> RegressionData:
        return RegressionData(self._design, columns_of(self.y, which), columns_of(self.v, which), self.k[which])

    def at(self, tau2: Floats, order: int) -> RegressionSums:
        return RegressionSums(self.project(1.0 / (self.v + tau2)))

    def project(self, w: Floats) -> RegressionProjection:
        return self._design.project(w, self.y)

    def squares(self) -> Floats:
        fit = self.project(1.0 / self.v)
        squares: Floats = _sum(np.where(np.isfinite(self.v), fit.residual * fit.residual, 0.0), 0)
        return squares
