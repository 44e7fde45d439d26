"""A pooled mean as arithmetic on a few sums.

With effects y measured from study 0, whose weight is the largest, all that `sums` asks for follows from the sums of
w^n, w^n y and w^n y^2 over the other studies; no residual is formed. Nothing is lost by it. A sum of squares about the
mean holds study 0's own, w_0^n (0 - beta)^2, so the beta^2 (sum of w^n) that is taken off is at most k times what is
left; and in the traces, what study 0 would take off its own square is cancelled before anything is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from metafit.inverse_variance.projection import MeanProjection
from metafit.inverse_variance.sums import Value, columns_of
from metafit.results import Bools, Floats, Ints

_sum = np.add.reduce


Moment = Sequence[Value] | Floats
"""For one n, the three sums over the studies but the first: of w^n, of w^n y, of w^n y^2."""


class MeanSums:
    """`Sums` of a mean."""

    __slots__ = ("_first", "_second", "_third", "_w0", "beta", "s0")

    def __init__(self, w0: Value, first: Moment, second: Moment = (), third: Moment = ()) -> None:
        self._w0, self._first, self._second, self._third = w0, first, second, third
        self.s0 = w0 + first[0]
        self.beta = first[1] / self.s0

    def q(self) -> Value:
        return self._first[2] - self.beta * self._first[1]

    def score(self) -> Value:
        a, b, c = self._second
        return c + self.beta * (self.beta * (self._w0 * self._w0 + a) - 2.0 * b)

    def quadratic(self) -> Value:
        a, b, c = self._third
        w2 = self._w0 * self._w0
        total = self._second[1] - self.beta * (w2 + self._second[0])
        return c + self.beta * (self.beta * (w2 * self._w0 + a) - 2.0 * b) - total * total / self.s0

    def trace_w(self) -> Value:
        return self.s0

    def trace_ww(self) -> Value:
        return self._w0 * self._w0 + self._second[0]

    def trace_p(self) -> Value:
        rest = self._first[0]
        return (rest * (2.0 * self._w0 + rest) - self._second[0]) / self.s0

    def trace_pp(self) -> Value:
        share, rest2 = self._w0 / self.s0, self._second[0]
        own = share * self._first[0]
        cross = share * share * rest2
        return own * own + 2.0 * cross + rest2 + (rest2 * rest2 / self.s0 - 2.0 * self._third[0]) / self.s0


class MeanData:
    """`DataSets` for a mean: the most precise study first and effects measured from it (`order_by_precision`)."""

    __slots__ = ("_yy", "k", "v", "v_min", "y")
    p = 1

    def __init__(self, y: Floats, v: Floats, k: Ints, yy: Floats | None = None) -> None:
        self.y, self.v, self.k, self.v_min = y, v, k, v[0]
        self._yy = y[1:] * y[1:] if yy is None else yy

    def columns(self, which: Ints | Bools | slice) -> Self:
        y, v, yy = (columns_of(rows, which) for rows in (self.y, self.v, self._yy))
        return type(self)(y, v, self.k[which], yy)

    def at(self, tau2: Floats, order: int) -> MeanSums:
        rest = self.y[1:]
        moments = np.empty((order, 3, tau2.size))
        weights = self.v[1:] + tau2
        np.reciprocal(weights, out=weights)
        power = weights
        for n, moment in enumerate(moments):
            if n:
                power = np.multiply(power, weights, out=None if n == 1 else power)
            _sum(power, 0, out=moment[0])
            np.einsum("ij,ij->j", power, rest, out=moment[1])
            np.einsum("ij,ij->j", power, self._yy, out=moment[2])
        return MeanSums(1.0 / (self.v_min + tau2), *moments)

    def project(self, w: Floats) -> MeanProjection:
        return MeanProjection(w, self.y)

    def squares(self) -> Floats:
        total = _sum(self.y, 0)
        squares: Floats = np.maximum(_sum(self._yy, 0) - total * total / self.k, 0.0)
        return squares
